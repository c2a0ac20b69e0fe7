/* Lays the collected records out as a block: types resolved, owners sorted, everything copied to its place.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/order.h"
#include "catalog/build.h"
#include "catalog/builder.h"

/* Types whose plain name would cut a value to one character when cast to; these names take any length. */
static const struct {
	uint32_t oid;
	struct str name;
} uncut_names[] = {
	{ 1042, STR_INIT("bpchar") },
	{ 1014, STR_INIT("bpchar[]") },
	{ 1560, STR_INIT("bit varying") },
	{ 1561, STR_INIT("bit varying[]") },
};

/* What records of a table are sorted by, and where the record is now. */
struct sort_key {
	uint32_t major;
	struct str schema, name;
	uint32_t minor, index;
};

static int compare_keys(const void *a, const void *b)
{
	const struct sort_key *x = a, *y = b;
	int order = order_u32(x->major, y->major);
	if (!order)
		order = str_cmp(x->schema, y->schema);
	if (!order)
		order = str_cmp(x->name, y->name);
	return order ? order : order_u32(x->minor, y->minor);
}

static struct sort_key *keys_new(struct cat_builder *b, enum cat_table table)
{
	return arena_make_array(b->scratch, struct sort_key, b->tables[table].count);
}

/* Sorts the keys and puts the records of the table into their order. */
static void apply_order(struct cat_builder *b, enum cat_table table, struct sort_key *keys)
{
	struct rows *rows = &b->tables[table];
	if (!rows->count)
		return;
	qsort(keys, rows->count, sizeof *keys, compare_keys);
	struct rows sorted = *rows;
	sorted.p = arena_array(b->scratch, rows->count, rows->record);
	sorted.capacity = rows->count;
	for (uint32_t i = 0; i < rows->count; i++)
		memcpy(rows_at(&sorted, i), rows_at(rows, keys[i].index), rows->record);
	*rows = sorted;
}

/* Sorts relations, writes the index by OID, and returns old position -> new position. */
static const uint32_t *sort_relations(struct cat_builder *b)
{
	struct rows *relations = &b->tables[TABLE_RELATIONS];
	uint32_t *moved = arena_make_array(b->scratch, uint32_t, relations->count);
	struct sort_key *keys = keys_new(b, TABLE_RELATIONS);
	for (uint32_t i = 0; i < relations->count; i++) {
		const struct cat_relation *r = rows_at(relations, i);
		keys[i] = (struct sort_key){ .schema = build_text_of(b, r->schema),
			.name = build_text_of(b, r->name),
			.index = i };
		((struct cat_oid *)rows_add(b, &b->tables[TABLE_RELATION_OIDS]))->oid = r->oid;
	}
	apply_order(b, TABLE_RELATIONS, keys);
	for (uint32_t i = 0; i < relations->count; i++) {
		moved[keys[i].index] = i;
		((struct cat_oid *)rows_at(&b->tables[TABLE_RELATION_OIDS], keys[i].index))->index = i;
	}
	return moved;
}

/* Foreign keys point to the sorted relations from here on, and follow their order. */
static void sort_foreign_keys(struct cat_builder *b, const uint32_t *moved)
{
	struct rows *rows = &b->tables[TABLE_FOREIGN_KEYS];
	struct sort_key *keys = keys_new(b, TABLE_FOREIGN_KEYS);
	for (uint32_t i = 0; i < rows->count; i++) {
		struct cat_foreign_key *k = rows_at(rows, i);
		k->from = moved[k->from];
		k->to = moved[k->to];
		keys[i] = (struct sort_key){ .major = k->from, .name = build_text_of(b, k->name), .index = i };
	}
	apply_order(b, TABLE_FOREIGN_KEYS, keys);
}

static void sort_routines(struct cat_builder *b, const uint32_t *moved)
{
	struct rows *rows = &b->tables[TABLE_ROUTINES];
	struct sort_key *keys = keys_new(b, TABLE_ROUTINES);
	for (uint32_t i = 0; i < rows->count; i++) {
		struct cat_routine *r = rows_at(rows, i);
		if (r->return_relation != CAT_NONE)
			r->return_relation = moved[r->return_relation];
		keys[i] = (struct sort_key){
			.schema = build_text_of(b, r->schema),
			.name = build_text_of(b, r->name),
			.minor = r->oid,
			.index = i,
		};
	}
	apply_order(b, TABLE_ROUTINES, keys);
}

