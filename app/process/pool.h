/* A listening socket with the workers behind it: the API's, and where accounts are on theirs.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_PROCESS_POOL_H
#define ROWGATE_APP_PROCESS_POOL_H

#include "app/process/overload.h"
#include "app/process/supervisor.h"

enum pool_kind { POOL_API, POOL_ACCOUNTS, POOL_KINDS };

struct pool {
	enum pool_kind kind;
	struct slots_shared shared;
	struct fault busy; /* what overload answers */
	struct supervisor *supervisor;
	struct overload *overload;
};

/* The pools of a host; without accounts one. */
struct pools {
	struct pool all[POOL_KINDS];
	size_t count;
};

/* Equips a pool whose shared.listener is open. inherited: its hand-over is there too. channel and child are as for
 * supervisor_new(). False with errno set when the kernel refuses. */
bool pool_new(struct pool *p, enum pool_kind kind, bool inherited, const int *channel, supervisor_child_fn *child,
	void *child_arg);

/* Closes the sockets and removes their files. These were made by the first generation's settings: conf is that
 * one's. */
void pools_free(struct pools *ps, const struct conf *conf);
/* What the workers of a kind share, NULL: there are none. */
const struct slots_shared *pools_shared(const struct pools *ps, enum pool_kind kind);
/* Closes what else the master has, in a forked child that is a worker of the one kind. To account workers it can still
 * hand a connection over. */
void pools_forget(const struct pools *ps, enum pool_kind kind);
/* Serves by the generation from now on, as supervisor_follow() does; only_idle: where nobody serves yet, and
 * connections are taken. */
void pools_follow(struct pools *ps, const struct generation *g, bool only_idle);
/* How many workers a pool wants: for the API never more than db-pool, for each may have a connection. */
size_t pool_workers(enum pool_kind kind, const struct conf *conf);
/* What supervisor.h says, over all pools. */
bool pools_uses(const struct pools *ps, const struct generation *g);
bool pools_bury(struct pools *ps, pid_t pid, int status);
int64_t pools_turn(struct pools *ps);
void pools_stop(struct pools *ps);
void pools_kill(struct pools *ps);
size_t pools_alive(const struct pools *ps);
/* Whether no worker of the pool has time. */
bool pool_busy(const struct pool *p);
/* Answers for the workers while they cannot; ending: only those that it has taken for that already. */
void pools_refuse(struct pools *ps, const struct conf *conf, bool ending);
/* Whether there are such. */
bool pools_answering(const struct pools *ps);
/* Whether some answers are given so, or may soon have to be: nothing else tells. */
bool pools_refusing(const struct pools *ps);

#endif
