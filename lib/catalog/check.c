/* Opens a block: proves once that no look-up in it can leave it, so that the look-ups need not ask again.
 *
 * The block may come from a file that was cut short or damaged. What is checked is what memory safety rests on
 * (extents, offsets, runs, indices, enums used as indices); wrong order only makes a look-up miss.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "catalog/block.h"

const uint32_t cat_record_size[TABLE_COUNT] = {
	[TABLE_POOL] = 1,
	[TABLE_SCHEMAS] = sizeof(struct cat_schema),
	[TABLE_RELATIONS] = sizeof(struct cat_relation),
	[TABLE_RELATION_OIDS] = sizeof(struct cat_oid),
	[TABLE_COLUMNS] = sizeof(struct cat_column),
	[TABLE_COLUMN_NAMES] = sizeof(uint32_t),
	[TABLE_KEY_COLUMNS] = sizeof(uint32_t),
	[TABLE_TEXTS] = sizeof(struct cat_text),
	[TABLE_TYPES] = sizeof(struct cat_type),
	[TABLE_TYPE_NAMES] = sizeof(uint32_t),
	[TABLE_FOREIGN_KEYS] = sizeof(struct cat_foreign_key),
	[TABLE_KEYS] = sizeof(struct cat_key),
	[TABLE_REFERENCES] = sizeof(uint32_t),
	[TABLE_SHOWN] = sizeof(struct cat_shown),
	[TABLE_SHOWN_BY_KEY] = sizeof(uint32_t),
	[TABLE_COMPUTED] = sizeof(struct cat_computed),
	[TABLE_ROUTINES] = sizeof(struct cat_routine),
	[TABLE_PARAMETERS] = sizeof(struct cat_parameter),
	[TABLE_SETTINGS] = sizeof(struct cat_setting),
	[TABLE_ROLES] = sizeof(struct cat_role),
	[TABLE_HANDLERS] = sizeof(struct cat_handler),
	[TABLE_PARTIAL_KEYS] = sizeof(struct cat_partial_key),
};

enum check_kind {
	CHECK_TEXT,          /* a struct cat_text */
	CHECK_RUN,           /* a struct cat_run of the target table */
	CHECK_PAIRS,         /* such a run of even length */
	CHECK_INDEX,         /* an index into the target table */
	CHECK_INDEX_OR_NONE, /* the same, or CAT_NONE */
	CHECK_BYTE           /* an uint8_t, at most target */
};

/* One thing to check in every record of a table. */
struct check {
	enum cat_table table;
	enum check_kind kind;
	size_t member; /* its offset in the record */
	uint32_t target;
};

#define MEMBER(type, member) offsetof(struct type, member)