/* Functions follow the relation they take, which has them as a run. */
static void sort_computed(struct cat_builder *b, const uint32_t *moved)
{
	struct rows *rows = &b->tables[TABLE_COMPUTED];
	struct sort_key *keys = keys_new(b, TABLE_COMPUTED);
	for (uint32_t i = 0; i < rows->count; i++) {
		struct cat_computed *c = rows_at(rows, i);
		c->from = moved[c->from];
		c->to = moved[c->to];
		keys[i] = (struct sort_key){
			.major = c->from,
			.schema = build_text_of(b, c->schema),
			.name = build_text_of(b, c->name),
			.index = i,
		};
	}
	apply_order(b, TABLE_COMPUTED, keys);
	for (uint32_t i = 0; i < rows->count; i++) {
		const struct cat_computed *c = rows_at(rows, i);
		struct cat_relation *from = rows_at(&b->tables[TABLE_RELATIONS], c->from);
		from->computed = (struct cat_run){ from->computed.count ? from->computed.first : i, from->computed.count + 1 };
	}
}

static void move_origins(struct cat_builder *b, const uint32_t *moved)
{
	for (uint32_t i = 0; i < b->origins.count; i++) {
		struct origin *o = rows_at(&b->origins, i);
		o->view = moved[o->view];
		o->table = moved[o->table];
	}
}

/* Sorts a table of records that begin with their name: schemas, roles, time zones. */
static void sort_named(struct cat_builder *b, enum cat_table table)
{
	struct rows *rows = &b->tables[table];
	struct sort_key *keys = keys_new(b, table);
	for (uint32_t i = 0; i < rows->count; i++)
		keys[i] = (struct sort_key){ .name = build_text_of(b, *(const struct cat_text *)rows_at(rows, i)), .index = i };
	apply_order(b, table, keys);
}

/* Those of one media type together, which look-ups go through one by one. */
static void sort_handlers(struct cat_builder *b)
{
	struct sort_key *keys = keys_new(b, TABLE_HANDLERS);
	for (uint32_t i = 0; i < b->tables[TABLE_HANDLERS].count; i++) {
		const struct cat_handler *h = rows_at(&b->tables[TABLE_HANDLERS], i);
		keys[i] = (struct sort_key){ .name = build_text_of(b, h->media_type), .minor = h->row_type, .index = i };
	}
	apply_order(b, TABLE_HANDLERS, keys);
}

/* Fills an index with record numbers in the order of the keys. */
static void write_index(struct cat_builder *b, enum cat_table index, struct sort_key *keys, uint32_t count)
{
	if (count)
		qsort(keys, count, sizeof *keys, compare_keys);
	for (uint32_t i = 0; i < count; i++)
		*(uint32_t *)rows_add(b, &b->tables[index]) = keys[i].index;
}

static void index_type_names(struct cat_builder *b)
{
	struct sort_key *keys = keys_new(b, TABLE_TYPES);
	uint32_t count = b->tables[TABLE_TYPES].count;
	for (uint32_t i = 0; i < count; i++) {
		const struct cat_type *t = rows_at(&b->tables[TABLE_TYPES], i);
		keys[i] = (struct sort_key){ .name = build_text_of(b, t->sql_name), .index = i };
	}
	write_index(b, TABLE_TYPE_NAMES, keys, count);
}

/* Sorted by the run of columns first, so that each run of columns is the same run of the index. */
static void index_column_names(struct cat_builder *b)
{
	struct sort_key *keys = keys_new(b, TABLE_COLUMNS);
	for (uint32_t r = 0; r < b->tables[TABLE_RELATIONS].count; r++) {
		struct cat_run run = ((const struct cat_relation *)rows_at(&b->tables[TABLE_RELATIONS], r))->columns;
		for (uint32_t i = run.first; i < run.first + run.count; i++) {
			const struct cat_column *c = rows_at(&b->tables[TABLE_COLUMNS], i);
			keys[i] = (struct sort_key){ .major = run.first, .name = build_text_of(b, c->name), .index = i };
		}
	}
	write_index(b, TABLE_COLUMN_NAMES, keys, b->tables[TABLE_COLUMNS].count);
}

static uint32_t type_position(const struct cat_builder *b, uint32_t oid)
{
	return rows_find_oid(&b->tables[TABLE_TYPES], offsetof(struct cat_type, oid), oid);
}

