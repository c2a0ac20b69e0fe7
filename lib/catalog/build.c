/* Collects the catalog's records: texts stored once, runs grown at the end of their table.
 * SPDX-License-Identifier: MIT */
#include "catalog/build.h"

#include <string.h>

#include "base/hash.h"
#include "catalog/builder.h"

/* Notes when the record added last does not keep the order of OIDs. */
static void keep_order(struct cat_builder *b, const struct rows *rows, size_t member)
{
	uint32_t last, before;
	if (rows->count < 2)
		return;
	memcpy(&last, (const char *)rows_at(rows, rows->count - 1) + member, sizeof last);
	memcpy(&before, (const char *)rows_at(rows, rows->count - 2) + member, sizeof before);
	b->broken |= last <= before;
}

/* The run that grows by the record just added to its table; a run that was closed may not grow again. */
static void extend_run(struct cat_builder *b, struct cat_run *run, const struct rows *rows)
{
	uint32_t position = rows->count - 1;
	if (!run->count)
		run->first = position;
	b->broken |= run->first + run->count != position;
	run->count++;
}

struct cat_builder *build_new(struct arena *scratch, int server_version)
{
	struct cat_builder *b = arena_make(scratch, struct cat_builder);
	*b = (struct cat_builder){
		.scratch = scratch,
		.server_version = server_version,
		.pool = buf_new(scratch, POOL_MAX),
		.interned.record = sizeof(struct cat_text),
		.attnums.record = sizeof(uint32_t),
		.enum_runs.record = sizeof(struct cat_run),
		.origins.record = sizeof(struct origin),
	};
	for (int i = 0; i < TABLE_COUNT; i++) {
		assert(cat_record_size[i] > 0);
		b->tables[i].record = cat_record_size[i];
	}
	buf_char(&b->pool, '\0'); /* offset 0 means absent */
	return b;
}

/* Where the text is, or the free slot where it belongs. */
static struct cat_text *intern_slot(struct cat_builder *b, struct str text)
{
	uint32_t mask = b->interned.capacity - 1;
	for (uint32_t i = (uint32_t)hash_of(b->scratch, text) & mask;; i = (i + 1) & mask) {
		struct cat_text *slot = rows_at(&b->interned, i);
		if (!slot->offset || str_eq(build_text_of(b, *slot), text))
			return slot;
	}
}

/* Doubles the hash table before it is three quarters full. */
static void intern_grow(struct cat_builder *b)
{
	struct rows old = b->interned;
	b->interned.capacity = old.capacity ? old.capacity * 2 : 1024;
	b->interned.p = arena_array(b->scratch, b->interned.capacity, b->interned.record);
	for (uint32_t i = 0; i < old.capacity; i++) {
		const struct cat_text *text = rows_at(&old, i);
		if (text->offset)
			*intern_slot(b, build_text_of(b, *text)) = *text;
	}
}

struct cat_text build_text(struct cat_builder *b, struct str text)
{
	if (!text.p)
		return (struct cat_text){ 0, 0 };
	if (b->interned.count >= b->interned.capacity / 4 * 3)
		intern_grow(b);
	struct cat_text *slot = intern_slot(b, text);
	if (slot->offset)
		return *slot;
	struct cat_text added = { (uint32_t)b->pool.n, (uint32_t)text.n };
	buf_put(&b->pool, text);
	buf_char(&b->pool, '\0');
	if (b->pool.overflow)
		return (struct cat_text){ 0, 0 };
	*slot = added;
	b->interned.count++;
	return added;
}

void build_dynamic_sql(struct cat_builder *b)
{
	b->dynamic_sql = true;
}

void build_schema(struct cat_builder *b, struct str name, struct str comment)
{
	struct cat_schema *schema = rows_add(b, &b->tables[TABLE_SCHEMAS]);
	*schema = (struct cat_schema){ build_text(b, name), build_text(b, comment) };
}

static struct cat_relation *relation_of(struct cat_builder *b, uint32_t oid)
{
	uint32_t i = rows_find_oid(&b->tables[TABLE_RELATIONS], offsetof(struct cat_relation, oid), oid);
	return i == CAT_NONE ? NULL : rows_at(&b->tables[TABLE_RELATIONS], i);
}

void build_relation(struct cat_builder *b, const struct cat_relation *relation)
{
	struct rows *rows = &b->tables[TABLE_RELATIONS];
	struct cat_relation *added = rows_add(b, rows);
	*added = *relation;
	added->columns = added->primary_key = added->keys = added->shown = added->computed = added->partial_keys =
		(struct cat_run){ 0, 0 };
	keep_order(b, rows, offsetof(struct cat_relation, oid));
}

