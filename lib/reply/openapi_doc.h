/* What the parts of the OpenAPI document share. Internal to lib/reply/openapi*.c.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_REPLY_OPENAPI_DOC_H
#define ROWGATE_REPLY_OPENAPI_DOC_H

#include "base/jsonw.h"
#include "http/endpoint.h"
#include "plan/plan.h"
#include "spool.h"

/* A routine's place in `routines`, for the rows that name it by OID. */
struct openapi_oid {
	uint32_t oid, index;
};

struct openapi {
	const struct plan *plan;
	endpoint_nth_fn *accounts; /* NULL: accounts are off */
	const struct catalog *cat;
	struct arena *arena;
	struct arena *scratch;                /* of its own, emptied with each flush */
	const struct cat_relation *relations; /* of the schema */
	size_t relation_count;
	bool *usable; /* of each relation */
	const struct cat_routine *routines;
	size_t routine_count;
	bool *executable;                 /* of each routine */
	struct openapi_oid *routine_oids; /* ascending */
	struct buf buf;                   /* what has not gone to the body yet */
	struct jsonw w;
	struct spool body;
};

/* Moves what was written to the body: after each relation, so that memory does not grow with the schema. */
void openapi_flush(struct openapi *o);
/* Splits a comment behind its first line; the second part is absent when it is empty. */
void openapi_split_comment(struct str comment, struct str *first_r, struct str *rest_r);
/* The first line of a comment as summary, the rest without leading line breaks as description. */
void openapi_put_comment(struct openapi *o, struct cat_text comment);
/* The i-th routine stands for its overloads: a path has one description, that of the most parameters. */
bool openapi_shows_routine(const struct openapi *o, size_t i);

/* openapi_schema.c, to the end of the group: the type of values of an SQL type, STR_NONE for json, which may be
 * anything. */
struct str openapi_type(struct str sql_name);
/* What stands as "format" of it: the name, but for integers. */
struct str openapi_format(struct str sql_name);
/* The name of a column's or parameter's type. */
struct str openapi_column_format(const struct openapi *o, const struct cat_column *column);
struct str openapi_parameter_format(const struct openapi *o, const struct cat_parameter *parameter);
/* "definitions": a schema object for each relation. */
void openapi_put_definitions(struct openapi *o);
/* The schema of a function's arguments. */
void openapi_put_arguments(struct openapi *o, const struct cat_routine *routine);

/* openapi_paths.c: "paths" and "parameters". */
void openapi_put_paths(struct openapi *o);
void openapi_put_parameters(struct openapi *o);

/* openapi_accounts.c: the account endpoints, where accounts are on; whether that is what /rpc/ and this name lead
 * to. */
void openapi_put_account_paths(struct openapi *o);
/* "responses", which their operations refer to. */
void openapi_put_account_responses(struct openapi *o);
bool openapi_is_account(const struct openapi *o, struct str routine);

#endif
