/* The records of the catalog's block, as they lie in the file.
 *
 * Every member is a number of fixed width; records refer to each other by index, to texts by offset. A change here
 * changes the block: the sizes are written into it, and CAT_VERSION counts what they do not tell.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CATALOG_RECORDS_H
#define ROWGATE_CATALOG_RECORDS_H

#include <stdint.h>

struct cat_text {
	uint32_t offset, length; /* offset 0: absent (STR_NONE) */
};

/* A run of records: [first, first + count) of the table it is said to index. */
struct cat_run {
	uint32_t first, count;
};

#define CAT_NONE UINT32_MAX

enum cat_relation_kind { /* pg_class.relkind */
	CAT_TABLE = 'r',
	CAT_VIEW = 'v',
	CAT_MATVIEW = 'm',
	CAT_FOREIGN = 'f',
	CAT_PARTITIONED = 'p',
	CAT_COMPOSITE = 'c' /* a type, not a relation: functions over its values are relationships */
};

struct cat_relation {
	struct cat_text schema, name, comment;
	uint32_t oid;
	uint32_t kind;              /* enum cat_relation_kind */
	uint32_t row_type;          /* OID of its composite type */
	struct cat_run columns;     /* of catalog_columns, by attnum */
	struct cat_run primary_key; /* of catalog_key_columns: column indices; a view's from its base tables */
	uint8_t insertable, updatable, deletable; /* a view's: auto-updatable or by an INSTEAD OF trigger */
	uint8_t unlisted;  /* it is embedded or returned by functions, but not addressed: a partition, a type */
	uint8_t names_key; /* some foreign key has its name */
	uint8_t inherited; /* rows of other tables, which have keys of their own, are among its rows */
	uint8_t runs_code; /* reading it may run code of users: a view, a foreign table, policies */
	struct cat_run keys, partial_keys; /* of TABLE_KEYS, TABLE_PARTIAL_KEYS: a table's own */
	struct cat_run shown;              /* of TABLE_SHOWN: a view's */
	struct cat_run computed;           /* of TABLE_COMPUTED: functions that take its row type, by name */
};

struct cat_column {
	struct cat_text name, comment, default_value; /* default as an expression, absent: none */
	struct cat_text type_name;      /* of base_type, without length: what goes behind :: in a comparison; character
	                                   is bpchar and bit is bit varying, which cut nothing off */
	struct cat_text full_type_name; /* with length, a domain as itself: for values that will be stored */
	struct cat_run enum_values;     /* of catalog_texts */
	uint32_t type, base_type;       /* OIDs; base_type looks through domains */
	int32_t max_length;             /* of char(n) and varchar(n), 0: none */
	uint8_t nullable, generated, identity; /* generated: 's' stored; identity: 'a' or 'd', 0: none */
	uint8_t has_default;                   /* default_value is there, or the column is an identity or generated */
};

/* How a value of a type becomes JSON; the evidence is in lib/reply/json. */
enum cat_encoding {
	CAT_ENCODE_ESCAPED, /* a JSON string of the text form */
	CAT_ENCODE_RAW,     /* integers, json, jsonb */
	CAT_ENCODE_NUMBER,  /* float, numeric: raw unless NaN or infinite */
	CAT_ENCODE_BOOL,
	CAT_ENCODE_TIMESTAMP,
	CAT_ENCODE_TIMESTAMPTZ,
	CAT_ENCODE_ARRAY,  /* each element in its own way: see catalog_element_builtin() */
	CAT_ENCODE_TO_JSON /* to_json(col) in the select list */
};

struct cat_type {
	uint32_t oid;
	struct cat_text schema, name; /* pg_type.typname */
	struct cat_text sql_name;     /* format_type(oid, NULL): qualified unless in pg_catalog */
	uint32_t base_type;           /* looks through domains; itself otherwise */
	uint32_t element_type;        /* arrays: OID of the element, else 0 */
	uint32_t relation_oid;        /* composites: pg_class OID, else 0 */
	uint8_t kind;                 /* pg_type.typtype: b c d e p r m */
	uint8_t category;             /* pg_type.typcategory */
	uint8_t encoding;             /* enum cat_encoding, for the base type */
	uint8_t is_media_type;        /* a domain named like a media type, or any/any as stars */
	/* A domain's own functions as printed, or absent: what makes JSON of it, it of JSON, it of text. */
	struct cat_text to_json, from_json, from_text;
};

/* An aggregate that makes a whole body of a media type out of rows. */
struct cat_handler {
	struct cat_text function;   /* as PostgreSQL printed it */
	struct cat_text media_type; /* what is asked for, in lower case; any/any as stars */
	struct cat_text answered;   /* what is answered */
	uint32_t row_type;          /* OID of the relation's row type, 0: rows of any kind */
};

struct cat_foreign_key {
	struct cat_text name;
	uint32_t from, to;         /* relation indices */
	struct cat_run columns;    /* of catalog_key_columns: from, to, from, to ... as column indices */
	uint32_t from_key, to_key; /* of TABLE_KEYS: the same columns, end by end */
	uint8_t one_to_one;        /* the referencing columns are the primary key or unique */
	uint8_t joins;             /* they are part of the primary key, not one to one: one half of a junction */
};

/* A function that takes one row of a relation and returns rows of another (indices). */
struct cat_computed {
	struct cat_text schema, name;
	uint32_t from, to;
	uint8_t to_one;
};

enum cat_volatility { CAT_IMMUTABLE = 'i', CAT_STABLE = 's', CAT_VOLATILE = 'v' };
enum cat_returns { CAT_RETURNS_VOID, CAT_RETURNS_SCALAR, CAT_RETURNS_COMPOSITE };

struct cat_parameter {
	struct cat_text name;      /* empty: unnamed */
	struct cat_text type_name; /* for casts and json_to_record: the type itself, bpchar and bit varying as above */
	uint32_t type, base_type;
	uint8_t required, variadic;
};

struct cat_setting {
	struct cat_text name, value;
};

struct cat_routine {
	struct cat_text schema, name, comment;
	uint32_t oid;
	struct cat_run parameters;  /* of catalog_parameters, in order; IN, INOUT and VARIADIC only */
	struct cat_run out_columns; /* of catalog_parameters: what a composite result is made of, when that is no
	                                   relation of the block: OUT, INOUT and TABLE columns, fields of a type */
	uint32_t return_type;       /* OID */
	uint32_t return_relation;   /* relation index when it returns (a domain over) its row type, or CAT_NONE */
	struct cat_run settings;    /* of catalog_settings: proconfig */
	uint8_t volatility;         /* enum cat_volatility */
	uint8_t returns;            /* enum cat_returns; COMPOSITE with any OUT, INOUT or TABLE column, even one */
	uint8_t returns_set;
	uint8_t returns_record; /* the return type is record; SCALAR when it has no OUT or TABLE columns either */
	uint8_t is_variadic;
};

struct cat_role {
	struct cat_text name;
	struct cat_run settings;   /* of catalog_settings: ALTER ROLE ... SET, of those the authenticator may set */
	struct cat_text isolation; /* default_transaction_isolation, or absent */
};

struct cat_schema {
	struct cat_text name, comment;
};
#endif
