/* The syntax tree of a request: what the URL and the body's headers ask for, before any table is known.
 *
 * It covers PostgREST's whole grammar: embeds, logic trees and aggregates parse here even where a
 * later stage refuses them, so that stage alone grows. Nothing here knows a table; of SQL there is only how an
 * operator and an aggregate are spelled (operator.h, tree.h).
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_QUERY_QUERY_H
#define ROWGATE_QUERY_QUERY_H

#include "conf/conf.h"
#include "http/media.h"
#include "http/prefer.h"
#include "http/request.h"
#include "tree.h"

enum query_target { TARGET_ROOT, TARGET_RELATION, TARGET_ROUTINE, QUERY_TARGET_COUNT };
enum query_action {
	ACTION_INSPECT, /* GET / */
	ACTION_READ,
	ACTION_CREATE,
	ACTION_UPDATE,
	ACTION_UPSERT_ONE,
	ACTION_DELETE,
	ACTION_CALL,
	ACTION_INFO, /* OPTIONS */
	QUERY_ACTION_COUNT
};
enum call_method { CALL_READ, CALL_WRITE }; /* GET and HEAD; POST */

enum payload_kind {
	PAYLOAD_NONE,
	PAYLOAD_JSON, /* body is JSON whose shape is known: an object or an array of objects with the same keys. It is
	                  * what the client sent, or what a form sent to a relation, CSV sent to a function became */
	PAYLOAD_JSON_UNREAD, /* columns= was given: body was not looked at, keys are those of columns= */
	PAYLOAD_ARRAYS,      /* CSV sent to a relation, of one row or more: arrays */
	PAYLOAD_FORM,        /* a form sent to a function: pairs */
	PAYLOAD_RAW          /* text, XML or octets for a function that takes the body whole */
};

/* The body of a request, as far as it was read. */
struct payload {
	enum payload_kind kind;
	struct media media; /* Content-Type; JSON when there is none */
	struct str body;
	bool is_array;            /* PAYLOAD_JSON: an array of objects, not one object */
	size_t row_count;         /* PAYLOAD_JSON: objects; 0 for [] and for a scalar, which counts as [] */
	const struct str *arrays; /* PAYLOAD_ARRAYS: the values of each key as a PostgreSQL array literal of texts,
	                                 * a NUL byte behind each */
	const struct str *keys;   /* decoded keys of the first object or names of the form, each once */
	size_t key_count;
	const struct http_pair *pairs; /* PAYLOAD_FORM, in order, repeated names kept (variadic) */
	size_t pair_count;
};

struct query {
	enum query_target target;
	enum query_action action;
	enum call_method call_method; /* ACTION_CALL */
	bool head_only;               /* HEAD: no body in the answer */
	struct str schema;            /* the one asked for, or the first of db-schemas, or db-root-spec's own */
	bool schema_negotiated;       /* more than one schema is configured: Content-Profile is answered */
	struct str name;              /* relation or function, decoded */
	bool is_root_spec;            /* GET / answered by the function db-root-spec */
	struct select_item *select;   /* select=, default one SELECT_ALL; NULL for an empty select= */
	bool has_select;
	struct query_scope *scopes; /* the root's is first and always there */
	const struct str *columns;  /* columns=, each once */
	size_t column_count;
	bool has_columns;
	const struct str *on_conflict; /* on_conflict= */
	size_t on_conflict_count;
	bool has_range_field;
	/* CALL_READ: arguments. A pair is an argument exactly when its value does not begin as an operator expression
	 * does (`a=5`), a filter in a scope otherwise (`a=eq.5`); repeated names kept (variadic). */
	const struct http_pair *params;
	size_t param_count;
	struct prefer prefer;
	const struct media *accept; /* best first */
	size_t accept_count;
	struct payload payload;
	struct str canonical_query; /* the parameters sorted by name and encoded, for Content-Location; empty if none */
};

/* read.c: reads the whole request, in the order in which PostgREST finds fault: path (404 PGRST125, 126), schema (406
 * PGRST106), method (405 PGRST101, 117), parameters (400 PGRST100), ranges (416 PGRST103, 400 PGRST114), body (400
 * PGRST102). */
MUST_CHECK bool query_read(struct query *out_r, const struct request *r, const struct conf *c, struct arena *a,
	struct fault *f);
/* The same in two steps: all but the body, and the body. */
MUST_CHECK bool query_read_head(struct query *out_r, const struct request *r, const struct conf *c, struct arena *a,
	struct fault *f);
MUST_CHECK bool query_read_body(struct query *q, const struct request *r, const struct conf *c, struct arena *a,
	struct fault *f);
/* Whether the action makes something of the body. */
static inline bool query_has_body(const struct query *q)
{
	return q->action == ACTION_CREATE || q->action == ACTION_UPDATE || q->action == ACTION_UPSERT_ONE
		|| (q->action == ACTION_CALL && q->call_method == CALL_WRITE);
}

#endif
