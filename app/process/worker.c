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
#include "app/serve/access.h"
#include "app/serve/serve.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

/* How long a request may wait for PostgreSQL before the worker looks after its other connections, and how often it
 * then tries again to hand over what nobody could take. */
#define WORKER_PATIENCE_MS 2
#define WORKER_RETRY_MS 20
/* How long PostgreSQL may take to let us in. After a failure no longer than the pause before, so that few requests wait
 * for a server that swallows everything. */
#define WORKER_CONNECT_US INT64_C(5000000)
/* How long a worker that leaves waits for the server to end its session. */
#define WORKER_GOODBYE_MS 500
/* How often at most a worker that others keep from it looks whether a lost database is back. */
#define WORKER_RECOVER_US INT64_C(1000000)
#define ACCOUNT_NICENESS 5
/* Open files of a slot: the connection, and the two files of a request that is gathered, or that of an answer on its
 * way; and those beside the slots: the database, the log. */
#define WORKER_SLOT_DESCRIPTORS 3
#define WORKER_DESCRIPTORS 64

/* The only state signal handlers share with the loop. */
static volatile sig_atomic_t worker_stops;   /* SIGTERM or SIGINT: 1 finish what has come, 2 at once */
static volatile sig_atomic_t worker_leaving; /* SIGUSR2: another one serves in its place */

struct worker {
	/* As long as the worker serves by one generation: worker_end(). */
	struct server server;
	const struct worker_place *place;
	struct slots *slots;         /* standalone: longer, see worker_slots() */
	sigset_t wait_mask;          /* what is blocked while it waits */
	struct jwtcache_totals told; /* what the scoreboard has of the generation's */
	int64_t recovered_us;        /* when it last looked by itself whether the database is back; never ends */
	bool draining;               /* told to stop or to leave: no more connections; never ends */
	bool parted;                 /* leaving, with answers to send and nothing else to do; never ends */
	/* As long as a turn of the loop: worker_look() sets it anew in each. */
	int64_t look_us; /* when to look after what a master would, INT64_MAX: never */
	/* As long as a request. */
	struct arena *arena;           /* what is in it: worker_serve() */
	struct slot *slot;             /* whose request is being answered, or NULL: worker_serve() */
	const struct request *request; /* once it has come, or NULL: worker_answer() */
	int busy_fd;                   /* see slots_busy(); -1: not busy: worker_rested() */
};

static void worker_stop(int signal_number)
{
	(void)signal_number;
	worker_stops = worker_stops ? 2 : 1;
}

static void worker_leave(int signal_number)
{
	(void)signal_number;
	worker_leaving = 1;
}

/* Signal handlers, after fcgi_init(), which installs its own. They stay blocked but in slots_next() and while
 * PostgreSQL is waited for, so nothing else is ever interrupted; wait_mask_r is what those waits use. alone: there is
 * no master to send SIGUSR2. */
