/* What PostgreSQL's errors mean in HTTP: PostgREST's table (sqlstate.c), first match first.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PG_SQLSTATE_H
#define ROWGATE_PG_SQLSTATE_H

#include "base/arena.h"
#include "base/fault.h"

/* An error as PostgreSQL reported it; detail and hint may be STR_NONE. */
struct pg_error {
	struct str sqlstate, message, detail, hint;
};

/* Status of a class or code; 500 for what is no SQLSTATE at all. anonymous decides between 401 and 403 for 42501.
 * SQLSTATE PGRST is raise_fault()'s. */
int sqlstate_status(const struct pg_error *e, bool anonymous);
/* The whole fault: PostgreSQL's own texts, PTnnn with its message as the reason, RAISE SQLSTATE 'PGRST'.
 * The error's texts must live as long as the fault. Always returns false. */
bool sqlstate_fault(struct fault *f, const struct pg_error *e, bool anonymous, struct arena *a);

/* raise.c: RAISE SQLSTATE 'PGRST': message is JSON {code, message, details?, hint?}, detail is JSON {status, headers,
 * status_text?}; anything else is 500 PGRST121. Always returns false. */
bool raise_fault(struct fault *f, const struct pg_error *e, struct arena *a);

#endif
