/* A function call, resolved: the overload chosen and where each of its arguments comes from.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PLAN_CALL_H
#define ROWGATE_PLAN_CALL_H

#include "read.h"

enum plan_call_arguments {
	ARGUMENTS_NONE,
	ARGUMENTS_TEXT, /* from the URL or a form: each one a text that PostgreSQL casts */
	ARGUMENTS_JSON, /* the keys of a JSON body, unpacked by PostgreSQL */
	ARGUMENTS_BODY  /* the body is the single unnamed parameter */
};

struct plan_argument {
	struct str name, type_name; /* name: "" for one without; type_name: the parameter's, as catalog text */
	bool variadic;
	bool json_as_text;        /* ARGUMENTS_JSON: its value is a string that holds JSON, a field of CSV */
	struct str value;         /* ARGUMENTS_TEXT */
	const struct str *values; /* ARGUMENTS_TEXT, variadic: its elements */
	size_t value_count;
};

struct plan_call {
	enum plan_call_arguments from;
	const struct plan_argument *arguments; /* those given, in the order of the parameters */
	size_t argument_count;
	size_t placed;      /* so many are told by their place: those up to the one without a name */
	struct str body;    /* ARGUMENTS_JSON, ARGUMENTS_BODY */
	bool is_array;      /* ARGUMENTS_JSON: the first object of an array counts */
	uint32_t body_type; /* ARGUMENTS_BODY: OID of json, jsonb, text, xml or bytea */
	bool scalar;        /* the result is one column, PLAN_SCALAR, not a row */
};

/* Chooses the overload that takes the arguments given. Faults: 404 PGRST202, 300 PGRST203. */
MUST_CHECK bool plan_find_routine(const struct cat_routine **out_r, const struct query *q, const struct catalog *cat,
	struct arena *a, struct fault *f);
/* Sorts out where that routine's arguments come from. */
void plan_call(struct plan_call *out_r, const struct query *q, const struct cat_routine *r, const struct catalog *cat,
	const struct conf *c, struct arena *a);

/* What the value of a function that returns no row is called. */
#define PLAN_SCALAR STR("pgrst_scalar")
/* What the rows of a call are called where a column of theirs is named that nobody knows, as by PostgREST. */
#define PLAN_CALL_ALIAS STR("pgrst_call")

#endif