bool build_has_relation(struct cat_builder *b, uint32_t oid)
{
	return relation_of(b, oid);
}

void build_column(struct cat_builder *b, uint32_t relation_oid, uint32_t attnum, const struct cat_column *column)
{
	struct cat_relation *relation = relation_of(b, relation_oid);
	if (!relation) {
		b->broken = true;
		return;
	}
	*(struct cat_column *)rows_add(b, &b->tables[TABLE_COLUMNS]) = *column;
	*(uint32_t *)rows_add(b, &b->attnums) = attnum;
	extend_run(b, &relation->columns, &b->tables[TABLE_COLUMNS]);
}

static uint32_t column_index(struct cat_builder *b, uint32_t relation_oid, uint32_t attnum)
{
	const struct cat_relation *relation = relation_of(b, relation_oid);
	if (!relation || !relation->columns.count)
		return CAT_NONE;
	struct rows own = b->attnums;
	own.p = rows_at(&b->attnums, relation->columns.first);
	own.count = relation->columns.count;
	uint32_t i = rows_find_oid(&own, 0, attnum);
	return i == CAT_NONE ? CAT_NONE : relation->columns.first + i;
}

/* Appends an index of columns to the key columns; an unknown one breaks the build. */
static void add_key_column(struct cat_builder *b, struct cat_run *run, uint32_t relation_oid, uint32_t attnum)
{
	uint32_t column = column_index(b, relation_oid, attnum);
	b->broken |= column == CAT_NONE;
	*(uint32_t *)rows_add(b, &b->tables[TABLE_KEY_COLUMNS]) = column;
	extend_run(b, run, &b->tables[TABLE_KEY_COLUMNS]);
}

void build_primary_key(struct cat_builder *b, uint32_t relation_oid, uint32_t attnum)
{
	struct cat_relation *relation = relation_of(b, relation_oid);
	if (relation)
		add_key_column(b, &relation->primary_key, relation_oid, attnum);
	else
		b->broken = true;
}

void build_partial_key(struct cat_builder *b, uint32_t relation_oid, struct str condition)
{
	struct rows *rows = &b->tables[TABLE_PARTIAL_KEYS];
	struct cat_relation *relation = relation_of(b, relation_oid);
	struct cat_partial_key *key = rows_add(b, rows);
	*key = (struct cat_partial_key){ .condition = build_text(b, condition) };
	if (relation)
		extend_run(b, &relation->partial_keys, rows);
	else
		b->broken = true;
}

void build_partial_key_column(struct cat_builder *b, uint32_t relation_oid, uint32_t attnum)
{
	struct rows *rows = &b->tables[TABLE_PARTIAL_KEYS];
	if (!rows->count || b->broken)
		return;
	struct cat_partial_key *key = rows_at(rows, rows->count - 1);
	add_key_column(b, &key->columns, relation_oid, attnum);
}

void build_foreign_key(struct cat_builder *b, struct str name, uint32_t from_oid, uint32_t to_oid, bool one_to_one)
{
	const struct rows *relations = &b->tables[TABLE_RELATIONS];
	struct cat_foreign_key *key = rows_add(b, &b->tables[TABLE_FOREIGN_KEYS]);
	*key = (struct cat_foreign_key){
		.name = build_text(b, name),
		.from = rows_find_oid(relations, offsetof(struct cat_relation, oid), from_oid),
		.to = rows_find_oid(relations, offsetof(struct cat_relation, oid), to_oid),
		.one_to_one = one_to_one,
	};
	b->broken |= key->from == CAT_NONE || key->to == CAT_NONE;
}

void build_foreign_key_columns(struct cat_builder *b, uint32_t from_attnum, uint32_t to_attnum)
{
	struct rows *keys = &b->tables[TABLE_FOREIGN_KEYS];
	if (!keys->count || b->broken)
		return;
	struct cat_foreign_key *key = rows_at(keys, keys->count - 1);
	const struct cat_relation *from = rows_at(&b->tables[TABLE_RELATIONS], key->from);
	const struct cat_relation *to = rows_at(&b->tables[TABLE_RELATIONS], key->to);
	add_key_column(b, &key->columns, from->oid, from_attnum);
	add_key_column(b, &key->columns, to->oid, to_attnum);
}

void build_origin(struct cat_builder *b, uint32_t view_oid, uint32_t attnum, uint32_t table_oid, uint32_t table_attnum)
{
	const struct rows *relations = &b->tables[TABLE_RELATIONS];
	struct origin origin = {
		.view = rows_find_oid(relations, offsetof(struct cat_relation, oid), view_oid),
		.table = rows_find_oid(relations, offsetof(struct cat_relation, oid), table_oid),
		.column = column_index(b, view_oid, attnum),
		.table_column = column_index(b, table_oid, table_attnum),
	};
	if (origin.column != CAT_NONE && origin.table_column != CAT_NONE)
		*(struct origin *)rows_add(b, &b->origins) = origin;
}

