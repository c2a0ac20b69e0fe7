/* How a worker waits: for PostgreSQL, for a seat, while its client may leave, its other connections have requests, and
 * signals come. Private to the worker.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_PROCESS_WAIT_H
#define ROWGATE_APP_PROCESS_WAIT_H

#include "app/process/worker.h"
#include "app/serve/server.h"

struct worker {
	/* As long as the worker serves by one generation: worker_end(). */
	struct server server;
	const struct worker_place *place;
	struct slots *slots;         /* standalone: longer, see worker_slots() */
	sigset_t wait_mask;          /* what is blocked while it waits */
	struct jwtcache_totals told; /* what the scoreboard has of the generation's */
	int64_t recovered_us;        /* when it last looked by itself whether the database is back; never ends */
	bool draining;               /* told to stop or to leave: no more connections; never ends */
	bool parted;                 /* without a seat: worker_part() to wait_heed_seat() */
	/* As long as a turn of the loop: worker_look() sets it anew in each. */
	int64_t rest_us; /* when the arena gives back what it keeps, if it keeps anything */
	int64_t look_us; /* when to look after what a master would, INT64_MAX: never */
	/* As long as a request. */
	struct arena *arena;           /* what is in it: worker_serve() */
	struct slot *slot;             /* whose request is being answered, or NULL: worker_serve() */
	const struct request *request; /* once it has come, or NULL: worker_answer() */
	int busy_fd;                   /* see slots_busy(); -1: not busy: wait_over() */
};

/* Signal handlers, after fcgi_init(), which installs its own. They stay blocked but in slots_next() and while
 * PostgreSQL is waited for, so nothing else is ever interrupted; wait_mask_r is what those waits use. alone: there is
 * no master to send SIGUSR1 and SIGUSR2. */
void wait_signals(sigset_t *wait_mask_r, bool alone);
/* Whether SIGTERM or SIGINT came, and whether SIGUSR2: another worker serves in its place. */
bool wait_told_to_stop(void);
bool wait_told_to_leave(void);
/* conn_wait_fn, by a struct worker: waits for PostgreSQL. A request that is not answered at once stops this worker from
 * taking connections and lets it hand those of its others over that become readable. */
bool wait_for_database(void *arg, int fd, bool for_write);
/* server.seat, by a struct worker: waits until it may have a connection. */
bool wait_for_seat(void *arg);
/* Takes note that the master has given it the seat it had asked for. */
void wait_heed_seat(struct worker *w);
/* watch.gone, by a struct worker: whether the client has left, which the web server tells by closing its end: for what
 * takes long without waiting. */
bool wait_client_gone(void *arg);
/* Leaves what came with a request for an account to other workers: a password takes long to hash, and nothing else goes
 * on meanwhile. */
void wait_give_way(struct worker *w);
/* Says that PostgreSQL is waited for no longer. */
void wait_over(struct worker *w);

#endif
