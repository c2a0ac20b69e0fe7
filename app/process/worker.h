/* A worker process: one database connection, one request arena, one loop over its slots.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_PROCESS_WORKER_H
#define ROWGATE_APP_PROCESS_WORKER_H

#include "app/front/slots.h"
#include "app/process/scoreboard.h"
#include "app/process/statedir.h"
#include "app/serve/generation.h"

/* Where a worker stands among the others. */
struct worker_place {
	const struct slots_shared *shared;
	struct scoreboard *scoreboard; /* NULL: alone */
	size_t cell;                   /* its own on the scoreboard */
	int channel;                   /* where it tells its master of its seat: see seat.h; without a master not used */
	bool accounts;                 /* serves account URLs */
	/* Where those are served, for what the web server could not send there; NULL: nowhere else. */
	const struct slots_shared *account_workers;
	/* Without a master: what to look after between requests. False: another generation is to be served by. due_r: the
	 * monotonic time to ask again at the latest. */
	bool (*look)(void *arg, int64_t *due_r);
	void *look_arg;
	struct statedir *seats; /* where it gets its seat; NULL: of the master, see seat.h */
	struct slots **slots;   /* its connections, kept from one generation to the next; NULL in the beginning */
};

/* What worker_run() returns when look() said so; no exit status. */
#define WORKER_RELOAD (-1)

/* Serves requests from the listening socket until SIGTERM or SIGINT: then in-flight requests are finished, idle
 * connections closed, and 0 returned (an exit status); a second one cancels what PostgreSQL still does. SIGUSR2, from a
 * master: the same, but idle connections are handed to the other workers. SIGUSR1, from a master: the seat that was
 * asked for is there (seat.h). The process's signals are the worker's from here on. */
int worker_run(const struct generation *g, const struct worker_place *place);

#endif
