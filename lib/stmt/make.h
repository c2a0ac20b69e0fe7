/* From a plan to statements: the main one, its count, and the session's settings.
 *
 * SQL that depends on a request is composed in lib/stmt alone. Values become parameters; identifiers, the catalog's and
 * those of a request that it does not know, pass stmt_ident(). Requests that differ only in values give the same SQL
 * text, so it can stay prepared.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_STMT_MAKE_H
#define ROWGATE_STMT_MAKE_H

#include "plan/plan.h"
#include "stmt.h"

/* The statements of one plan, which go out in this order. */
struct stmt_set {
	const struct stmt *main;    /* NULL: nothing to run beside the settings */
	const struct stmt *count;   /* count=exact: one row, one bigint */
	const struct stmt *explain; /* count=planned or estimated: EXPLAIN (FORMAT JSON) of the uncounted read */
};

/* Makes the statements of a plan of any kind; PLAN_INFO needs none. Faults: 400 PGRST100 for a type name in a cast that
 * is none, 413 and 414 for what is too much. */
MUST_CHECK bool stmt_make(struct stmt_set *out_r, const struct plan *p, struct arena *a, struct fault *f);

/* What stmt_settings() needs to know. */
struct stmt_settings {
	const struct plan *plan;
	const struct request *request;
	struct str role;         /* role to switch to */
	struct str claims;       /* JSON object */
	struct str check_schema; /* where check_session() lies that must agree first; STR_NONE: nobody is asked */
	struct str session;      /* of the token */
	int64_t issued_at;
};

/* settings.c, to the end of this file. SELECT set_config(...), ...: search_path, the role's own settings, role,
 * request.*, timezone, the function's hoisted settings, app.settings.*, transaction_read_only, DateStyle. */
MUST_CHECK bool stmt_settings(struct stmt *out_r, const struct stmt_settings *s, struct arena *a, struct fault *f);
/* The isolation level for struct flight, since no setting can bring it about: the called function's, else the role's,
 * else "". */
struct str stmt_isolation(const struct stmt_settings *s);
/* Bytes that PostgreSQL keeps of them for the session, for struct flight. */
size_t stmt_settings_kept(const struct stmt_settings *s);
/* Asks what the current role may use in the plan's schema, the main statement of PLAN_INSPECT when openapi-mode is
 * follow-privileges: rows (kind text: 'relation' or 'routine', oid). */
MUST_CHECK bool stmt_privileges(struct stmt *out_r, const struct plan *p, struct arena *a, struct fault *f);
/* SELECT "schema"."function"(): db-pre-request. */
MUST_CHECK bool stmt_pre_request(struct stmt *out_r, struct str qualified_name, struct arena *a, struct fault *f);

/* rights.c: a statement that changes nothing and fails as the write of plan_target()'s plan will fail when the caller
 * has no right to it: as long as sql.p is set. Others it may fail of mean nothing. */
MUST_CHECK bool stmt_rights(struct stmt *out_r, const struct plan *p, struct arena *a, struct fault *f);
/* A row when the caller may insert or update any column of the relation, or call the function. stmt_rights() may also
 * fail for want of what the write itself does not touch: the first column, a default that is given, an argument that
 * is not. */
MUST_CHECK bool stmt_may_write(struct stmt *out_r, const struct plan *p, struct arena *a, struct fault *f);

#endif
