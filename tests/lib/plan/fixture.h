/* A shop's catalog and the way from a request's text to a plan, its statements or a fault, without a database.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_TESTS_PLAN_FIXTURE_H
#define ROWGATE_TESTS_PLAN_FIXTURE_H

#include "../expect.h"

#include "base/arena.h"
#include "catalog/catalog.h"
#include "plan/plan.h"
#include "stmt/make.h"

struct made {
	struct request request;
	struct query query;
	struct plan plan;
	struct stmt_set stmts;
	struct fault fault; /* http_status 0: all went well */
};

/* Schema api: items, orders, pairs, log, a view, functions; made once an arena. */
const struct catalog *fixture_catalog(struct arena *a);
/* The defaults of the configuration, as far as planning looks at them. */
struct conf fixture_conf(void);
/* request: "METHOD target", then "Name: value" lines, then an empty line and the body. */
struct request fixture_request(const char *text, struct arena *a);
struct made *fixture_make(const char *request, const struct conf *c, struct arena *a);

/* `SQL | value | value`, NULL for a missing value; `NNN CODE message | details | hint` for a fault. */
struct str fixture_show_stmt(const struct stmt *s, struct arena *a);
struct str fixture_show_fault(const struct fault *f, struct arena *a);

/* In both texts a backquote stands for a double quote, so that SQL and JSON can be read. */
struct golden {
	const char *request, *want;
};

/* Makes each request and compares its main statement or its fault. */
void fixture_golden(const struct golden *rows, size_t count, const struct conf *c);

#endif