void build_computed(struct cat_builder *b, const struct cat_computed *computed)
{
	const struct rows *relations = &b->tables[TABLE_RELATIONS];
	struct cat_computed added = *computed;
	added.from = rows_find_oid(relations, offsetof(struct cat_relation, oid), computed->from);
	added.to = rows_find_oid(relations, offsetof(struct cat_relation, oid), computed->to);
	if (added.from != CAT_NONE && added.to != CAT_NONE)
		*(struct cat_computed *)rows_add(b, &b->tables[TABLE_COMPUTED]) = added;
}

void build_type(struct cat_builder *b, const struct cat_type *type)
{
	struct rows *rows = &b->tables[TABLE_TYPES];
	*(struct cat_type *)rows_add(b, rows) = *type;
	rows_add(b, &b->enum_runs);
	keep_order(b, rows, offsetof(struct cat_type, oid));
}

void build_enum_value(struct cat_builder *b, uint32_t type_oid, struct str label)
{
	uint32_t type = rows_find_oid(&b->tables[TABLE_TYPES], offsetof(struct cat_type, oid), type_oid);
	if (type == CAT_NONE) {
		b->broken = true;
		return;
	}
	*(struct cat_text *)rows_add(b, &b->tables[TABLE_TEXTS]) = build_text(b, label);
	extend_run(b, rows_at(&b->enum_runs, type), &b->tables[TABLE_TEXTS]);
}

void build_routine(struct cat_builder *b, const struct cat_routine *routine)
{
	struct rows *rows = &b->tables[TABLE_ROUTINES];
	struct cat_routine *added = rows_add(b, rows);
	*added = *routine;
	added->parameters = added->out_columns = added->settings = (struct cat_run){ 0, 0 };
	added->return_relation = rows_find_oid(&b->tables[TABLE_RELATIONS], offsetof(struct cat_relation, oid),
		routine->return_relation);
	keep_order(b, rows, offsetof(struct cat_routine, oid));
}

static struct cat_routine *routine_of(struct cat_builder *b, uint32_t oid)
{
	uint32_t i = rows_find_oid(&b->tables[TABLE_ROUTINES], offsetof(struct cat_routine, oid), oid);
	b->broken |= i == CAT_NONE;
	return i == CAT_NONE ? NULL : rows_at(&b->tables[TABLE_ROUTINES], i);
}

void build_parameter(struct cat_builder *b, uint32_t routine_oid, const struct cat_parameter *parameter, bool is_out)
{
	struct cat_routine *routine = routine_of(b, routine_oid);
	if (!routine)
		return;
	*(struct cat_parameter *)rows_add(b, &b->tables[TABLE_PARAMETERS]) = *parameter;
	extend_run(b, is_out ? &routine->out_columns : &routine->parameters, &b->tables[TABLE_PARAMETERS]);
}

static void add_setting(struct cat_builder *b, struct cat_run *run, struct str name, struct str value)
{
	struct cat_setting *setting = rows_add(b, &b->tables[TABLE_SETTINGS]);
	*setting = (struct cat_setting){ build_text(b, name), build_text(b, value) };
	extend_run(b, run, &b->tables[TABLE_SETTINGS]);
}

void build_routine_setting(struct cat_builder *b, uint32_t routine_oid, struct str name, struct str value)
{
	struct cat_routine *routine = routine_of(b, routine_oid);
	if (routine)
		add_setting(b, &routine->settings, name, value);
}

/* The role added last if it has that name, else a new one. */
static struct cat_role *role_of(struct cat_builder *b, struct str name)
{
	struct rows *roles = &b->tables[TABLE_ROLES];
	struct cat_role *last = roles->count ? rows_at(roles, roles->count - 1) : NULL;
	if (last && str_eq(build_text_of(b, last->name), name))
		return last;
	struct cat_role *added = rows_add(b, roles);
	added->name = build_text(b, name);
	return added;
}

void build_role_setting(struct cat_builder *b, struct str role, struct str name, struct str value)
{
	struct cat_role *owner = role_of(b, role);
	if (str_eq(name, STR("default_transaction_isolation")))
		owner->isolation = build_text(b, str_lower(b->scratch, value));
	else
		add_setting(b, &owner->settings, name, value);
}

void build_handler(struct cat_builder *b, const struct cat_handler *handler)
{
	*(struct cat_handler *)rows_add(b, &b->tables[TABLE_HANDLERS]) = *handler;
}
