/* A request with every name resolved against the catalog: what stmt writes as SQL and reply answers by.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PLAN_PLAN_H
#define ROWGATE_PLAN_PLAN_H

#include "base/conf.h"
#include "catalog/catalog.h"
#include "query/query.h"

enum plan_kind {
	PLAN_INSPECT,      /* GET / */
	PLAN_INFO,         /* OPTIONS */
	PLAN_READ, PLAN_INSERT, PLAN_UPDATE, PLAN_UPSERT_ONE, PLAN_DELETE, PLAN_CALL
};

/* What the main statement's rows mean. */
enum plan_result {
	RESULT_NOTHING,    /* no rows: void functions, return=minimal */
	RESULT_ROWS,       /* each row an object */
	RESULT_OBJECT,     /* one row, one object: a function that returns one composite value */
	RESULT_VALUE,      /* one row, one column: a scalar */
	RESULT_VALUES,     /* each row's one column is a value: setof scalar */
	RESULT_LOCATION    /* return=headers-only: the key's columns, for Location */
};

struct plan_select;    /* lib/plan/read.h: the resolved select list and tree of a read */
struct plan_write;     /* lib/plan/write.h */
struct plan_call;      /* lib/plan/call.h */

struct plan {
	enum plan_kind kind;
	enum plan_result result;
	const struct query *query;
	const struct catalog *catalog;
	const struct conf *conf;
	const struct cat_relation *relation;   /* or NULL */
	const struct cat_routine *routine;     /* or NULL */
	const struct plan_select *read;        /* rows of a read, of a representation, of a call; or NULL */
	const struct plan_write *write;
	const struct plan_call *call;

	struct media media;            /* what the answer will be */
	bool singular;                 /* vnd.pgrst.object: exactly one row or 406 PGRST116 */
	bool strip_nulls;
	bool read_only;                /* transaction access mode */
	bool user_code;                /* may run code of users: functions, triggers, volatile defaults, policies */
	bool rollback;
	struct str isolation;          /* "" for the default */
	struct row_range range;        /* effective, db-max-rows included */
	enum prefer_count count;       /* count=exact and so on, when it applies */
	bool count_by_statement;       /* false: the rows returned are the total */
	int64_t max_affected;          /* -1: no limit */
	struct prefer applied;         /* what Preference-Applied may say */
	struct str search_path;        /* value of search_path: quoted, schema first, pg_temp last */
};

/* Resolves the query. Faults are PostgREST's: PGRST200-205, 107, 108, 114, 118, 120, 123, ... */
bool plan_make(struct plan *out_r, const struct query *q, const struct catalog *cat, const struct conf *c,
	struct arena *a, struct fault *f);

#endif
