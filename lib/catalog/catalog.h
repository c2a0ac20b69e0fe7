/* What the database offers: relations, columns, keys, routines, types and roles as one immutable block.
 *
 * The block is position-independent (indices and offsets, no pointers): it is built once, written to a file and
 * mapped by every worker. Tables are sorted by (schema, name) bytewise and searched by bisection. Texts are
 * `struct cat_text`, turned into a struct str by catalog_text(). Load asks the database; nothing else here does.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CATALOG_CATALOG_H
#define ROWGATE_CATALOG_CATALOG_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/str.h"

struct cat_text {
	uint32_t offset, length;   /* offset 0: absent (STR_NONE) */
};

/* A run of records: [first, first + count) of the table it is said to index. */
struct cat_run {
	uint32_t first, count;
};

#define CAT_NONE UINT32_MAX

enum cat_relation_kind { /* pg_class.relkind */
	CAT_TABLE = 'r', CAT_VIEW = 'v', CAT_MATVIEW = 'm', CAT_FOREIGN = 'f', CAT_PARTITIONED = 'p'
};

struct cat_relation {
	struct cat_text schema, name, comment;
	uint32_t oid;
	uint32_t kind;                  /* enum cat_relation_kind */
	uint32_t row_type;              /* OID of its composite type */
	struct cat_run columns;         /* of catalog_columns, by attnum */
	struct cat_run primary_key;     /* of catalog_key_columns: column indices; a view's from its base table */
	uint8_t insertable, updatable, deletable, is_partition; /* is_view auto-updatable or INSTEAD OF trigger counted */
};

struct cat_column {
	struct cat_text name, comment, default_value; /* default as an expression, absent: none */
	struct cat_text type_name;      /* format_type without length: what goes behind :: */
	struct cat_text full_type_name; /* format_type with length, domains as their own name */
	struct cat_run enum_values;     /* of catalog_texts */
	uint32_t type, base_type;       /* OIDs; base_type looks through domains */
	int32_t max_length;             /* of char(n) and varchar(n), 0: none */
	uint8_t nullable, generated, identity; /* generated: 's' stored; identity: 'a' or 'd', 0: none */
	uint8_t has_default;            /* default_value, identity, or (views) the base column's */
};

/* How a value of a type becomes JSON; the evidence is in lib/reply/json. */
enum cat_encoding {
	CAT_ENCODE_ESCAPED,   /* a JSON string of the text form */
	CAT_ENCODE_RAW,       /* integers, json, jsonb */
	CAT_ENCODE_NUMBER,    /* float, numeric: raw unless NaN or infinite */
	CAT_ENCODE_BOOL,
	CAT_ENCODE_TIMESTAMP, CAT_ENCODE_TIMESTAMPTZ,
	CAT_ENCODE_TO_JSON    /* to_json(col) in the select list */
};

struct cat_type {
	uint32_t oid;
	struct cat_text schema, name;   /* pg_type.typname */
	struct cat_text sql_name;       /* format_type(oid, NULL) */
	uint32_t base_type;             /* looks through domains; itself otherwise */
	uint32_t element_type;          /* arrays: OID of the element, else 0 */
	uint32_t relation_oid;          /* composites: pg_class OID, else 0 */
	uint8_t kind;                   /* pg_type.typtype: b c d e p r m */
	uint8_t category;               /* pg_type.typcategory */
	uint8_t encoding;               /* enum cat_encoding, for the base type */
	uint8_t is_media_type;          /* a domain named like a media type */
};

struct cat_foreign_key {
	struct cat_text name;
	uint32_t from, to;              /* relation indices */
	struct cat_run columns;         /* of catalog_key_columns: pairs (from column index, to column index) */
	uint8_t one_to_one;             /* the referencing columns are the primary key or unique */
};

enum cat_volatility { CAT_IMMUTABLE = 'i', CAT_STABLE = 's', CAT_VOLATILE = 'v' };
enum cat_returns { CAT_RETURNS_VOID, CAT_RETURNS_SCALAR, CAT_RETURNS_COMPOSITE };

struct cat_parameter {
	struct cat_text name;           /* empty: unnamed */
	struct cat_text type_name;      /* for casts and json_to_record: format_type */
	uint32_t type, base_type;
	uint8_t required, variadic;
};

struct cat_setting {
	struct cat_text name, value;
};

struct cat_routine {
	struct cat_text schema, name, comment;
	uint32_t oid;
	struct cat_run parameters;      /* of catalog_parameters, in order; IN, INOUT and VARIADIC only */
	struct cat_run out_columns;     /* of catalog_parameters: OUT, INOUT, TABLE columns when returns record */
	uint32_t return_type;           /* OID */
	uint32_t return_relation;       /* relation index when it returns a table's row type, or CAT_NONE */
	struct cat_run settings;        /* of catalog_settings: proconfig */
	uint8_t volatility, returns, returns_set, is_procedure;
	uint8_t returns_record;         /* record: OUT or TABLE columns, or RETURNS record */
	uint8_t is_variadic;
};

struct cat_role {
	struct cat_text name;
	struct cat_run settings;        /* of catalog_settings: ALTER ROLE ... SET, of those the authenticator may set */
	struct cat_text isolation;      /* default_transaction_isolation, or absent */
};

struct cat_schema {
	struct cat_text name, comment;
};

struct catalog;

/* A view of a block of size bytes, which must outlive it; every index and offset is checked once. False with a
 * message when the block is damaged or of another version. */
bool catalog_open(const struct catalog **out_r, const void *block, size_t size, struct arena *a, struct fault *f);
/* The bytes catalog_open() was given, to be written to a file. */
struct str catalog_block(const struct catalog *cat);

struct str catalog_text(const struct catalog *cat, struct cat_text t);
/* NULL when unknown. Only schemas of db-schemas and db-extra-search-path and what they reach are in the block. */
const struct cat_relation *catalog_relation(const struct catalog *cat, struct str schema, struct str name);
const struct cat_relation *catalog_relation_at(const struct catalog *cat, uint32_t index);
const struct cat_relation *catalog_relation_by_oid(const struct catalog *cat, uint32_t oid);
/* All relations of a schema, sorted by name. */
const struct cat_relation *catalog_relations(const struct catalog *cat, struct str schema, size_t *count_r);
const struct cat_column *catalog_column(const struct catalog *cat, const struct cat_relation *rel, struct str name);
const struct cat_column *catalog_columns(const struct catalog *cat, struct cat_run run);
const uint32_t *catalog_key_columns(const struct catalog *cat, struct cat_run run);
const struct cat_text *catalog_texts(const struct catalog *cat, struct cat_run run);
const struct cat_type *catalog_type(const struct catalog *cat, uint32_t oid);
const struct cat_type *catalog_type_named(const struct catalog *cat, struct str sql_name);
const struct cat_foreign_key *catalog_foreign_keys(const struct catalog *cat, size_t *count_r);
/* Every overload of a function, or NULL with count 0. */
const struct cat_routine *catalog_routines_named(const struct catalog *cat, struct str schema, struct str name,
	size_t *count_r);
const struct cat_routine *catalog_routines(const struct catalog *cat, struct str schema, size_t *count_r);
const struct cat_parameter *catalog_parameters(const struct catalog *cat, struct cat_run run);
const struct cat_setting *catalog_settings(const struct catalog *cat, struct cat_run run);
const struct cat_role *catalog_role(const struct catalog *cat, struct str name);
const struct cat_schema *catalog_schema(const struct catalog *cat, struct str name);
bool catalog_timezone_known(const struct catalog *cat, struct str name);
int catalog_server_version(const struct catalog *cat);

#endif
