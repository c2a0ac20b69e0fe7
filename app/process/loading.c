/* The generations of a master, and the loading of the next.
 * SPDX-License-Identifier: MIT */
#include "loading.h"

#include "app/process/postgrest_log.h"
#include "app/process/privacy.h"
#include "app/process/startup.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"

/* The oldest server that is served from, and the code of the fault for others, which nobody but the log is told. */
#define LOADING_SERVER_MIN 140000
#define LOADING_TOO_OLD "too old"
/* How soon a reload is tried again for which too many generations are in use. */
#define LOADING_PLACE_STEP_US INT64_C(20000)

void loading_forget(const struct loading *l)
{
	privacy_forget(l->current->signer);
	for (size_t i = 0; i < LOADING_GENERATIONS; i++)
		if (l->before[i])
			privacy_forget(l->before[i]->signer);
}

void loading_release(struct loading *l)
{
	for (size_t i = 0; i < LOADING_GENERATIONS; i++)
		if (l->before[i] && !pools_uses(l->pools, l->before[i])) {
			generation_free(l->before[i]);
			l->before[i] = NULL;
		}
}

/* A place for the generation that is being replaced; NULL while too many are still in use. */
static struct generation **loading_place(struct loading *l)
{
	loading_release(l);
	for (size_t i = 0; i < LOADING_GENERATIONS; i++)
		if (!l->before[i])
			return &l->before[i];
	return NULL;
}

/* Whether the database does not let us in: a wrong password does not become right by trying again. */
static bool loading_is_refused(const struct fault *f)
{
	static const struct str complaints[] = {
		STR_INIT("FATAL:  password authentication failed"),
		STR_INIT("no password supplied"),
	};
	for (size_t i = 0; i < COUNT_OF(complaints); i++)
		if (str_find(f->details, complaints[i]) < f->details.n)
			return true;
	return false;
}

static enum loading_outcome loading_failed(struct loading *l, const struct generation *next, bool configured,
	const struct fault *f)
{
	backoff_fail(&l->pause);
	/* A mistake in the file is not tried again before somebody says so. */
	l->wanted = configured;
	l->metrics.failures += configured;
	if (!configured) {
		log_event("Failed reloading config: %.*s", STR_ARG(f->message));
		return LOADING_GOES_ON;
	}
	if (str_eq(f->code, STR(LOADING_TOO_OLD))) {
		log_event("%.*s", STR_ARG(f->message));
		return LOADING_REFUSED;
	}
	if (loading_is_refused(f)) {
		postgrest_log_refused(f);
		return LOADING_REFUSED;
	}
	postgrest_log_not_loaded(next, f);
	if (!next->conf.db_pool_automatic_recovery && str_starts(f->code, STR("PGRST0")))
		return LOADING_UNRECOVERED;
	postgrest_log_retry("Attempting to reconnect to the database", l->pause.pause_us);
	return LOADING_GOES_ON;
}

static bool loading_is_new_enough(const struct conn *c, struct generation *next, struct fault *f)
{
	int version = conn_server_version(c);
	return version >= LOADING_SERVER_MIN
		|| fault_printf(f, next->arena, 500, LOADING_TOO_OLD,
			"Cannot run in this PostgreSQL version (%d.%d), rowgate needs at least %d.0", version / 10000,
			version % 10000, LOADING_SERVER_MIN / 10000);
}

static bool loading_ask(struct loading *l, struct generation *next, struct fault *f)
{
	struct conn *c = notify_lend(l->notify, next, next->arena, f);
	return c && loading_is_new_enough(c, next, f) && generation_load(next, l->current, l->file, l->environ, c, f);
}

/* Makes the catalog a file that all workers map, in the place of memory of the master's own. */
static struct generation *loading_share(const struct loading *l, struct generation *loaded, uint64_t number)
{
	struct fault f = { 0 };
	struct generation *mapped = generation_new();
	if (statedir_save(l->state, loaded, number, loaded->arena, &f)
		&& generation_configure(mapped, l->file, l->environ, &f)
		&& statedir_map(l->state, mapped, l->file, l->environ, number)) {
		generation_free(loaded);
		return mapped;
	}
	log_warn("the catalog is not shared: %.*s", STR_ARG(f.message));
	generation_free(mapped);
	return loaded;
}

/* Has the next generation served by, in the place of the current one, which goes to `place`. */
static void loading_replace(struct loading *l, struct generation **place, struct generation *next)
{
	*place = l->current;
	l->current = next;
	l->wanted = false;
	backoff_succeed(&l->pause);
	startup_log(&next->conf, "master");
	bool reloaded = (*place)->catalog;
	/* The first time startup() has warned of it, unless the database says it. */
	if (reloaded || !str_eq(next->conf.jwt_role_claim_key, (*place)->conf.jwt_role_claim_key))
		postgrest_log_deprecated(next);
	if (reloaded)
		log_event("Config reloaded");
}

/* Tells what was loaded, and everybody by what to serve. */
static void loading_tell(struct loading *l, int64_t queried_us, int64_t total_us)
{
	const struct generation *g = l->current;
	l->metrics.loads++;
	l->metrics.query_us = queried_us;
	postgrest_log_loaded(g, notify_server(l->notify, g->arena), queried_us, total_us);
	log_info("serving with %zu workers", pool_workers(POOL_API, &g->conf));
	notify_follow(l->notify, g);
	pools_follow(l->pools, g, false);
}

enum loading_outcome loading_run(struct loading *l)
{
	struct generation **place = loading_place(l);
	struct fault f = { 0 };
	if (!place) {
		l->wanted = true;
		l->pause.at_us = clock_monotonic_us() + LOADING_PLACE_STEP_US;
		return LOADING_GOES_ON;
	}
	int64_t began = clock_monotonic_us();
	uint64_t number = statedir_number(l->state);
	struct generation *next = generation_new();
	bool configured = generation_configure(next, l->file, l->environ, &f);
	if (configured && loading_ask(l, next, &f)) {
		int64_t queried = clock_monotonic_us() - began;
		loading_replace(l, place, loading_share(l, next, number));
		loading_tell(l, queried, clock_monotonic_us() - began);
		return LOADING_GOES_ON;
	}
	enum loading_outcome outcome = loading_failed(l, next, configured, &f);
	generation_free(next);
	return outcome;
}

void loading_want(struct loading *l)
{
	l->wanted = true;
	l->pause.at_us = 0;
}

int64_t loading_due_us(const struct loading *l)
{
	return l->wanted ? l->pause.at_us : INT64_MAX;
}

bool loading_fails(const struct loading *l)
{
	return l->wanted && l->pause.pause_us > 0;
}

void loading_free(struct loading *l)
{
	for (size_t i = 0; i < LOADING_GENERATIONS; i++)
		if (l->before[i])
			generation_free(l->before[i]);
	generation_free(l->current);
}
