/* Look-ups in the catalog's block: bisection and array access, no allocation, no failure.
 * SPDX-License-Identifier: MIT */
#include "catalog/block.h"

#include "base/order.h"

/* What a bisection looks for; each table uses the members its order is made of. */
struct key {
	struct str schema, name;
	uint32_t number;
};

/* <0, 0, >0 as the record sorts before, at or behind the key. */
typedef int compare_fn(const struct catalog *cat, const void *record, const struct key *key);

/* Index of the first record that is not before the key or, with behind, that is behind it. */
static uint32_t bisect(const struct catalog *cat, enum cat_table table, compare_fn *compare, const struct key *key,
	bool behind)
{
	const char *records = block_table(cat, table);
	uint32_t low = 0, high = block_count(cat, table);
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = compare(cat, records + (size_t)middle * cat_record_size[table], key);
		if (order < 0 || (behind && order == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The run of records that equal the key. */
static struct cat_run equal_run(const struct catalog *cat, enum cat_table table, compare_fn *compare,
	const struct key *key)
{
	uint32_t first = bisect(cat, table, compare, key, false);
	uint32_t end = bisect(cat, table, compare, key, true);
	return (struct cat_run){ first, end > first ? end - first : 0 };
}

/* A record that equals the key, or NULL. */
static const void *find_record(const struct catalog *cat, enum cat_table table, compare_fn *compare,
	const struct key *key)
{
	uint32_t i = bisect(cat, table, compare, key, false);
	if (i >= block_count(cat, table))
		return NULL;
	const char *record = (const char *)block_table(cat, table) + (size_t)i * cat_record_size[table];
	return compare(cat, record, key) == 0 ? record : NULL;
}

static int compare_pair(const struct catalog *cat, struct cat_text schema, struct cat_text name, const struct key *key)
{
	int order = str_cmp(catalog_text(cat, schema), key->schema);
	return order ? order : str_cmp(catalog_text(cat, name), key->name);
}

static int by_relation(const struct catalog *cat, const void *record, const struct key *key)
{
	const struct cat_relation *r = record;
	return compare_pair(cat, r->schema, r->name, key);
}

static int by_relation_schema(const struct catalog *cat, const void *record, const struct key *key)
{
	return str_cmp(catalog_text(cat, ((const struct cat_relation *)record)->schema), key->schema);
}

static int by_relation_oid(const struct catalog *cat, const void *record, const struct key *key)
{
	(void)cat;
	return order_u32(((const struct cat_oid *)record)->oid, key->number);
}

static int by_routine(const struct catalog *cat, const void *record, const struct key *key)
{
	const struct cat_routine *r = record;
	return compare_pair(cat, r->schema, r->name, key);
}

static int by_routine_schema(const struct catalog *cat, const void *record, const struct key *key)
{
	return str_cmp(catalog_text(cat, ((const struct cat_routine *)record)->schema), key->schema);
}

static int by_type(const struct catalog *cat, const void *record, const struct key *key)
{
	(void)cat;
	return order_u32(((const struct cat_type *)record)->oid, key->number);
}

static int by_type_name(const struct catalog *cat, const void *record, const struct key *key)
{
	const struct cat_type *types = block_table(cat, TABLE_TYPES);
	return str_cmp(catalog_text(cat, types[*(const uint32_t *)record].sql_name), key->name);
}

static int by_foreign_key_from(const struct catalog *cat, const void *record, const struct key *key)
{
	(void)cat;
	return order_u32(((const struct cat_foreign_key *)record)->from, key->number);
}

static int by_role(const struct catalog *cat, const void *record, const struct key *key)
{
	return str_cmp(catalog_text(cat, ((const struct cat_role *)record)->name), key->name);
}

static int by_schema(const struct catalog *cat, const void *record, const struct key *key)
{
	return str_cmp(catalog_text(cat, ((const struct cat_schema *)record)->name), key->name);
}

static int by_handler(const struct catalog *cat, const void *record, const struct key *key)
{
	const struct cat_handler *h = record;
	int order = str_cmp(catalog_text(cat, h->media_type), key->name);
	return order ? order : order_u32(h->row_type, key->number);
}

struct str catalog_block(const struct catalog *cat)
{
	return (struct str){ cat->block, cat->header->size };
}

struct str catalog_text(const struct catalog *cat, struct cat_text t)
{
	if (!t.offset)
		return STR_NONE;
	return (struct str){ (const char *)block_table(cat, TABLE_POOL) + t.offset, t.length };
}

const struct cat_relation *catalog_relation(const struct catalog *cat, struct str schema, struct str name)
{
	return find_record(cat, TABLE_RELATIONS, by_relation, &(struct key){ .schema = schema, .name = name });
}

const struct cat_relation *catalog_relation_at(const struct catalog *cat, uint32_t index)
{
	assert(index <= block_count(cat, TABLE_RELATIONS));
	return (const struct cat_relation *)block_table(cat, TABLE_RELATIONS) + index;
}

const struct cat_relation *catalog_relation_by_oid(const struct catalog *cat, uint32_t oid)
{
	const struct cat_oid *found = find_record(cat, TABLE_RELATION_OIDS, by_relation_oid,
		&(struct key){ .number = oid });
	return found ? catalog_relation_at(cat, found->index) : NULL;
}

uint32_t catalog_relation_index(const struct catalog *cat, const struct cat_relation *rel)
{
	return (uint32_t)(rel - catalog_relation_at(cat, 0));
}

const struct cat_relation *catalog_relations(const struct catalog *cat, struct str schema, size_t *count_r)
{
	struct cat_run run = equal_run(cat, TABLE_RELATIONS, by_relation_schema, &(struct key){ .schema = schema });
	*count_r = run.count;
	return run.count ? catalog_relation_at(cat, run.first) : NULL;
}

const struct cat_column *catalog_column_at(const struct catalog *cat, uint32_t index)
{
	assert(index <= block_count(cat, TABLE_COLUMNS)); /* behind the last one an empty run may begin */
	return (const struct cat_column *)block_table(cat, TABLE_COLUMNS) + index;
}

const struct cat_column *catalog_columns(const struct catalog *cat, struct cat_run run)
{
	return catalog_column_at(cat, run.first);
}

/* A relation has at most 1,600 columns, and a body may name as many: by bisection in its own part of the index. */
const struct cat_column *catalog_column(const struct catalog *cat, const struct cat_relation *rel, struct str name)
{
	const uint32_t *names = (const uint32_t *)block_table(cat, TABLE_COLUMN_NAMES) + rel->columns.first;
	uint32_t low = 0, high = rel->columns.count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct cat_column *column = catalog_column_at(cat, names[middle]);
		int order = str_cmp(catalog_text(cat, column->name), name);
		if (order == 0)
			return column;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static bool is_of_columns(const struct catalog *cat, const struct cat_partial_key *key, const struct str *names,
	size_t count)
{
	const uint32_t *columns = catalog_key_columns(cat, key->columns);
	for (uint32_t i = 0; i < key->columns.count; i++) {
		struct str column = catalog_text(cat, catalog_column_at(cat, columns[i])->name);
		size_t at = 0;
		while (at < count && !str_eq(names[at], column))
			at++;
		if (at == count)
			return false;
	}
	return key->columns.count == count;
}

struct str catalog_partial_key(const struct catalog *cat, const struct cat_relation *rel, const struct str *names,
	size_t count)
{
	const struct cat_partial_key *keys = block_table(cat, TABLE_PARTIAL_KEYS);
	for (uint32_t i = 0; i < rel->partial_keys.count; i++) {
		const struct cat_partial_key *key = &keys[rel->partial_keys.first + i];
		if (is_of_columns(cat, key, names, count))
			return catalog_text(cat, key->condition);
	}
	return STR_NONE;
}

const uint32_t *catalog_key_columns(const struct catalog *cat, struct cat_run run)
{
	return (const uint32_t *)block_table(cat, TABLE_KEY_COLUMNS) + run.first;
}

bool catalog_in_primary_key(const struct catalog *cat, const struct cat_relation *rel, const struct cat_column *col)
{
	const uint32_t *key = catalog_key_columns(cat, rel->primary_key);
	for (uint32_t i = 0; i < rel->primary_key.count; i++)
		if (catalog_column_at(cat, key[i]) == col)
			return true;
	return false;
}

const struct cat_text *catalog_texts(const struct catalog *cat, struct cat_run run)
{
	return (const struct cat_text *)block_table(cat, TABLE_TEXTS) + run.first;
}

const struct cat_type *catalog_type(const struct catalog *cat, uint32_t oid)
{
	return find_record(cat, TABLE_TYPES, by_type, &(struct key){ .number = oid });
}

const struct cat_type *catalog_type_named(const struct catalog *cat, struct str sql_name)
{
	const uint32_t *found = find_record(cat, TABLE_TYPE_NAMES, by_type_name, &(struct key){ .name = sql_name });
	return found ? (const struct cat_type *)block_table(cat, TABLE_TYPES) + *found : NULL;
}

const struct cat_foreign_key *catalog_foreign_keys(const struct catalog *cat, size_t *count_r)
{
	*count_r = block_count(cat, TABLE_FOREIGN_KEYS);
	return block_table(cat, TABLE_FOREIGN_KEYS);
}

const struct cat_foreign_key *catalog_foreign_keys_of(const struct catalog *cat, const struct cat_relation *from,
	size_t *count_r)
{
	struct cat_run run = equal_run(cat, TABLE_FOREIGN_KEYS, by_foreign_key_from,
		&(struct key){ .number = catalog_relation_index(cat, from) });
	*count_r = run.count;
	return run.count ? (const struct cat_foreign_key *)block_table(cat, TABLE_FOREIGN_KEYS) + run.first : NULL;
}

static const struct cat_routine *routine_run(const struct catalog *cat, compare_fn *compare, const struct key *key,
	size_t *count_r)
{
	struct cat_run run = equal_run(cat, TABLE_ROUTINES, compare, key);
	*count_r = run.count;
	return run.count ? (const struct cat_routine *)block_table(cat, TABLE_ROUTINES) + run.first : NULL;
}

const struct cat_routine *catalog_routines_named(const struct catalog *cat, struct str schema, struct str name,
	size_t *count_r)
{
	return routine_run(cat, by_routine, &(struct key){ .schema = schema, .name = name }, count_r);
}

const struct cat_routine *catalog_routines(const struct catalog *cat, struct str schema, size_t *count_r)
{
	return routine_run(cat, by_routine_schema, &(struct key){ .schema = schema }, count_r);
}

const struct cat_parameter *catalog_parameters(const struct catalog *cat, struct cat_run run)
{
	return (const struct cat_parameter *)block_table(cat, TABLE_PARAMETERS) + run.first;
}

const struct cat_setting *catalog_settings(const struct catalog *cat, struct cat_run run)
{
	return (const struct cat_setting *)block_table(cat, TABLE_SETTINGS) + run.first;
}

const struct cat_handler *catalog_handler(const struct catalog *cat, struct str media_type, uint32_t row_type)
{
	return find_record(cat, TABLE_HANDLERS, by_handler, &(struct key){ .name = media_type, .number = row_type });
}

const struct cat_role *catalog_role(const struct catalog *cat, struct str name)
{
	return find_record(cat, TABLE_ROLES, by_role, &(struct key){ .name = name });
}

const struct cat_schema *catalog_schema(const struct catalog *cat, struct str name)
{
	return find_record(cat, TABLE_SCHEMAS, by_schema, &(struct key){ .name = name });
}

bool catalog_has_dynamic_sql(const struct catalog *cat)
{
	return cat->header->dynamic_sql != 0;
}

int catalog_server_version(const struct catalog *cat)
{
	return (int)cat->header->server_version;
}
