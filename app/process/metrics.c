/* Counters and gauges as Prometheus reads them, under PostgREST's names.
 * SPDX-License-Identifier: MIT */
#include "metrics.h"

#include "app/front/listen.h"

static void describe(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A whole number, spelt as a floating one as PostgREST does. */
static void whole(struct buf *out, const char *name, const char *type, const char *help, uint64_t value)
{
	describe(out, name, type, help);
	buf_printf(out, "%s %llu.0\n", name, (unsigned long long)value);
}

/* PostgREST shows a label once there is something to count under it. */
static void loads(struct buf *out, const char *status, uint64_t value)
{
	if (value)
		buf_printf(out, "pgrst_schema_cache_loads_total{status=\"%s\"} %llu.0\n", status, (unsigned long long)value);
}

static void tokens(struct buf *out, const struct scoreboard *b)
{
	whole(out, "pgrst_jwt_cache_evictions_total", "counter", "The total number of JWT cache evictions",
		scoreboard_total(b, SCOREBOARD_JWT_EVICTIONS));
	whole(out, "pgrst_jwt_cache_hits_total", "counter", "The total number of JWT cache hits",
		scoreboard_total(b, SCOREBOARD_JWT_HITS));
	whole(out, "pgrst_jwt_cache_requests_total", "counter", "The total number of JWT cache lookups",
		scoreboard_total(b, SCOREBOARD_JWT_LOOKUPS));
}

void metrics_write(struct buf *out, const struct metrics *m, const struct pool *p, const struct conf *conf)
{
	const struct scoreboard *b = supervisor_board(p->supervisor);
	tokens(out, b);
	describe(out, "pgrst_schema_cache_query_time_seconds", "gauge",
		"The query time in seconds of the last schema cache load");
	buf_printf(out, "pgrst_schema_cache_query_time_seconds %.6f\n", (double)m->query_us / 1e6);
	if (m->loads + m->failures)
		describe(out, "pgrst_schema_cache_loads_total", "counter",
			"The total number of times the schema cache was loaded");
	loads(out, "FAIL", m->failures);
	loads(out, "SUCCESS", m->loads);
	whole(out, "pgrst_db_pool_max", "gauge", "Max pool connections", pool_workers(p->kind, conf));
	whole(out, "pgrst_db_pool_waiting", "gauge", "Requests waiting to acquire a pool connection",
		listen_waiting(p->shared.listener) + slots_waiting(&p->shared));
	whole(out, "pgrst_db_pool_available", "gauge", "Available connections in the pool", scoreboard_available(b));
	whole(out, "pgrst_db_pool_timeouts_total", "counter", "The total number of pool connection timeouts",
		overload_count(p->overload));
}
