/* A worker process: one database connection, one request arena, one loop over its slots.
 * SPDX-License-Identifier: MIT */
#include "worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/front/fcgi.h"
#include "app/front/slots.h"
#include "app/process/privacy.h"
#include "app/process/seat.h"
#include "app/process/wait.h"
#include "app/serve/access.h"
#include "app/serve/account.h"
#include "app/serve/serve.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

/* How long a worker that leaves waits for the server to end its session. */
#define WORKER_GOODBYE_MS 500
/* The most that a worker keeps of memory for what is large in requests and answers, and how long without a request. */
#define WORKER_KEEP ((size_t)1 << 20)
#define WORKER_KEEP_US INT64_C(1000000)
/* How often at most a worker that others keep from it looks whether a lost database is back. */
#define WORKER_RECOVER_US INT64_C(1000000)
#define ACCOUNT_NICENESS 5
/* Open files of a slot: the connection, and the two files of a request that is gathered, or that of an answer on its
 * way; and those beside the slots: the database, the log. */
#define WORKER_SLOT_DESCRIPTORS 3
#define WORKER_DESCRIPTORS 64

/* conn_session_fn */
static void worker_session(void *arg, int fd)
{
	const struct worker *w = arg;
	if (w->place->scoreboard)
		seat_tell(w->place->channel, SEAT_SESSION, fd);
}

static void worker_log_context(void *arg, struct buf *out)
{
	const struct worker *w = arg;
	if (!w->request)
		return;
	buf_put(out, w->request->method_text);
	buf_char(out, ' ');
	buf_put(out, w->request->path);
	buf_lit(out, ": ");
}

/* Tells the master, on the scoreboard, what it is to know after a request. */
static void worker_tell(struct worker *w)
{
	struct scoreboard *b = w->place->scoreboard;
	struct jwtcache_totals now = auth_cache_totals(w->server.generation->auth);
	if (!b)
		return;
	scoreboard_database(b, w->place->cell, server_database_up(&w->server));
	scoreboard_connected(b, w->place->cell, conn_backend_pid(w->server.conn) != 0);
	scoreboard_add(b, SCOREBOARD_JWT_LOOKUPS, now.lookups - w->told.lookups);
	scoreboard_add(b, SCOREBOARD_JWT_HITS, now.hits - w->told.hits);
	scoreboard_add(b, SCOREBOARD_JWT_EVICTIONS, now.evictions - w->told.evictions);
	w->told = now;
}

/* Gives a request for an account to the account workers, unread: lighttpd asks its error handler about a POST without a
 * length, whatever the URL. */
static bool worker_passes_on(struct worker *w, const struct request *r, const struct fcgi_connection *c)
{
	struct fault elsewhere = { 0 };
	return w->place->account_workers && !account_is_elsewhere(&w->server, r, w->arena, &elsewhere)
		&& handover_give(w->place->account_workers->handover, fcgi_fd(c), clock_monotonic_us());
}

/* Answers the request that has come on the connection, if it is whole; true when the connection is kept. */
static bool worker_answer(struct worker *w, struct fcgi_connection *c)
{
	const struct conf *conf = &w->server.generation->conf;
	struct request request;
	struct reply reply;
	struct served served = { .role = STR_NONE };
	struct fault f = { 0 };
	enum fcgi_received received = fcgi_receive(c, conf, &request, w->arena, &f);
	if (received == FCGI_ASKED) {
		if (worker_passes_on(w, &request, c))
			return false;
		received = fcgi_receive(c, conf, &request, w->arena, &f);
	}
	if (received == FCGI_GONE || received == FCGI_PARTIAL)
		return received == FCGI_PARTIAL;
	request.watch = (struct watch){ wait_client_gone, w };
	w->request = &request;
	if (w->place->accounts)
		wait_give_way(w);
	if (received == FCGI_REFUSED)
		serve_fault(&reply, &w->server, &request, &f, w->arena);
	else
		serve(&reply, &served, &w->server, &request, w->arena);
	/* Before anybody can know it: the master must not answer in the place of who has just become free. */
	wait_over(w);
	bool keep = fcgi_send(c, &reply);
	worker_tell(w);
	access_log(conf, &request, &reply, &served, w->arena);
	w->request = NULL;
	return keep;
}

