/* What the builder collects before the block is laid out: shared by build.c, keys.c, layout.c and the loader only.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CATALOG_BUILDER_H
#define ROWGATE_CATALOG_BUILDER_H

#include "base/buf.h"
#include "block.h"

/* Offsets and counts are 32 bits wide; a pool near that is no schema any more. */
#define POOL_MAX ((size_t)1 << 31)

/* A growing array of records of one size, aligned for any of them. */
struct rows {
	char *p;
	uint32_t count, capacity, record;
};

struct cat_builder {
	struct arena *scratch;
	int server_version;
	bool dynamic_sql;
	bool broken; /* sticky: out of order, or more than 32 bits can count */
	struct buf pool;
	struct rows interned;            /* struct cat_text: open addressing by hash, capacity a power of two */
	struct rows tables[TABLE_COUNT]; /* foreign keys and routines hold positions of relations in order of OID */
	struct rows attnums;             /* uint32_t beside TABLE_COLUMNS */
	struct rows enum_runs;           /* struct cat_run beside TABLE_TYPES */
	struct rows origins;             /* struct origin, by view */
};

/* A text that was stored; a view, valid until the next one is. */
static inline struct str build_text_of(const struct cat_builder *b, struct cat_text t)
{
	return (struct str){ b->pool.p + t.offset, t.length };
}

/* A view's column and the table's column it is; relations as positions in order of OID, then as indices. */
struct origin {
	uint32_t view, table;
	uint32_t column, table_column;
};

/* A zeroed record at the end; its address holds until the next call. */
void *rows_add(struct cat_builder *b, struct rows *rows);

static inline void *rows_at(const struct rows *rows, uint32_t index)
{
	return rows->p + (size_t)index * rows->record;
}

/* Position of the record whose OID, found at byte offset `member`, is oid; CAT_NONE when there is none. */
uint32_t rows_find_oid(const struct rows *rows, size_t member, uint32_t oid);

/* layout.c: what a value of the type is cast to so that nothing is cut off, where that is another name; or STR_NONE. */
struct str build_uncut_name(uint32_t oid);

/* keys.c: once everything is sorted, the keys at the ends of foreign keys and the views that show them. */
void build_keys(struct cat_builder *b);

/* The OIDs of all relations or all routines, and of the users' types that anything has, as array literals. */
struct str build_oids(struct cat_builder *b, enum cat_table table, struct arena *a);
struct str build_used_types(struct cat_builder *b, struct arena *a);

#endif