static void worker_signals(sigset_t *wait_mask_r, bool alone)
{
	struct sigaction stop = { .sa_handler = worker_stop }, ignore = { .sa_handler = SIG_IGN };
	struct sigaction leave = { .sa_handler = worker_leave };
	sigset_t blocked;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGUSR2);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	sigemptyset(wait_mask_r);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGUSR2, alone ? &ignore : &leave, NULL);
	/* A master's, and libfcgi's. */
	sigaction(SIGUSR1, &ignore, NULL);
	sigaction(SIGHUP, &ignore, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

/* What is polled while PostgreSQL is waited for. */
enum { WAIT_DATABASE, WAIT_CLIENT, WAIT_OTHERS, WAIT_COUNT };

/* Says why there is no use in waiting on. Always returns false. */
static bool worker_wait_ends(struct worker *w, enum server_wait why)
{
	w->server.wait_ended = why;
	return false;
}

/* Waits for one round; ready_r: what is waited for is there. False when the client left, which the web server tells by
 * closing its end, or on an error. */
static bool worker_poll(struct worker *w, struct pollfd fds[static WAIT_COUNT], int timeout_ms, bool *ready_r)
{
	struct timespec timeout = { .tv_sec = timeout_ms / 1000, .tv_nsec = timeout_ms % 1000 * 1000000L };
	int n = ppoll(fds, WAIT_COUNT, timeout_ms < 0 ? NULL : &timeout, &w->wait_mask);
	if (n < 0 && errno != EINTR) {
		log_error("poll: %s", strerror(errno));
		return worker_wait_ends(w, WAIT_STOPPED);
	}
	*ready_r = n > 0 && fds[WAIT_DATABASE].revents;
	if (*ready_r)
		return true;
	if (n > 0 && fds[WAIT_CLIENT].revents)
		return worker_wait_ends(w, w->slot ? WAIT_CLIENT_LEFT : WAIT_GAVE_WAY);
	bool stops = w->slot ? worker_stops > 1 : worker_stops || worker_leaving;
	return !stops || worker_wait_ends(w, WAIT_STOPPED);
}

/* Milliseconds left for connecting, -1: that is not what is waited for. */
static int worker_connect_ms(const struct worker *w)
{
	int64_t pause = w->server.connect.pause_us, since = conn_connecting_since_us(w->server.conn);
	int64_t limit = pause && pause < WORKER_CONNECT_US ? pause : WORKER_CONNECT_US;
	if (!since)
		return -1;
	int64_t left = since + limit - clock_monotonic_us();
	return left > 0 ? (int)(left / 1000) + 1 : 0;
}

/* The shorter of two timeouts in milliseconds, of which -1 is none. */
static int worker_sooner(int a_ms, int b_ms)
{
	return a_ms < 0 || (b_ms >= 0 && b_ms < a_ms) ? b_ms : a_ms;
}

/* Says that the request takes its time; returns the descriptor to watch the other connections by. */
static int worker_slow(const struct worker *w)
{
	if (w->place->scoreboard)
		scoreboard_slow(w->place->scoreboard, w->place->cell);
	return slots_busy(w->slots);
}

/* What is watched beside PostgreSQL: whether the client leaves or, without a request, whether one comes. */
static struct pollfd worker_client(const struct worker *w)
{
	return w->slot ? (struct pollfd){ .fd = fcgi_fd(slot_connection(w->slot)), .events = POLLRDHUP }
				   : (struct pollfd){ .fd = slots_fd(w->slots), .events = POLLIN };
}

/* Has others do what this worker cannot while a request waits; how long to wait on, -1: no matter. */
static int worker_share(struct worker *w, struct pollfd *others)
{
	if (!w->slot)
		return -1;
	if (w->busy_fd < 0)
		others->fd = w->busy_fd = worker_slow(w);
	return slots_hand_over(w->slots, w->slot) ? WORKER_RETRY_MS : -1;
}

/* conn_wait_fn: waits for PostgreSQL. A request that is not answered at once stops this worker from taking
 * connections and lets it hand those of its others over that become readable. */
static bool worker_wait(void *arg, int fd, bool for_write)
{
	struct worker *w = arg;
	struct pollfd fds[WAIT_COUNT] = {
		[WAIT_DATABASE] = { .fd = fd, .events = for_write ? POLLIN | POLLOUT : POLLIN },
		[WAIT_CLIENT] = worker_client(w),
		[WAIT_OTHERS] = { .fd = w->busy_fd, .events = POLLIN },
	};
	int timeout_ms = w->busy_fd < 0 ? WORKER_PATIENCE_MS : -1;
	for (;;) {
		bool ready = false;
		int connect_ms = worker_connect_ms(w);
		if (!worker_poll(w, fds, worker_sooner(timeout_ms, connect_ms), &ready))
			return false;
		if (ready)
			return true;
		if (connect_ms == 0)
			return worker_wait_ends(w, WAIT_TOO_LONG);
		timeout_ms = worker_share(w, &fds[WAIT_OTHERS]);
	}
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

/* Says that PostgreSQL is waited for no longer. */
static void worker_rested(struct worker *w)
{
	if (w->busy_fd < 0)
		return;
	w->busy_fd = -1;
	if (w->place->scoreboard)
		scoreboard_done(w->place->scoreboard, w->place->cell);
}

/* Leaves what came with a request for an account to other workers: a password takes long to hash, and nothing else goes
 * on meanwhile. */
static void worker_give_way(struct worker *w)
{
	w->busy_fd = worker_slow(w);
	slots_hand_over(w->slots, w->slot);
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

/* Whether the client has left, which the web server tells by closing its end: for what takes long without waiting. */
static bool worker_gone(void *arg)
{
	struct worker *w = arg;
	struct pollfd client = { .fd = w->slot ? fcgi_fd(slot_connection(w->slot)) : -1, .events = POLLRDHUP };
	if (poll(&client, 1, 0) <= 0 || !(client.revents & (POLLRDHUP | POLLHUP | POLLERR)))
		return false;
	return !worker_wait_ends(w, WAIT_CLIENT_LEFT);
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
	if (received == FCGI_GONE || received == FCGI_PARTIAL)
		return received == FCGI_PARTIAL;
	request.watch = (struct watch){ worker_gone, w };
	w->request = &request;
	if (w->place->accounts)
		worker_give_way(w);
	if (received == FCGI_REFUSED)
		serve_fault(&reply, &w->server, &request, &f, w->arena);
	else
		serve(&reply, &served, &w->server, &request, w->arena);
	/* Before anybody can know it: the master must not answer in the place of who has just become free. */
	worker_rested(w);
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
	if (due == INT64_MAX)
		return -1;
	int64_t left = due - clock_monotonic_us();
	return left > 0 ? (int)(left / 1000) + 1 : 0;
}

/* Looks after what a master would, if there is none; false when another generation is to be served by. */
static bool worker_look(struct worker *w)
{
	w->look_us = INT64_MAX;
	return !w->place->look || w->place->look(w->place->look_arg, &w->look_us);
}

/* Hangs up and waits until the server has ended the session, so that a successor never adds to the connections. */
static void worker_goodbye(struct worker *w)
{
	int fd = dup(conn_fd(w->server.conn));
	char rest[256];
	server_disconnect(&w->server);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t until = clock_monotonic_us() + WORKER_GOODBYE_MS * 1000;
	while (fd >= 0 && clock_monotonic_us() < until && poll(&p, 1, WORKER_GOODBYE_MS) > 0)
		if (read(fd, rest, sizeof rest) <= 0)
			break;
	if (fd >= 0)
		close(fd);
}

/* Gives the database connection up when all that is left is to send answers: slow readers may take minutes for them,
 * and nobody is to wait for that. */
static void worker_part(struct worker *w)
{
	if (w->parted || !slots_only_send(w->slots))
		return;
	w->parted = true;
	worker_goodbye(w);
	if (w->place->scoreboard)
		scoreboard_parting(w->place->scoreboard, w->place->cell);
}

/* Ends what idles once the worker was told to stop or to leave. True when there is nothing left to be done. */
static bool worker_finish(struct worker *w)
{
	if (worker_stops || (worker_leaving && !w->draining)) {
		slots_drain(w->slots, !worker_stops);
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
	worker_rested(w);
	if (keep)
		slots_keep(w->slots, slot);
	else
		slots_drop(w->slots, slot);
	arena_reset(w->arena);
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
			server_rest(&w->server);
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

/* Everything but the database connection; false after saying why not. */
static bool worker_equip(struct worker *w)
{
	const struct conf *conf = &w->server.generation->conf;
	fcgi_init();
	worker_descriptors(conf);
	worker_signals(&w->wait_mask, !w->place->scoreboard);
	w->arena = arena_new((size_t)conf->request_memory);
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
	bool over = worker_stops || worker_leaving;
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
	w.server.conn = place->accounts ? generation_connect_accounts(g, worker_wait, &w)
									: generation_connect(g, false, worker_wait, &w);
	log_set_context(worker_log_context, &w);
	worker_look(&w);
	worker_loop(&w);
	log_set_context(NULL, NULL);
	return worker_end(&w);
}