static const struct cat_type *type_of(const struct cat_builder *b, uint32_t oid)
{
	uint32_t i = type_position(b, oid);
	return i == CAT_NONE ? NULL : rows_at(&b->tables[TABLE_TYPES], i);
}

struct str build_uncut_name(uint32_t oid)
{
	for (size_t i = 0; i < COUNT_OF(uncut_names); i++)
		if (uncut_names[i].oid == oid)
			return uncut_names[i].name;
	return STR_NONE;
}

static struct cat_text uncut_name(struct cat_builder *b, const struct cat_type *type)
{
	struct str name = build_uncut_name(type->oid);
	return name.p ? build_text(b, name) : type->sql_name;
}

static void resolve_columns(struct cat_builder *b)
{
	for (uint32_t i = 0; i < b->tables[TABLE_COLUMNS].count; i++) {
		struct cat_column *c = rows_at(&b->tables[TABLE_COLUMNS], i);
		const struct cat_type *type = type_of(b, c->type);
		c->base_type = type ? type->base_type : c->type;
		uint32_t base = type_position(b, c->base_type);
		if (base == CAT_NONE)
			continue;
		c->type_name = uncut_name(b, rows_at(&b->tables[TABLE_TYPES], base));
		c->enum_values = *(const struct cat_run *)rows_at(&b->enum_runs, base);
	}
}

static void resolve_parameters(struct cat_builder *b)
{
	for (uint32_t i = 0; i < b->tables[TABLE_PARAMETERS].count; i++) {
		struct cat_parameter *p = rows_at(&b->tables[TABLE_PARAMETERS], i);
		const struct cat_type *type = type_of(b, p->type);
		p->base_type = type ? type->base_type : p->type;
		if (type)
			p->type_name = uncut_name(b, type);
	}
}

static void sort_all(struct cat_builder *b)
{
	static const enum cat_table named[] = { TABLE_SCHEMAS, TABLE_ROLES };
	const uint32_t *moved = sort_relations(b);
	sort_foreign_keys(b, moved);
	sort_computed(b, moved);
	move_origins(b, moved);
	sort_routines(b, moved);
	sort_handlers(b);
	for (size_t i = 0; i < COUNT_OF(named); i++)
		sort_named(b, named[i]);
	index_type_names(b);
	index_column_names(b);
}

/* Where each table begins; returns the size of the block, rounded up. */
static uint64_t place(const struct cat_builder *b, struct cat_header *h)
{
	uint64_t at = sizeof *h;
	for (int i = 0; i < TABLE_COUNT; i++) {
		at = (at + CAT_ALIGNMENT - 1) / CAT_ALIGNMENT * CAT_ALIGNMENT;
		const struct rows *rows = &b->tables[i];
		h->tables[i] = (struct cat_extent){ (uint32_t)at, rows->count, rows->record };
		at += (uint64_t)rows->count * rows->record;
	}
	return at;
}

static bool refuse_rows(struct fault *f, struct str message)
{
	return fault_set(f, 503, "PGRST002", message);
}

bool build_finish(struct cat_builder *b, const struct catalog **out_r, struct arena *a, struct fault *f)
{
	if (b->broken)
		return refuse_rows(f, STR("The catalog's rows do not fit together"));
	resolve_columns(b);
	resolve_parameters(b);
	sort_all(b);
	build_keys(b);
	b->tables[TABLE_POOL] = (struct rows){ b->pool.p, (uint32_t)b->pool.n, (uint32_t)b->pool.n, 1 };
	struct cat_header h = {
		.magic = CAT_MAGIC,
		.version = CAT_VERSION,
		.server_version = (uint32_t)b->server_version,
		.dynamic_sql = b->dynamic_sql,
	};
	h.size = place(b, &h);
	if (b->broken || b->pool.overflow || h.size > UINT32_MAX)
		return refuse_rows(f, STR("The schema is too large for a catalog block"));
	char *block = arena_alloc(a, h.size);
	memcpy(block, &h, sizeof h);
	for (int i = 0; i < TABLE_COUNT; i++) {
		size_t bytes = (size_t)b->tables[i].count * b->tables[i].record;
		assert(bytes <= h.size - h.tables[i].offset);
		if (bytes)
			memcpy(block + h.tables[i].offset, b->tables[i].p, bytes);
	}
	return catalog_open(out_r, block, h.size, a, f);
}