/* When to look whether the database is back, INT64_MAX: it was not lost, or is not needed any more. */
static int64_t worker_recover_us(const struct worker *w)
{
	int64_t at = server_retry_us(&w->server), after = w->recovered_us + WORKER_RECOVER_US;
	return w->draining ? INT64_MAX : at > after ? at : after;
}

/* Looks whether the database is back, without a request: who sends none to what is not ready would wait for ever. It is
 * over as soon as one comes. */
static void worker_recover(struct worker *w)
{
	struct fault f = { 0 };
	int64_t now = clock_monotonic_us();
	if (worker_recover_us(w) > now)
		return;
	w->recovered_us = now;
	server_begin(&w->server);
	if (server_connected(&w->server, w->arena, &f))
		log_info("the database is back");
	else if (w->server.wait_ended == WAIT_NOT_ENDED || w->server.wait_ended == WAIT_TOO_LONG)
		log_warn("the database is not back: %.*s", STR_ARG(f.details.n ? f.details : f.message));
	arena_reset(w->arena);
}

/* Milliseconds to the next thing that is due, -1: nothing is. */
static int worker_timeout(const struct worker *w)
{
	int64_t due = w->look_us, idle = server_idle_until_us(&w->server), recover = worker_recover_us(w);
	due = idle < due ? idle : due;
	due = recover < due ? recover : due;
	due = arena_keeps(w->arena) && w->rest_us < due ? w->rest_us : due;
	return clock_left_ms(due);
}

/* Hangs up and waits until the server has ended the session, so that a successor never adds to the connections. */
static void worker_goodbye(struct worker *w)
{
	server_disconnect(&w->server);
	if (conn_gone(w->server.conn, WORKER_GOODBYE_MS) && w->place->seats)
		statedir_rise(w->place->seats);
}

/* Without a master: leaves the seat to who waits for it, and when there is no use for it. */
static void worker_yield(struct worker *w)
{
	struct statedir *seats = w->place->seats;
	if (seats && statedir_seated(seats) && (conn_fd(w->server.conn) < 0 || statedir_seat_wanted(seats)))
		worker_goodbye(w);
}

/* Looks after what a master would, if there is none; false when another generation is to be served by. */
static bool worker_look(struct worker *w)
{
	w->look_us = INT64_MAX;
	worker_yield(w);
	return !w->place->look || w->place->look(w->place->look_arg, &w->look_us);
}

/* Gives the seat up when all that is left is to wait for peers: slow readers may take minutes for their answers, slow
 * senders for their requests, and nobody is to wait for that. Where nobody serves any more the requests keep it. */
static void worker_part(struct worker *w)
{
	wait_heed_seat(w);
	if (w->parted || !slots_only_wait(w->slots, !wait_told_to_stop()))
		return;
	w->parted = true;
	worker_goodbye(w);
	if (w->place->scoreboard) {
		scoreboard_parting(w->place->scoreboard, w->place->cell);
		seat_tell(w->place->channel, SEAT_LEFT, -1);
	}
}

/* Ends what idles once the worker was told to stop or to leave. True when there is nothing left to be done. */
static bool worker_finish(struct worker *w)
{
	if (wait_told_to_stop() || (wait_told_to_leave() && !w->draining)) {
		slots_drain(w->slots, !wait_told_to_stop());
		w->draining = true;
	}
	if (!w->draining)
		return false;
	if (slots_held(w->slots) == 0)
		return true;
	worker_part(w);
	return false;
}

static void worker_serve(struct worker *w, struct slot *slot)
{
	w->slot = slot;
	bool keep = worker_answer(w, slot_connection(slot));
	w->slot = NULL;
	wait_over(w);
	if (keep)
		slots_keep(w->slots, slot);
	else
		slots_drop(w->slots, slot);
	/* It may have got a seat meanwhile that others wait for, and no event may come for long. */
	if (w->place->seats && statedir_seated(w->place->seats))
		w->look_us = clock_monotonic_us();
	arena_reset(w->arena);
	if (arena_keeps(w->arena))
		w->rest_us = clock_monotonic_us() + WORKER_KEEP_US;
}

/* Gives back what was kept for the next large answer, when none comes. */
static void worker_rest(struct worker *w)
{
	server_rest(&w->server);
	if (arena_keeps(w->arena) && w->rest_us <= clock_monotonic_us())
		arena_rest(w->arena);
}

