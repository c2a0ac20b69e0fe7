/* Reading PGresult: errors as faults. Rows are row.h's.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PG_RESULT_H
#define ROWGATE_PG_RESULT_H

#include "inner.h"

/* The fault of a PGRES_FATAL_ERROR, its texts copied to the arena. Without an SQLSTATE it is libpq's own and means
 * that the connection broke. Always returns false. */
bool result_fault(struct fault *f, const PGresult *result, bool anonymous, struct arena *a);
/* 503 PGRST001 in PostgREST's wording. Always returns false. */
bool result_broken_fault(struct fault *f, struct str libpq_message, struct arena *a);
bool result_has_sqlstate(const PGresult *result, const char *sqlstate);
/* Whether this function of PostgreSQL's source reported it. */
bool result_from_function(const PGresult *result, const char *name);
/* Whether the error was raised inside a function, not by the statement itself. */
bool result_from_user_code(const PGresult *result);
/* Whether the error says where in the statement it is: it was not run yet. */
bool result_points(const PGresult *result);

#endif
