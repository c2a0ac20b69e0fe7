/* A worker process: one database connection, one request arena, one loop over its slots.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_WORKER_H
#define ROWGATE_APP_WORKER_H

#include "app/generation.h"
#include "app/slots.h"

/* Returned when the time to load anew came, see below; no exit status. */
#define WORKER_RELOAD (-1)

/* Serves requests from the listening socket until SIGTERM or SIGINT: then in-flight requests are finished, idle
 * connections closed, and 0 returned (an exit status). leave_at_us: a monotonic time after which it returns
 * WORKER_RELOAD in the same manner, 0: never. The process's signals are the worker's from here on. */
int worker_run(const struct generation *g, const struct slots_shared *shared, int64_t leave_at_us);

#endif
