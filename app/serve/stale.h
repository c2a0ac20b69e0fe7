/* Whether a request failed of a catalog that is behind the database.
 *
 * Columns and types change while workers serve by what was loaded before. Most requests do not notice, since `*` is
 * PostgreSQL's to expand; where columns are named, or their types are relied on, the relations are read anew and the
 * request is tried once more: see "When the schema changes" in lib/README.md.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_SERVE_STALE_H
#define ROWGATE_APP_SERVE_STALE_H

#include "app/serve/server.h"
#include "pg/flight.h"
#include "plan/plan.h"

/* A plan that failed, of which nothing is left in the database. unfit: its rows could not be encoded. */
struct stale {
	const struct plan *plan;
	const struct flight_outcome *outcome;
	const struct fault *fault;
	bool unfit;
};

/* Whether another plan may succeed; the plan's relations are read anew to find out, unless something else is wrong. The
 * plan is of no use any more when this is true. */
bool stale_is(const struct stale *t, struct server *s, struct arena *a);

#endif