static const struct check checks[] = {
	{ TABLE_SCHEMAS, CHECK_TEXT, MEMBER(cat_schema, name), 0 },
	{ TABLE_SCHEMAS, CHECK_TEXT, MEMBER(cat_schema, comment), 0 },
	{ TABLE_RELATIONS, CHECK_TEXT, MEMBER(cat_relation, schema), 0 },
	{ TABLE_RELATIONS, CHECK_TEXT, MEMBER(cat_relation, name), 0 },
	{ TABLE_RELATIONS, CHECK_TEXT, MEMBER(cat_relation, comment), 0 },
	{ TABLE_RELATIONS, CHECK_RUN, MEMBER(cat_relation, columns), TABLE_COLUMNS },
	{ TABLE_RELATIONS, CHECK_RUN, MEMBER(cat_relation, primary_key), TABLE_KEY_COLUMNS },
	{ TABLE_RELATIONS, CHECK_RUN, MEMBER(cat_relation, keys), TABLE_KEYS },
	{ TABLE_RELATIONS, CHECK_RUN, MEMBER(cat_relation, shown), TABLE_SHOWN },
	{ TABLE_RELATIONS, CHECK_RUN, MEMBER(cat_relation, computed), TABLE_COMPUTED },
	{ TABLE_RELATIONS, CHECK_RUN, MEMBER(cat_relation, partial_keys), TABLE_PARTIAL_KEYS },
	{ TABLE_RELATION_OIDS, CHECK_INDEX, MEMBER(cat_oid, index), TABLE_RELATIONS },
	{ TABLE_COLUMNS, CHECK_TEXT, MEMBER(cat_column, name), 0 },
	{ TABLE_COLUMNS, CHECK_TEXT, MEMBER(cat_column, comment), 0 },
	{ TABLE_COLUMNS, CHECK_TEXT, MEMBER(cat_column, default_value), 0 },
	{ TABLE_COLUMNS, CHECK_TEXT, MEMBER(cat_column, type_name), 0 },
	{ TABLE_COLUMNS, CHECK_TEXT, MEMBER(cat_column, full_type_name), 0 },
	{ TABLE_COLUMNS, CHECK_RUN, MEMBER(cat_column, enum_values), TABLE_TEXTS },
	{ TABLE_COLUMN_NAMES, CHECK_INDEX, 0, TABLE_COLUMNS },
	{ TABLE_KEY_COLUMNS, CHECK_INDEX, 0, TABLE_COLUMNS },
	{ TABLE_TEXTS, CHECK_TEXT, 0, 0 },
	{ TABLE_TYPES, CHECK_TEXT, MEMBER(cat_type, schema), 0 },
	{ TABLE_TYPES, CHECK_TEXT, MEMBER(cat_type, name), 0 },
	{ TABLE_TYPES, CHECK_TEXT, MEMBER(cat_type, sql_name), 0 },
	{ TABLE_TYPES, CHECK_BYTE, MEMBER(cat_type, encoding), CAT_ENCODE_TO_JSON },
	{ TABLE_TYPES, CHECK_TEXT, MEMBER(cat_type, to_json), 0 },
	{ TABLE_TYPES, CHECK_TEXT, MEMBER(cat_type, from_json), 0 },
	{ TABLE_TYPES, CHECK_TEXT, MEMBER(cat_type, from_text), 0 },
	{ TABLE_TYPE_NAMES, CHECK_INDEX, 0, TABLE_TYPES },
	{ TABLE_FOREIGN_KEYS, CHECK_TEXT, MEMBER(cat_foreign_key, name), 0 },
	{ TABLE_FOREIGN_KEYS, CHECK_INDEX, MEMBER(cat_foreign_key, from), TABLE_RELATIONS },
	{ TABLE_FOREIGN_KEYS, CHECK_INDEX, MEMBER(cat_foreign_key, to), TABLE_RELATIONS },
	{ TABLE_FOREIGN_KEYS, CHECK_PAIRS, MEMBER(cat_foreign_key, columns), TABLE_KEY_COLUMNS },
	{ TABLE_FOREIGN_KEYS, CHECK_INDEX, MEMBER(cat_foreign_key, from_key), TABLE_KEYS },
	{ TABLE_FOREIGN_KEYS, CHECK_INDEX, MEMBER(cat_foreign_key, to_key), TABLE_KEYS },
	{ TABLE_KEYS, CHECK_INDEX, MEMBER(cat_key, relation), TABLE_RELATIONS },
	{ TABLE_KEYS, CHECK_RUN, MEMBER(cat_key, columns), TABLE_KEY_COLUMNS },
	{ TABLE_KEYS, CHECK_RUN, MEMBER(cat_key, references), TABLE_REFERENCES },
	{ TABLE_KEYS, CHECK_RUN, MEMBER(cat_key, shown), TABLE_SHOWN_BY_KEY },
	{ TABLE_REFERENCES, CHECK_INDEX, 0, TABLE_FOREIGN_KEYS },
	{ TABLE_SHOWN, CHECK_INDEX, MEMBER(cat_shown, key), TABLE_KEYS },
	{ TABLE_SHOWN, CHECK_INDEX, MEMBER(cat_shown, relation), TABLE_RELATIONS },
	{ TABLE_SHOWN, CHECK_RUN, MEMBER(cat_shown, columns), TABLE_KEY_COLUMNS },
	{ TABLE_SHOWN_BY_KEY, CHECK_INDEX, 0, TABLE_SHOWN },
	{ TABLE_COMPUTED, CHECK_TEXT, MEMBER(cat_computed, schema), 0 },
	{ TABLE_COMPUTED, CHECK_TEXT, MEMBER(cat_computed, name), 0 },
	{ TABLE_COMPUTED, CHECK_INDEX, MEMBER(cat_computed, from), TABLE_RELATIONS },
	{ TABLE_COMPUTED, CHECK_INDEX, MEMBER(cat_computed, to), TABLE_RELATIONS },
	{ TABLE_ROUTINES, CHECK_TEXT, MEMBER(cat_routine, schema), 0 },
	{ TABLE_ROUTINES, CHECK_TEXT, MEMBER(cat_routine, name), 0 },
	{ TABLE_ROUTINES, CHECK_TEXT, MEMBER(cat_routine, comment), 0 },
	{ TABLE_ROUTINES, CHECK_RUN, MEMBER(cat_routine, parameters), TABLE_PARAMETERS },
	{ TABLE_ROUTINES, CHECK_RUN, MEMBER(cat_routine, out_columns), TABLE_PARAMETERS },
	{ TABLE_ROUTINES, CHECK_INDEX_OR_NONE, MEMBER(cat_routine, return_relation), TABLE_RELATIONS },
	{ TABLE_ROUTINES, CHECK_RUN, MEMBER(cat_routine, settings), TABLE_SETTINGS },
	{ TABLE_ROUTINES, CHECK_BYTE, MEMBER(cat_routine, returns), CAT_RETURNS_COMPOSITE },
	{ TABLE_PARAMETERS, CHECK_TEXT, MEMBER(cat_parameter, name), 0 },
	{ TABLE_PARAMETERS, CHECK_TEXT, MEMBER(cat_parameter, type_name), 0 },
	{ TABLE_SETTINGS, CHECK_TEXT, MEMBER(cat_setting, name), 0 },
	{ TABLE_SETTINGS, CHECK_TEXT, MEMBER(cat_setting, value), 0 },
	{ TABLE_ROLES, CHECK_TEXT, MEMBER(cat_role, name), 0 },
	{ TABLE_ROLES, CHECK_TEXT, MEMBER(cat_role, isolation), 0 },
	{ TABLE_ROLES, CHECK_RUN, MEMBER(cat_role, settings), TABLE_SETTINGS },
	{ TABLE_HANDLERS, CHECK_TEXT, MEMBER(cat_handler, function), 0 },
	{ TABLE_HANDLERS, CHECK_TEXT, MEMBER(cat_handler, media_type), 0 },
	{ TABLE_HANDLERS, CHECK_TEXT, MEMBER(cat_handler, answered), 0 },
	{ TABLE_PARTIAL_KEYS, CHECK_RUN, MEMBER(cat_partial_key, columns), TABLE_KEY_COLUMNS },
	{ TABLE_PARTIAL_KEYS, CHECK_TEXT, MEMBER(cat_partial_key, condition), 0 },
};

