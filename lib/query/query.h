/* The syntax tree of a request: what the URL and the body's headers ask for, before any table is known.
 *
 * It covers PostgREST's whole grammar (PARITY 1.2): embeds, logic trees and aggregates parse here even where a
 * later stage refuses them, so that stage alone grows. Nothing here knows a table, and nothing here is SQL.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_QUERY_QUERY_H
#define ROWGATE_QUERY_QUERY_H

#include "base/conf.h"
#include "http/media.h"
#include "http/prefer.h"
#include "http/range.h"
#include "http/request.h"

/* One arrow of a JSON, composite or array path: data->a->>b, data->-1. */
struct json_step {
	bool as_text;     /* ->> */
	bool is_index;    /* key holds digits with an optional '-' */
	struct str key;
};

struct field {
	struct str name;                /* "*" only where kind says so */
	const struct json_step *steps;
	size_t step_count;
};

enum aggregate { AGGREGATE_NONE, AGGREGATE_SUM, AGGREGATE_AVG, AGGREGATE_COUNT, AGGREGATE_MAX, AGGREGATE_MIN };
enum join_type { JOIN_DEFAULT, JOIN_INNER, JOIN_LEFT };
enum select_kind {
	SELECT_ALL,      /* * */
	SELECT_FIELD,    /* a field; a bare count() has field.name.p == NULL */
	SELECT_EMBED,    /* rel(...) */
	SELECT_SPREAD    /* ...rel(...) */
};

struct select_item {
	enum select_kind kind;
	struct str alias;               /* STR_NONE: none given */
	struct field field;             /* SELECT_FIELD */
	struct str cast;                /* SELECT_FIELD: type after ::, before the aggregate */
	enum aggregate aggregate;
	struct str aggregate_cast;
	struct str relation, hint;      /* embeds */
	enum join_type join;
	struct select_item *children;   /* embeds: first child, NULL for rel() */
	struct select_item *next;
};

enum filter_operator {
	OP_EQ, OP_GT, OP_GTE, OP_LT, OP_LTE, OP_NEQ, OP_LIKE, OP_ILIKE, OP_MATCH, OP_IMATCH,
	OP_IN, OP_IS, OP_ISDISTINCT,
	OP_FTS, OP_PLFTS, OP_PHFTS, OP_WFTS,
	OP_CS, OP_CD, OP_OV, OP_SL, OP_SR, OP_NXR, OP_NXL, OP_ADJ
};
enum filter_quantifier { QUANTIFIER_NONE, QUANTIFIER_ANY, QUANTIFIER_ALL };
enum filter_is { IS_NULL, IS_NOT_NULL, IS_TRUE, IS_FALSE, IS_UNKNOWN };

struct filter {
	struct field field;
	bool negated;                   /* not. */
	enum filter_operator op;
	enum filter_quantifier quantifier;
	enum filter_is is;              /* OP_IS */
	struct str language;            /* OP_FTS..: STR_NONE or the configuration in parentheses */
	struct str value;               /* the operand as text, '*' of like already '%'; quantified: the {..} literal */
	const struct str *values;       /* OP_IN */
	size_t value_count;
};

enum logic_kind { LOGIC_AND, LOGIC_OR, LOGIC_FILTER };

struct logic {
	enum logic_kind kind;
	bool negated;                   /* not.and / not.or; a filter carries its own */
	struct filter filter;           /* LOGIC_FILTER */
	struct logic *children;         /* LOGIC_AND, LOGIC_OR: first operand */
	struct logic *next;
};

enum order_direction { ORDER_DEFAULT, ORDER_ASC, ORDER_DESC };
enum order_nulls { NULLS_DEFAULT, NULLS_FIRST, NULLS_LAST };

struct order_term {
	struct str relation;            /* rel(col): the embed's name; STR_NONE otherwise */
	struct field field;
	enum order_direction direction;
	enum order_nulls nulls;
	struct order_term *next;
};

/* What was said of one place in the tree of embeds: `path` names the embeds from the root ({} is the root).
 * Parameters of the same place are collected in one scope, in order of appearance. */
struct query_scope {
	const struct str *path;
	size_t path_length;
	struct logic *where;            /* NULL, or one LOGIC_AND of every filter and logic tree of this place */
	struct order_term *order;
	bool has_order;
	struct row_range range;         /* limit= and offset= of this place (and the Range field at the root) */
	struct query_scope *next;
};

enum query_target { TARGET_ROOT, TARGET_RELATION, TARGET_ROUTINE };
enum query_action {
	ACTION_INSPECT,   /* GET / */
	ACTION_READ, ACTION_CREATE, ACTION_UPDATE, ACTION_UPSERT_ONE, ACTION_DELETE,
	ACTION_CALL,
	ACTION_INFO       /* OPTIONS */
};
enum call_method { CALL_READ, CALL_WRITE }; /* GET and HEAD; POST */

enum payload_kind {
	PAYLOAD_NONE,
	PAYLOAD_JSON,    /* body goes to PostgreSQL as it is; keys were read by the scanner */
	PAYLOAD_RAW,     /* columns= was given, or a function takes the body whole: nothing was read */
	PAYLOAD_FORM,    /* pairs */
	PAYLOAD_CSV
};

struct payload {
	enum payload_kind kind;
	struct media media;
	struct str body;
	bool is_array;                  /* PAYLOAD_JSON: an array of objects, not one object */
	size_t row_count;               /* PAYLOAD_JSON: objects */
	const struct str *keys;         /* decoded keys of the first object, header of the CSV, names of the form */
	size_t key_count;
	const struct http_pair *pairs;  /* PAYLOAD_FORM */
	size_t pair_count;
};

struct query {
	enum query_target target;
	enum query_action action;
	enum call_method call_method;   /* ACTION_CALL */
	bool head_only;                 /* HEAD: no body in the answer */
	struct str schema;              /* the one asked for, or the first of db-schemas */
	bool schema_negotiated;         /* more than one schema is configured: Content-Profile is answered */
	struct str name;                /* relation or function, decoded */
	struct select_item *select;     /* select=, default one SELECT_ALL */
	bool has_select;
	struct query_scope *scopes;     /* the root's is first and always there */
	const struct str *columns;      /* columns= */
	size_t column_count;
	bool has_columns;
	const struct str *on_conflict;  /* on_conflict= */
	size_t on_conflict_count;
	bool has_limit_or_offset;       /* limit= or offset= at the root (PGRST114) */
	bool has_range_field;
	const struct http_pair *params; /* ACTION_CALL by GET: candidates for arguments, every unreserved pair, raw */
	size_t param_count;
	struct prefer prefer;
	const struct media *accept;     /* best first */
	size_t accept_count;
	struct payload payload;
	struct str canonical_query;     /* the parameters sorted and encoded, for Content-Location; empty if none */
};

/* Reads the whole request. Faults are PostgREST's: PGRST100 (grammar), 101, 102, 103, 106, 117, 125, ... */
bool query_read(struct query *out_r, const struct request *r, const struct conf *c, struct arena *a,
	struct fault *f);

#endif
