/* Calls of the private schema's functions: one statement, one transaction, one row.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_DATABASE_H
#define ROWGATE_ACCOUNT_DATABASE_H

#include "account/account.h"

enum { DATABASE_COLUMNS = 12 };

/* The first row of a function's result; texts live in the arena, STR_NONE is NULL. */
struct database_row {
	bool found;
	struct str values[DATABASE_COLUMNS];
};

/* database_call(&row, c, f, "function", argument, ...): at least one argument. A failure is a fault the client may see:
 * 503 when the database cannot be asked, so that everything is closed then; 403 for what a trigger refuses. */
#define database_call(row, c, f, name, ...)                                                                            \
	database_run((row), (c), (f), STR(name), (const struct str[]){ __VA_ARGS__ },                                      \
		COUNT_OF(((const struct str[]){ __VA_ARGS__ })))
MUST_CHECK bool database_run(struct database_row *row, struct account_call *c, struct fault *f, struct str name,
	const struct str *values, size_t count);
/* The same of a function in any schema. */
MUST_CHECK bool database_routine(struct database_row *row, struct account_call *c, struct fault *f, struct str schema,
	struct str name, const struct str *values, size_t count);
/* A boolean or a number as PostgreSQL prints it. */
bool database_true(struct str value);
int64_t database_number(struct str value);
/* Seconds as an interval, a number as an argument. */
struct str database_seconds(const struct account_call *c, int64_t seconds);
struct str database_int(const struct account_call *c, int64_t number);

#endif
