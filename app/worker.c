/* A worker process: one database connection, one request arena, one loop over its slots.
 * SPDX-License-Identifier: MIT */
#include "worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "app/access.h"
#include "app/fcgi.h"
#include "app/serve.h"
#include "app/slots.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

/* How long a request may wait for PostgreSQL before the worker looks after its other connections, and how often it
 * then tries again to hand over what nobody could take. */
#define WORKER_PATIENCE_MS 2
#define WORKER_RETRY_MS 20

/* The only state a signal handler shares with the loop. */
static volatile sig_atomic_t worker_stopping;

struct worker {
	struct server server;
	const struct worker_place *place;
	struct slots *slots;
	struct arena *arena;
	const struct request *request;     /* NULL between requests */
	struct slot *slot;                 /* whose request is being answered, or NULL */
	int busy_fd;                       /* see slots_busy(); -1: not busy */
};

static void worker_stop(int signal_number)
{
	(void)signal_number;
	worker_stopping = 1;
}

/* After fcgi_init(), which installs handlers of its own. The stop signals stay blocked but in slots_next(), so a
 * request is never interrupted; wait_mask_r is what that wait uses. */
static void worker_signals(sigset_t *wait_mask_r)
{
	struct sigaction stop = { .sa_handler = worker_stop }, ignore = { .sa_handler = SIG_IGN };
	sigset_t blocked;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	sigemptyset(wait_mask_r);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	/* SIGUSR1 to a mod_fcgid process means the same as SIGTERM; from a master's terminal the reload signals are the
	 * master's alone. */
	sigaction(SIGUSR1, &ignore, NULL);
	sigaction(SIGUSR2, &ignore, NULL);
	sigaction(SIGHUP, &ignore, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

/* True when fd is ready. False when the client left, which the web server tells by closing its end, or on an error. */
static bool worker_poll(struct pollfd fds[static 3], int timeout_ms, bool *ready_r)
{
	int n = poll(fds, 3, timeout_ms);
	if (n < 0 && errno != EINTR) {
		log_error("poll: %s", strerror(errno));
		return false;
	}
	*ready_r = n > 0 && fds[0].revents;
	return *ready_r || n <= 0 || !(fds[1].revents & (POLLRDHUP | POLLHUP | POLLERR));
}

/* The request takes its time: returns the descriptor to watch the other connections by. */
static int worker_slow(const struct worker *w)
{
	if (w->place->board)
		board_slow(w->place->board, w->place->cell);
	return slots_busy(w->slots);
}

/* conn_wait_fn: waits for PostgreSQL. A request that is not answered at once stops this worker from taking
 * connections and lets it hand those of its others over that become readable. */
static bool worker_wait(void *arg, int fd, bool for_write)
{
	struct worker *w = arg;
	struct pollfd fds[3] = {
		{ .fd = fd, .events = for_write ? POLLIN | POLLOUT : POLLIN },
		{ .fd = w->slot ? fcgi_fd(slot_connection(w->slot)) : -1, .events = POLLRDHUP },
		{ .fd = w->busy_fd, .events = POLLIN },
	};
	int timeout_ms = w->busy_fd < 0 ? WORKER_PATIENCE_MS : -1;
	for (;;) {
		bool ready = false;
		if (!worker_poll(fds, timeout_ms, &ready))
			return false;
		if (ready)
			return true;
		if (w->busy_fd < 0)
			fds[2].fd = w->busy_fd = worker_slow(w);
		timeout_ms = slots_hand_over(w->slots, w->slot) ? WORKER_RETRY_MS : -1;
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

/* True when the connection is kept. */
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
	w->request = &request;
	if (received == FCGI_REFUSED)
		serve_fault(&reply, &w->server, &request, &f, w->arena);
	else
		serve(&reply, &served, &w->server, &request, w->arena);
	/* A long answer is written at the pace of the web server; nothing else must wait for that. */
	if (reply.body.fd >= 0)
		slots_hand_over_all(w->slots, w->slot);
	bool keep = fcgi_send(c, &reply);
	if (w->place->board)
		board_database(w->place->board, w->place->cell, w->server.connect.at_us == 0);
	access_log(conf, &request, &reply, &served, w->arena);
	w->request = NULL;
	return keep;
}

/* The request is over. */
static void worker_rested(struct worker *w)
{
	if (w->busy_fd < 0)
		return;
	w->busy_fd = -1;
	if (w->place->board)
		board_done(w->place->board, w->place->cell);
}

/* Milliseconds to the next thing that is due, -1: nothing is. */
static int worker_timeout(const struct worker *w, int64_t leave_at_us)
{
	int64_t due = leave_at_us ? leave_at_us : INT64_MAX, idle = server_idle_until_us(&w->server);
	if (idle < due)
		due = idle;
	if (due == INT64_MAX)
		return -1;
	int64_t left = due - clock_monotonic_us();
	return left > 0 ? (int)(left / 1000) + 1 : 0;
}

static void worker_loop(struct worker *w, int64_t leave_at_us)
{
	bool draining = false;
	while (!draining || slots_held(w->slots) > 0) {
		bool leave = leave_at_us && leave_at_us <= clock_monotonic_us();
		if (!draining && (worker_stopping || leave)) {
			slots_drain(w->slots);
			draining = true;
			continue;
		}
		struct slot *slot = slots_next(w->slots, worker_timeout(w, draining ? 0 : leave_at_us));
		if (!slot) {
			server_rest(&w->server);
			continue;
		}
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
}

int worker_run(const struct generation *g, const struct worker_place *place, int64_t leave_at_us)
{
	struct worker w = { .server = { .generation = g }, .place = place, .busy_fd = -1 };
	sigset_t wait_mask;
	fcgi_init();
	worker_signals(&wait_mask);
	w.arena = arena_new((size_t)g->conf.request_memory);
	w.slots = slots_new(place->shared, (size_t)g->conf.server_slots, g->conf.server_peer_timeout, &wait_mask);
	if (!w.slots) {
		log_crit("no epoll set: %s", strerror(errno));
		return EXIT_FAILURE;
	}
	w.server.conn = generation_connect(g, worker_wait, &w);
	log_set_context(worker_log_context, &w);
	worker_loop(&w, leave_at_us);
	log_set_context(NULL, NULL);
	slots_free(w.slots);
	conn_free(w.server.conn);
	arena_free(w.arena);
	return worker_stopping ? EXIT_SUCCESS : WORKER_RELOAD;
}
