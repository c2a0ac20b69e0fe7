/* How the catalog's block is laid out: a header, then one array of records a table. Internal to lib/catalog.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CATALOG_BLOCK_H
#define ROWGATE_CATALOG_BLOCK_H

#include "catalog.h"

/* Counts changes of meaning that the sizes of the records do not show. */
#define CAT_VERSION 9
#define CAT_MAGIC "rowgate" /* with its NUL, eight bytes */
#define CAT_ALIGNMENT 8

/* Later tables go in front of TABLE_COUNT, with a row in check.c. */
enum cat_table {
	TABLE_POOL,          /* bytes of all texts, each followed by a NUL */
	TABLE_SCHEMAS,       /* by name */
	TABLE_RELATIONS,     /* by schema, name */
	TABLE_RELATION_OIDS, /* by OID */
	TABLE_COLUMNS,       /* runs of a relation, by attnum */
	TABLE_COLUMN_NAMES,  /* column indices; the same runs, by name */
	TABLE_KEY_COLUMNS,   /* column indices */
	TABLE_TEXTS,         /* labels of enums */
	TABLE_TYPES,         /* by OID */
	TABLE_TYPE_NAMES,    /* type indices by sql_name */
	TABLE_FOREIGN_KEYS,  /* by referencing relation, name */
	TABLE_KEYS,          /* by relation */
	TABLE_REFERENCES,    /* foreign key indices; runs of a key */
	TABLE_SHOWN,         /* by view */
	TABLE_SHOWN_BY_KEY,  /* indices of TABLE_SHOWN; runs of a key, by view */
	TABLE_COMPUTED,      /* by the relation taken, name */
	TABLE_ROUTINES,      /* by schema, name, OID */
	TABLE_PARAMETERS,
	TABLE_SETTINGS,
	TABLE_ROLES,    /* by name */
	TABLE_HANDLERS, /* by media type, row type */
	TABLE_PARTIAL_KEYS,
	TABLE_COUNT
};

struct cat_oid {
	uint32_t oid, index;
};

/* A list of columns that foreign keys have at one of their ends; each list once. Relationships are not stored but
 * found from these (related.h): as many records as there are keys and views, however many relationships that makes. */
struct cat_key {
	uint32_t relation;         /* the table */
	struct cat_run columns;    /* of catalog_key_columns */
	struct cat_run references; /* of TABLE_REFERENCES: foreign keys that refer to it, those that join first */
	uint32_t join_count;       /* how many of them join */
	struct cat_run shown;      /* of TABLE_SHOWN_BY_KEY */
};

/* A view that shows every column of a key; one record for each way to choose when it shows a column twice. */
struct cat_shown {
	uint32_t key, relation;
	struct cat_run columns; /* of catalog_key_columns: the view's, in the order of the key's */
};

/* Columns that are unique among the rows of a condition, and not among all. */
struct cat_partial_key {
	struct cat_run columns;    /* of catalog_key_columns, by attnum */
	struct cat_text condition; /* as PostgreSQL printed it */
};

struct cat_extent {
	uint32_t offset; /* from the start of the block */
	uint32_t count;  /* records */
	uint32_t record; /* bytes of each, as the writer knew it */
};

struct cat_header {
	char magic[8];
	uint32_t version;
	uint32_t server_version;
	uint32_t dynamic_sql; /* not 0: some function of users can PREPARE */
	uint32_t spare;       /* 0 */
	uint64_t size;        /* of the whole block */
	struct cat_extent tables[TABLE_COUNT];
};

struct catalog {
	const char *block;
	const struct cat_header *header;
};

/* Bytes of a record of each table. */
extern const uint32_t cat_record_size[TABLE_COUNT];

static inline const void *block_table(const struct catalog *cat, enum cat_table table)
{
	return cat->block + cat->header->tables[table].offset;
}

static inline uint32_t block_count(const struct catalog *cat, enum cat_table table)
{
	return cat->header->tables[table].count;
}

#endif
