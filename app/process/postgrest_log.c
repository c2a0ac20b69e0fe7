/* The lines and how their figures are put.
 * SPDX-License-Identifier: MIT */
#include "postgrest_log.h"

#include "app/process/pool.h"
#include "base/arena.h"
#include "base/log.h"
#include "reply/problem.h"
#include "token/auth.h"

#define POSTGREST_LOG_MEMORY ((size_t)1 << 20)
#define POSTGREST_LOG_LINE 4096

static double milliseconds(int64_t us)
{
	return (double)us / 1000;
}

void postgrest_log_deprecated(const struct generation *g)
{
	struct arena *a = arena_new(POSTGREST_LOG_MEMORY);
	struct str now = auth_role_path_successor(g->auth, a), old = g->conf.jwt_role_claim_key;
	if (now.p) {
		struct str named = now.n ? str_printf(a, ", `%.*s`,", STR_ARG(now)) : STR("");
		log_event("WARNING: The `%.*s` syntax for jwt-role-claim-key config is deprecated.", STR_ARG(old));
		log_event("Update `%.*s` to the new syntax%.*s as support for this syntax will be removed in a future release.",
			STR_ARG(old), STR_ARG(named));
	}
	arena_free(a);
}

void postgrest_log_loaded(const struct generation *g, struct str server, int64_t queried_us, int64_t total_us)
{
	struct arena *a = arena_new(POSTGREST_LOG_MEMORY);
	struct buf summary = buf_new(a, POSTGREST_LOG_LINE);
	catalog_summary(g->catalog, &summary);
	log_event("Successfully connected to %.*s", STR_ARG(server));
	log_event("Connection Pool initialized with a maximum size of %zu connections", pool_workers(POOL_API, &g->conf));
	log_event("Schema cache queried in %.1f milliseconds", milliseconds(queried_us));
	log_event("Schema cache loaded %.*s", STR_ARG(buf_str(&summary)));
	log_event("Schema cache loaded in %.1f milliseconds", milliseconds(total_us));
	arena_free(a);
}

static struct str list_text(const struct conf_list *list, struct arena *a)
{
	return str_join(a, list->items, list->count, STR(","));
}

void postgrest_log_not_loaded(const struct generation *g, const struct fault *f)
{
	struct arena *a = arena_new(POSTGREST_LOG_MEMORY);
	log_event("Failed to load the schema cache using db-schemas=%.*s and db-extra-search-path=%.*s. %.*s",
		STR_ARG(list_text(&g->conf.db_schemas, a)), STR_ARG(list_text(&g->conf.db_extra_search_path, a)),
		STR_ARG(problem_text(f, a)));
	arena_free(a);
}

void postgrest_log_refused(const struct fault *f)
{
	struct arena *a = arena_new(POSTGREST_LOG_MEMORY);
	log_event("Failed to establish a connection. %.*s", STR_ARG(problem_text(f, a)));
	arena_free(a);
}

void postgrest_log_retry(const char *what, int64_t pause_us)
{
	if (pause_us >= 1000000)
		log_event("%s in %lld seconds...", what, (long long)(pause_us / 1000000));
}