static bool text_fits(const struct cat_header *h, const struct cat_text *t)
{
	return t->offset ? (uint64_t)t->offset + t->length < h->tables[TABLE_POOL].count : t->length == 0;
}

static bool run_fits(const struct cat_header *h, const struct cat_run *run, uint32_t table)
{
	return (uint64_t)run->first + run->count <= h->tables[table].count;
}

static bool member_fits(const struct cat_header *h, const struct check *c, const char *member)
{
	uint32_t index;
	struct cat_run run;
	switch (c->kind) {
	case CHECK_TEXT: {
		struct cat_text text;
		memcpy(&text, member, sizeof text);
		return text_fits(h, &text);
	}
	case CHECK_RUN:
	case CHECK_PAIRS:
		memcpy(&run, member, sizeof run);
		return run_fits(h, &run, c->target) && (c->kind == CHECK_RUN || run.count % 2 == 0);
	case CHECK_INDEX:
	case CHECK_INDEX_OR_NONE:
		memcpy(&index, member, sizeof index);
		return index < h->tables[c->target].count || (c->kind == CHECK_INDEX_OR_NONE && index == CAT_NONE);
	case CHECK_BYTE:
		return (unsigned char)*member <= c->target;
	}
	return false;
}

static bool table_fits(const struct catalog *cat, const struct check *c)
{
	const char *member = (const char *)block_table(cat, c->table) + c->member;
	uint32_t count = block_count(cat, c->table), record = cat_record_size[c->table];
	for (uint32_t i = 0; i < count; i++, member += record)
		if (!member_fits(cat->header, c, member))
			return false;
	return true;
}

/* Tables lie inside the block, aligned, and their records have the size this program gives them. */
static bool extents_fit(const struct cat_header *h)
{
	for (int i = 0; i < TABLE_COUNT; i++) {
		const struct cat_extent *e = &h->tables[i];
		if (e->record != cat_record_size[i] || e->offset % CAT_ALIGNMENT || e->offset < sizeof *h
			|| e->offset + (uint64_t)e->count * e->record > h->size)
			return false;
	}
	/* A relation's run of columns is a run of the index by name too. */
	return h->tables[TABLE_COLUMN_NAMES].count == h->tables[TABLE_COLUMNS].count;
}

static bool refuse_block(struct fault *f, struct str message)
{
	return fault_set(f, 503, "PGRST002", message);
}

bool catalog_open(const struct catalog **out_r, const void *block, size_t size, struct arena *a, struct fault *f)
{
	const struct cat_header *h = block;
	if (size < sizeof *h || (uintptr_t)block % CAT_ALIGNMENT || memcmp(h->magic, CAT_MAGIC, sizeof h->magic) != 0)
		return refuse_block(f, STR("The catalog block is not one"));
	if (h->version != CAT_VERSION)
		return refuse_block(f, STR("The catalog block is of another version"));
	if (h->size != size || !extents_fit(h))
		return refuse_block(f, STR("The catalog block is damaged: its tables do not fit"));
	struct catalog *cat = arena_make(a, struct catalog);
	*cat = (struct catalog){ .block = block, .header = h };
	for (size_t i = 0; i < COUNT_OF(checks); i++)
		if (!table_fits(cat, &checks[i]))
			return refuse_block(f, STR("The catalog block is damaged: a record points outside"));
	*out_r = cat;
	return true;
}
