/* Counters and gauges as Prometheus reads them, under PostgREST's names.
 * SPDX-License-Identifier: MIT */
#include "metrics.h"

#include "app/front/listen.h"

static void metrics_describe(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* Writes a whole number, spelt as a floating one as PostgREST does. */
static void metrics_whole(struct buf *out, const char *name, const char *type, const char *help, uint64_t value)
{
	metrics_describe(out, name, type, help);
	buf_printf(out, "%s %llu.0\n", name, (unsigned long long)value);
}

/* Writes how often the catalog was loaded with that outcome: PostgREST shows a label once there is something to count
 * under it. */
static void metrics_loads(struct buf *out, const char *status, uint64_t value)
{
	if (value)
		buf_printf(out, "pgrst_schema_cache_loads_total{status=\"%s\"} %llu.0\n", status, (unsigned long long)value);
}

static void metrics_tokens(struct buf *out, const struct scoreboard *b)
{
	metrics_whole(out, "pgrst_jwt_cache_evictions_total", "counter", "The total number of JWT cache evictions",
		scoreboard_total(b, SCOREBOARD_JWT_EVICTIONS));
	metrics_whole(out, "pgrst_jwt_cache_hits_total", "counter", "The total number of JWT cache hits",
		scoreboard_total(b, SCOREBOARD_JWT_HITS));
	metrics_whole(out, "pgrst_jwt_cache_requests_total", "counter", "The total number of JWT cache lookups",
		scoreboard_total(b, SCOREBOARD_JWT_LOOKUPS));
}

void metrics_write(struct buf *out, const struct metrics *m, const struct pool *p, const struct conf *conf)
{
	const struct scoreboard *b = supervisor_scoreboard(p->supervisor);
	metrics_tokens(out, b);
	metrics_describe(out, "pgrst_schema_cache_query_time_seconds", "gauge",
		"The query time in seconds of the last schema cache load");
	buf_printf(out, "pgrst_schema_cache_query_time_seconds %.6f\n", (double)m->query_us / 1e6);
	if (m->loads + m->failures)
		metrics_describe(out, "pgrst_schema_cache_loads_total", "counter",
			"The total number of times the schema cache was loaded");
	metrics_loads(out, "FAIL", m->failures);
	metrics_loads(out, "SUCCESS", m->loads);
	metrics_whole(out, "pgrst_db_pool_max", "gauge", "Max pool connections", pool_workers(p->kind, conf));
	metrics_whole(out, "pgrst_db_pool_waiting", "gauge", "Requests waiting to acquire a pool connection",
		listen_waiting(p->shared.listener) + handover_waiting(p->shared.handover));
	metrics_whole(out, "pgrst_db_pool_available", "gauge", "Available connections in the pool",
		scoreboard_available(b));
	metrics_whole(out, "pgrst_db_pool_timeouts_total", "counter", "The total number of pool connection timeouts",
		overload_count(p->overload));
}
