/* A call of a function by name with every argument a parameter, outside of any plan.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_STMT_ROUTINE_H
#define ROWGATE_STMT_ROUTINE_H

#include "base/arena.h"
#include "base/fault.h"
#include "stmt.h"

/* SELECT * FROM "schema"."name"($1, $2, ...): PostgreSQL infers the types. STR_NONE is NULL. 413 for what is too
 * much. */
MUST_CHECK bool stmt_routine(struct stmt *out_r, struct str schema, struct str name, const struct str *values,
	size_t count, struct arena *a, struct fault *f);

#endif
