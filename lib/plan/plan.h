/* A request with every name resolved against the catalog: what stmt writes as SQL and reply answers by.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PLAN_PLAN_H
#define ROWGATE_PLAN_PLAN_H

#include "catalog/catalog.h"
#include "conf/conf.h"
#include "query/query.h"

enum plan_kind {
	PLAN_INSPECT, /* GET / */
	PLAN_INFO,    /* OPTIONS */
	PLAN_READ,
	PLAN_INSERT,
	PLAN_UPDATE,
	PLAN_UPSERT_ONE,
	PLAN_DELETE,
	PLAN_CALL,
	PLAN_KIND_COUNT
};

/* What the main statement's rows mean. */
enum plan_result {
	RESULT_NOTHING, /* return=minimal (no rows) and void functions (a row without meaning) */
	RESULT_ROWS,    /* each row an object */
	RESULT_OBJECT,  /* one row, one object: a function that returns one composite value; null when a filter
	                    * left no row */
	RESULT_VALUE,   /* one row, one column: a scalar; null when a filter left no row */
	RESULT_VALUES,  /* each row's one column is a value: setof scalar; with singular the one value itself */
	RESULT_LOCATION /* return=headers-only: the key's columns as text, for Location when there is one row */
};

struct plan_select; /* lib/plan/read.h: the resolved select list and tree of a read */
struct plan_write;  /* lib/plan/write.h */
struct plan_call;   /* lib/plan/call.h */

struct plan {
	enum plan_kind kind;
	enum plan_result result;
	const struct query *query;
	const struct catalog *catalog;
	const struct conf *conf;
	const struct cat_relation *relation; /* or NULL */
	const struct cat_routine *routine;   /* or NULL */
	const struct plan_select *read;      /* rows of a read, of a representation, of a call; or NULL */
	const struct plan_write *write;
	const struct plan_call *call;

	struct media media;                /* what the answer will be */
	const struct cat_handler *handler; /* the aggregate that makes the body of the rows, or NULL */
	bool raw;                          /* the one value is the body: of a domain named as a media type */
	bool features;                     /* each row becomes a GeoJSON feature */
	bool unlocated;                    /* with features: no column can be a geometry, so PostGIS is not asked */
	bool objects;                      /* PostgreSQL makes the JSON of each row: see plan_leave_encoding() */
	bool plain;                        /* values leave PostgreSQL in their own form, none as JSON */
	bool singular;                     /* vnd.pgrst.object: exactly one row or 406 PGRST116 */
	bool strip_nulls;
	bool read_only; /* transaction access mode */
	bool user_code; /* false: provably runs no code of users (functions, triggers, policies, views) */
	bool calls;     /* calls code of users that the request itself named: functions, computed fields */
	bool rollback;
	struct str isolation;    /* of the function called, "": the role's or the default; see stmt_isolation() */
	struct row_range range;  /* effective, db-max-rows included */
	enum prefer_count count; /* what of count= can be had: a relation's rows any, else exact or none */
	bool whole;              /* a relation's rows, neither filtered nor limited but by db-max-rows */
	bool count_by_statement; /* a count or explain statement goes along; false: the rows returned (or
	                                * affected) are the total */
	bool passes_over;        /* main brings the rows outside the range too, to be counted and passed over: a
	                                * function that may write is not run a second time to be counted */
	bool above;              /* of a read: what is computed of the rows stands above LIMIT and OFFSET */
	bool steady;             /* of a read or call: its limits can stand in the text of a statement that is kept */
	int64_t max_affected;    /* or MAX_AFFECTED_NONE; only with handling=strict */
	struct str legacy_names; /* embeds addressed by their relation's name in spite of an alias: `name` to `alias`,
	                                * or STR_NONE */
	struct prefer applied;   /* what Preference-Applied may say */
	size_t embeds;           /* in the whole tree of places: see PLAN_EMBEDS_FEW */
	struct str search_path;  /* value of search_path: quoted, schema first, pg_temp last */
};

/* So many embeds PostgreSQL plans as joins in a few milliseconds, and so many it may compile just in time. Every
 * expression of an embed is compiled by itself, some 10 ms each, whenever the planner's guess of the cost is high. */
enum { PLAN_EMBEDS_FEW = 8, PLAN_EMBEDS_COMPILED = 4 };

/* What is said of legacy_names, in Warning and in the log. */
#define PLAN_LEGACY_NAMES                                                                                              \
	"Embedded resource was referenced by relation name even though it has an alias. "                                  \
	"This is deprecated and will stop working in a future release"

/* make.c: resolves the query, in the order in which PostgREST finds fault: relation or function (404 PGRST202, 205, 300
 * PGRST203), embeds (400 PGRST108, 200), aggregates (400 PGRST123), columns to write (400 PGRST204) and PUT's filters
 * (405 PGRST105), media type (406 PGRST107), preferences (400 PGRST122, 128); a write's preferences before its media
 * type. */
MUST_CHECK bool plan_make(struct plan *out_r, const struct query *q, const struct catalog *cat, const struct conf *c,
	struct arena *a, struct fault *f);

/* target.c: what a request is for and nothing more: relation (404 PGRST205) or function (404 PGRST202; routine is NULL
 * where several have the name). The query's body need not have been read. */
MUST_CHECK bool plan_target(struct plan *out_r, const struct query *q, const struct catalog *cat, const struct conf *c,
	struct arena *a, struct fault *f);

/* above.c: plan.above. */
bool plan_stands_above(const struct plan *p);
/* steady.c: plan.steady. */
bool plan_is_steady(const struct plan *p);

/* Whether the worker makes JSON of the rows, so that PostgreSQL encodes what it cannot. */
static inline bool plan_is_encoded(const struct plan *p)
{
	return !p->plain && !p->objects;
}

/* make.c: has PostgreSQL make the JSON of the rows if the answer is that: slower, but whatever types they have. */
void plan_leave_encoding(struct plan *p);
/* upsert.c: makes of an upsert one in which rows that are there keep what is left out and must have a value. False:
 * that is no other. */
bool plan_keep_left_out(struct plan *p, struct arena *a);

/* make.c: whether a function's own setting of that name holds for the whole transaction: db-hoisted-tx-settings. */
bool plan_hoists(const struct conf *c, struct str setting);

#endif
