/* Tables that grow record by record, and the OIDs that stand in them.
 * SPDX-License-Identifier: MIT */
#include "catalog/builder.h"

#include <string.h>

#include "catalog/oid.h"

void *rows_add(struct cat_builder *b, struct rows *rows)
{
	if (rows->count == rows->capacity) {
		uint32_t capacity = rows->capacity ? rows->capacity * 2 : 64;
		char *grown = arena_array(b->scratch, capacity, rows->record);
		if (rows->count)
			memcpy(grown, rows->p, (size_t)rows->count * rows->record);
		rows->p = grown;
		rows->capacity = capacity;
	}
	return rows_at(rows, rows->count++);
}

uint32_t rows_find_oid(const struct rows *rows, size_t member, uint32_t oid)
{
	uint32_t low = 0, high = rows->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2, there;
		memcpy(&there, (const char *)rows_at(rows, middle) + member, sizeof there);
		if (there == oid)
			return middle;
		if (there < oid)
			low = middle + 1;
		else
			high = middle;
	}
	return CAT_NONE;
}

static void oid_list_add(struct buf *list, uint32_t oid)
{
	buf_char(list, list->n ? ',' : '{');
	buf_u64(list, oid);
}

static struct str oid_list_end(struct buf *list)
{
	if (!list->n)
		buf_char(list, '{');
	buf_char(list, '}');
	buf_char(list, '\0');
	return (struct str){ list->p, list->n - 1 };
}

/* Adds one member of each record, an OID, from a smallest one on. */
static void oid_list_members(struct buf *list, const struct rows *rows, size_t member, uint32_t smallest)
{
	for (uint32_t i = 0; i < rows->count; i++) {
		uint32_t oid;
		memcpy(&oid, (const char *)rows_at(rows, i) + member, sizeof oid);
		if (oid >= smallest)
			oid_list_add(list, oid);
	}
}

struct str build_oids(struct cat_builder *b, enum cat_table table, struct arena *a)
{
	struct buf list = buf_new(a, POOL_MAX);
	size_t member = table == TABLE_RELATIONS ? offsetof(struct cat_relation, oid) : offsetof(struct cat_routine, oid);
	oid_list_members(&list, &b->tables[table], member, 0);
	return oid_list_end(&list);
}

/* With repetitions: the query that takes them looks at each type once anyway, and knows the built-in ones. */
struct str build_used_types(struct cat_builder *b, struct arena *a)
{
	struct buf list = buf_new(a, POOL_MAX);
	oid_list_members(&list, &b->tables[TABLE_COLUMNS], offsetof(struct cat_column, type), OID_FIRST_USER);
	oid_list_members(&list, &b->tables[TABLE_PARAMETERS], offsetof(struct cat_parameter, type), OID_FIRST_USER);
	oid_list_members(&list, &b->tables[TABLE_ROUTINES], offsetof(struct cat_routine, return_type), OID_FIRST_USER);
	return oid_list_end(&list);
}
