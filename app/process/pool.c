/* A listening socket with the workers behind it: the API's, and where accounts are on theirs.
 * SPDX-License-Identifier: MIT */
#include "pool.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "account/unavailable.h"
#include "app/front/listen.h"
#include "app/serve/server.h"
#include "base/count.h"
#include "base/log.h"

/* Sets what a client hears while nobody has time for it. */
static void pool_busy_fault(struct fault *f, enum pool_kind kind)
{
	if (kind == POOL_ACCOUNTS)
		account_unavailable(f, 1);
	else
		server_busy(f);
}

static const char *const worker_names[] = { [POOL_API] = "worker", [POOL_ACCOUNTS] = "account worker" };
static_assert(COUNT_OF(worker_names) == POOL_KINDS, "a name for each kind");

bool pool_new(struct pool *p, enum pool_kind kind, bool inherited, const int *channel, supervisor_child_fn *child,
	void *child_arg)
{
	p->kind = kind;
	if (!inherited && !handover_new(p->shared.handover)) {
		log_warn("%ss cannot hand connections over: %s", worker_names[kind], strerror(errno));
		p->shared.handover[0] = p->shared.handover[1] = -1;
	}
	pool_busy_fault(&p->busy, kind);
	p->overload = overload_new(&p->shared, &p->busy);
	p->supervisor = supervisor_new(worker_names[kind], &p->shared, channel, child, child_arg);
	return p->supervisor;
}

void pools_free(struct pools *ps, const struct conf *conf)
{
	for (size_t i = 0; i < ps->count; i++) {
		struct pool *p = &ps->all[i];
		listen_close(p->shared.listener, p->kind == POOL_API ? conf->server_listen : conf->auth_listen);
		overload_free(p->overload);
		supervisor_free(p->supervisor);
	}
}

const struct slots_shared *pools_shared(const struct pools *ps, enum pool_kind kind)
{
	for (size_t i = 0; i < ps->count; i++)
		if (ps->all[i].kind == kind)
			return &ps->all[i].shared;
	return NULL;
}

void pools_forget(const struct pools *ps, enum pool_kind kind)
{
	for (size_t i = 0; i < ps->count; i++) {
		const struct pool *p = &ps->all[i];
		overload_forget(p->overload);
		if (p->kind == kind)
			continue;
		supervisor_forget(p->supervisor, false);
		close(p->shared.listener);
		close(p->shared.handover[0]);
		if (p->kind != POOL_ACCOUNTS)
			close(p->shared.handover[1]);
	}
}

size_t pool_workers(enum pool_kind kind, const struct conf *conf)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	if (kind == POOL_ACCOUNTS)
		return conf->auth_workers > 0 ? (size_t)conf->auth_workers : online > 0 ? (size_t)online : 1;
	int64_t wanted = conf->workers > 0 ? conf->workers : conf->db_pool;
	return (size_t)(wanted < conf->db_pool ? wanted : conf->db_pool);
}

void pools_follow(struct pools *ps, const struct generation *g, bool only_idle)
{
	for (size_t i = 0; i < ps->count; i++) {
		struct supervisor *supervisor = ps->all[i].supervisor;
		if (!only_idle)
			listen_begin(ps->all[i].shared.listener);
		if (!listen_begun(ps->all[i].shared.listener))
			continue;
		if (!only_idle || (!supervisor_serving_any(supervisor) && !supervisor_alive(supervisor)))
			supervisor_follow(supervisor, g, pool_workers(ps->all[i].kind, &g->conf));
	}
}

bool pools_uses(const struct pools *ps, const struct generation *g)
{
	bool used = false;
	for (size_t i = 0; i < ps->count; i++)
		used = used || supervisor_uses(ps->all[i].supervisor, g);
	return used;
}

bool pools_bury(struct pools *ps, pid_t pid, int status)
{
	bool buried = false;
	for (size_t i = 0; i < ps->count; i++)
		buried = buried || supervisor_bury(ps->all[i].supervisor, pid, status);
	return buried;
}

int64_t pools_turn(struct pools *ps)
{
	int64_t due = INT64_MAX;
	for (size_t i = 0; i < ps->count; i++) {
		int64_t its = supervisor_turn(ps->all[i].supervisor);
		due = its < due ? its : due;
	}
	return due;
}

void pools_stop(struct pools *ps)
{
	for (size_t i = 0; i < ps->count; i++)
		supervisor_stop(ps->all[i].supervisor);
}

void pools_kill(struct pools *ps)
{
	for (size_t i = 0; i < ps->count; i++)
		supervisor_kill(ps->all[i].supervisor);
}

size_t pools_alive(const struct pools *ps)
{
	size_t n = 0;
	for (size_t i = 0; i < ps->count; i++)
		n += supervisor_alive(ps->all[i].supervisor);
	return n;
}

bool pool_busy(const struct pool *p)
{
	return scoreboard_all_slow_since_us(supervisor_scoreboard(p->supervisor)) != 0;
}

void pools_refuse(struct pools *ps, const struct conf *conf, bool ending)
{
	for (size_t i = 0; i < ps->count; i++)
		overload_turn(ps->all[i].overload, !ending && pool_busy(&ps->all[i]), conf);
}

bool pools_answering(const struct pools *ps)
{
	bool active = false;
	for (size_t i = 0; i < ps->count; i++)
		active = active || overload_active(ps->all[i].overload);
	return active;
}

bool pools_refusing(const struct pools *ps)
{
	bool busy = false;
	for (size_t i = 0; i < ps->count; i++)
		busy = busy || pool_busy(&ps->all[i]);
	return busy || pools_answering(ps);
}