/* Serves until it is to stop, or to serve by another generation: the connections are left as they are then. */
static void worker_loop(struct worker *w)
{
	while (!worker_finish(w)) {
		struct slot *slot = slots_next(w->slots, worker_timeout(w));
		if (!w->draining && !worker_look(w)) {
			if (slot)
				slots_keep(w->slots, slot);
			return;
		}
		if (slot) {
			worker_serve(w, slot);
		} else {
			worker_rest(w);
			worker_recover(w);
			worker_tell(w);
		}
	}
}

/* Raises the bound on open files: every slot may need its descriptors at once. */
static void worker_descriptors(const struct conf *conf)
{
	struct rlimit limit;
	rlim_t wanted = (rlim_t)conf->server_slots * WORKER_SLOT_DESCRIPTORS + WORKER_DESCRIPTORS;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur < wanted)
		log_warn("at most %llu open files: too few for server-slots", (unsigned long long)limit.rlim_cur);
}

/* The connections it had under another generation, or none yet. */
static struct slots *worker_slots(const struct worker *w, const struct conf *conf)
{
	if (w->place->slots && *w->place->slots) {
		slots_patience(*w->place->slots, conf->server_peer_timeout);
		return *w->place->slots;
	}
	return slots_new(w->place->shared, (size_t)conf->server_slots, conf->server_peer_timeout, &w->wait_mask);
}

/* Keeps secrets out of swap: keys are in the generation, passwords in what an account worker reads. */
static void worker_lock(const struct worker *w)
{
	bool locked = arena_lock(w->server.generation->arena);
	if (w->place->accounts) {
		privacy_lock();
		locked = arena_lock(w->arena) && locked;
	}
	if (!locked)
		log_debug("secrets may be swapped out: RLIMIT_MEMLOCK is too low");
}

/* The arena of requests, with room for an answer that server-buffer lets stay in memory, and some more. */
static struct arena *worker_arena(const struct conf *conf)
{
	struct arena *a = arena_new((size_t)conf->request_memory);
	size_t buffer = (size_t)conf->server_buffer;
	arena_keep(a, (buffer < WORKER_KEEP ? buffer : WORKER_KEEP) + WORKER_KEEP / 16);
	return a;
}

/* Everything but the database connection; false after saying why not. */
static bool worker_equip(struct worker *w)
{
	const struct conf *conf = &w->server.generation->conf;
	fcgi_init();
	worker_descriptors(conf);
	wait_signals(&w->wait_mask, !w->place->scoreboard);
	w->arena = worker_arena(conf);
	worker_lock(w);
	/* A burst of sign-ins must not take the processors from the API. */
	if (w->place->accounts && setpriority(PRIO_PROCESS, 0, ACCOUNT_NICENESS) < 0)
		log_warn("cannot lower the priority: %s", strerror(errno));
	w->slots = worker_slots(w, conf);
	if (!w->slots)
		log_crit("no epoll set: %s", strerror(errno));
	return w->slots;
}

/* Leaves its connections to the next generation, unless it ends for good, which is its exit status then. */
static int worker_end(struct worker *w)
{
	bool over = wait_told_to_stop() || wait_told_to_leave();
	if (over)
		slots_free(w->slots);
	if (w->place->slots)
		*w->place->slots = over ? NULL : w->slots;
	worker_goodbye(w);
	server_end(&w->server);
	arena_free(w->arena);
	return over ? EXIT_SUCCESS : WORKER_RELOAD;
}

int worker_run(const struct generation *g, const struct worker_place *place)
{
	struct worker w = { .server = { .generation = g, .accounts = place->accounts }, .place = place, .busy_fd = -1 };
	if (!worker_equip(&w))
		return EXIT_FAILURE;
	w.server.seat = wait_for_seat;
	w.server.seat_arg = &w;
	w.server.conn = place->accounts ? generation_connect_accounts(g, wait_for_database, &w)
									: generation_connect(g, false, wait_for_database, &w);
	conn_on_session(w.server.conn, worker_session);
	log_set_context(worker_log_context, &w);
	worker_look(&w);
	worker_loop(&w);
	log_set_context(NULL, NULL);
	return worker_end(&w);
}
