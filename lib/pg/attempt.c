/* What sending and receiving ask about an attempt, and how it breaks.
 * SPDX-License-Identifier: MIT */
#include "attempt.h"

#include "result.h"

bool attempt_dirties(const struct flight *flight)
{
	return flight->user_code || flight->pre_request || flight->calls || flight->writes;
}

bool attempt_cleanses(const struct flight *flight)
{
	/* Deferred triggers run behind all statements, and want the settings that were there for these. */
	return attempt_dirties(flight) && !flight->writes && !flight->rollback;
}

bool attempt_holds(const struct flight *flight)
{
	/* A read that is refused half-way needs no undoing. */
	return flight->judge || (flight->writes && (flight->on_row || flight->on_columns));
}

void attempt_break(struct attempt *t, const char *libpq_message)
{
	if (!t->failed)
		result_broken_fault(t->fault, str_of(libpq_message), t->arena);
	t->failed = true;
	t->broken = true;
}
