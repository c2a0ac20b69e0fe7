/* Counters and gauges as Prometheus reads them, under PostgREST's names.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_PROCESS_METRICS_H
#define ROWGATE_APP_PROCESS_METRICS_H

#include "app/process/pool.h"
#include "base/buf.h"

/* What the master has counted; the rest is asked of the pool. */
struct metrics {
	uint64_t loads, failures; /* of the catalog */
	int64_t query_us;         /* how long the last one took in the database */
};

/* Writes the text exposition format. A pool's connections are its workers', one each; who waits is in the queue of its
 * socket or among the connections handed over. */
void metrics_write(struct buf *out, const struct metrics *m, const struct pool *p, const struct conf *conf);

#endif
