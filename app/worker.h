/* A worker process: one database connection, one request arena, one loop over its slots.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_WORKER_H
#define ROWGATE_APP_WORKER_H

#include "app/board.h"
#include "app/generation.h"
#include "app/slots.h"

/* Where a worker stands among the others. */
struct worker_place {
	const struct slots_shared *shared;
	struct board *board;       /* NULL: alone */
	size_t cell;               /* its own on the board */
};

/* Returned when the time to load anew came, see below; no exit status. */
#define WORKER_RELOAD (-1)

/* Serves requests from the listening socket until SIGTERM or SIGINT: then in-flight requests are finished, idle
 * connections closed, and 0 returned (an exit status); a second one cancels what PostgreSQL still does. SIGUSR2, from a
 * master: the same, but idle connections are handed to the other workers. leave_at_us: a monotonic time after which it
 * returns WORKER_RELOAD in the same manner, 0: never. The process's signals are the worker's from here on. */
int worker_run(const struct generation *g, const struct worker_place *place, int64_t leave_at_us);

#endif
