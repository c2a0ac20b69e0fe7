/* One flight to the database: settings, pre-request, main statement, count and response settings between two
 * Syncs, sent together and read back in order.
 *
 * Statements between Syncs form an implicit transaction; everything commits at the Sync, any error undoes all of
 * it, and no answer may leave before the Sync's own result (a deferred constraint fails only there). What else must
 * hold: lib/README.md, "One flight to the database".
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PG_FLIGHT_H
#define ROWGATE_PG_FLIGHT_H

#include "conn.h"

struct flight_outcome;

struct flight {
	struct str role; /* with search_path and the SQL text the key of prepared statements */
	struct str search_path;
	struct str isolation;           /* "", or one of SQL's four levels in any case: BEGIN with it goes first */
	const struct stmt *settings;    /* "SELECT ..." of set_config() calls, role switch included; or NULL */
	size_t settings_kept;           /* bytes that the server keeps of them for the session: after many it is replaced */
	const struct stmt *pre_request; /* or NULL */
	const struct stmt *main;        /* or NULL: settings only */
	const struct stmt *count;       /* one row, one bigint; or NULL */
	const struct stmt *explain;     /* EXPLAIN (FORMAT JSON) for planned and estimated counts; or NULL */
	bool user_code;                 /* code of users may run (views, policies, casts): response settings are asked for,
	                                 and the next flight cleanses the session. A pre-request means the same */
	bool calls;                     /* main calls a function that a request named: means the same */
	bool writes;                    /* means the same (triggers), and is never re-sent. Without it the settings make
	                                 the transaction read only, if it is not rolled back */
	bool may_prepare;               /* code of users can PREPARE: after one in which such code may have run, or that
	                                 failed, the next flight uses no prepared name before it knows that all are ours */
	bool response_settings;         /* ask for them although no code of users runs */
	bool rollback;                  /* db-tx-end or Prefer: tx=rollback: constraints are checked, then all is undone */
	/* Called once after the last row, before commit: false (with the fault filled) undoes everything.
	 * NULL when nothing needs judging, which saves a round trip; writes with on_row or on_columns take it anyway,
	 * since these may refuse too. */
	bool (*judge)(void *arg, const struct flight_outcome *so_far, struct arena *a, struct fault *f);
	/* Each row of main as it arrives; false (with the fault filled) undoes everything. */
	bool (*on_row)(void *arg, const struct row *r, struct fault *f);
	/* The columns of main, before its first row and also when there is none; may be NULL. */
	bool (*on_columns)(void *arg, const struct row *r, struct fault *f);
	void *arg;
};

struct flight_outcome {
	uint64_t rows;               /* rows main returned */
	uint64_t affected;           /* from main's command tag */
	int64_t count;               /* of the count statement, -1: none */
	int64_t inserted;            /* rows an INSERT asked to merge did not turn into updates, -1: it was none */
	struct str plan_json;        /* of explain, or STR_NONE */
	struct str response_headers; /* response.headers, or STR_NONE */
	struct str response_status;  /* response.status, or STR_NONE */
	struct str command;          /* main's command tag: "SELECT 5", "INSERT 0 1" */
	bool misfit;                 /* the request's own statements failed of themselves, not in code of users; functions
	                                in C say no more than these */
	bool unrun;                  /* and PostgreSQL points at what it could not take: before it ran any of it */
	bool sent;                   /* bytes went out: the fate of a write is unknown if the connection broke */
};

/* Runs the flight, on a new connection if need be. On a fault from PostgreSQL code, message, details
 * and hint are PostgreSQL's, http_status is what sqlstate.h makes of the code, and the connection is usable again or
 * known to be dead. anonymous decides between 401 and 403 for 42501. */
MUST_CHECK bool flight_run(struct conn *c, const struct flight *flight, bool anonymous, struct flight_outcome *out_r,
	struct arena *a, struct fault *f);

#endif
