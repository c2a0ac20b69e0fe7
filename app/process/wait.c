/* How a worker waits: for PostgreSQL, for a seat, while its client may leave, its other connections have requests, and
 * signals come.
 * SPDX-License-Identifier: MIT */
#include "wait.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "app/process/seat.h"
#include "base/clock.h"
#include "base/log.h"

/* How long a request may wait for PostgreSQL before the worker looks after its other connections, and how often it
 * then tries again to hand over what nobody could take. */
#define WAIT_PATIENCE_MS 2
#define WAIT_RETRY_MS 20
/* How often it is looked whether a seat is free that nobody tells of. */
#define WAIT_SEAT_MS 10
/* How long PostgreSQL may take to let us in. After a failure no longer than the pause before, so that few requests wait
 * for a server that swallows everything. */
#define WAIT_CONNECT_US INT64_C(5000000)

/* The only state signal handlers share with the loop. */
static volatile sig_atomic_t told_stop;  /* SIGTERM or SIGINT: 1 finish what has come, 2 at once */
static volatile sig_atomic_t told_leave; /* SIGUSR2: another one serves in its place */
static volatile sig_atomic_t told_seat;  /* SIGUSR1: the seat that was asked for is there */

static void on_stop(int signal_number)
{
	(void)signal_number;
	told_stop = told_stop ? 2 : 1;
}

static void on_leave(int signal_number)
{
	(void)signal_number;
	told_leave = 1;
}

static void on_seat(int signal_number)
{
	(void)signal_number;
	told_seat = 1;
}

void wait_signals(sigset_t *wait_mask_r, bool alone)
{
	struct sigaction stop = { .sa_handler = on_stop }, ignore = { .sa_handler = SIG_IGN };
	struct sigaction leave = { .sa_handler = on_leave }, seat = { .sa_handler = on_seat };
	sigset_t blocked;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGUSR1);
	sigaddset(&blocked, SIGUSR2);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	sigemptyset(wait_mask_r);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGUSR2, alone ? &ignore : &leave, NULL);
	sigaction(SIGUSR1, alone ? &ignore : &seat, NULL);
	/* A master's, and libfcgi's. */
	sigaction(SIGHUP, &ignore, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

bool wait_told_to_stop(void)
{
	return told_stop;
}

bool wait_told_to_leave(void)
{
	return told_leave;
}

/* What is polled while PostgreSQL is waited for. */
enum { WAIT_DATABASE, WAIT_CLIENT, WAIT_OTHERS, WAIT_COUNT };

/* Says why there is no use in waiting on. Always returns false. */
static bool wait_ends(struct worker *w, enum server_wait why)
{
	w->server.wait_ended = why;
	return false;
}

/* Waits for one round; ready_r: what is waited for is there. False when the client left, which the web server tells by
 * closing its end, or on an error. */
static bool wait_poll(struct worker *w, struct pollfd fds[static WAIT_COUNT], int timeout_ms, bool *ready_r)
{
	struct timespec timeout = { .tv_sec = timeout_ms / 1000, .tv_nsec = timeout_ms % 1000 * 1000000L };
	int n = ppoll(fds, WAIT_COUNT, timeout_ms < 0 ? NULL : &timeout, &w->wait_mask);
	if (n < 0 && errno != EINTR) {
		log_error("poll: %s", strerror(errno));
		return wait_ends(w, WAIT_STOPPED);
	}
	*ready_r = n > 0 && fds[WAIT_DATABASE].revents;
	if (*ready_r)
		return true;
	if (n > 0 && fds[WAIT_CLIENT].revents)
		return wait_ends(w, w->slot ? WAIT_CLIENT_LEFT : WAIT_GAVE_WAY);
	bool stops = w->slot ? told_stop > 1 : told_stop || told_leave;
	return !stops || wait_ends(w, WAIT_STOPPED);
}

/* Milliseconds to the end of what is waited for since then, -1: nothing is. */
static int left_ms_of(int64_t since_us, int64_t limit_us)
{
	return since_us ? clock_left_ms(since_us + limit_us) : -1;
}

/* How long a request waits for a connection that others have. */
static int64_t acquire_us(const struct worker *w)
{
	return w->server.generation->conf.db_pool_acquisition_timeout * 1000000;
}

/* Milliseconds left for connecting, -1: that is not what is waited for; and what it is to be called when they are
 * over. */
static int connect_ms_of(const struct worker *w, enum server_wait *over_r)
{
	int64_t pause = w->server.connect.pause_us, leaving = conn_leaving_since_us(w->server.conn);
	*over_r = leaving ? WAIT_NO_SEAT : WAIT_TOO_LONG;
	if (leaving)
		return left_ms_of(leaving, acquire_us(w));
	return left_ms_of(conn_connecting_since_us(w->server.conn),
		pause && pause < WAIT_CONNECT_US ? pause : WAIT_CONNECT_US);
}

/* The shorter of two timeouts in milliseconds, of which -1 is none. */
static int sooner_ms(int a_ms, int b_ms)
{
	return a_ms < 0 || (b_ms >= 0 && b_ms < a_ms) ? b_ms : a_ms;
}

/* Says that the request takes its time; returns the descriptor to watch the other connections by. */
static int wait_slow(const struct worker *w)
{
	if (w->place->scoreboard)
		scoreboard_slow(w->place->scoreboard, w->place->cell);
	return slots_busy(w->slots);
}

/* What is watched beside PostgreSQL: whether the client leaves or, without a request, whether one comes. */
static struct pollfd client_of(const struct worker *w)
{
	return w->slot ? (struct pollfd){ .fd = fcgi_fd(slot_connection(w->slot)), .events = POLLRDHUP }
				   : (struct pollfd){ .fd = slots_fd(w->slots), .events = POLLIN };
}

/* Has others do what this worker cannot while a request waits; how long to wait on, -1: no matter. */
static int wait_share(struct worker *w, struct pollfd *others)
{
	if (!w->slot)
		return -1;
	if (w->busy_fd < 0)
		others->fd = w->busy_fd = wait_slow(w);
	return slots_hand_over(w->slots, w->slot) ? WAIT_RETRY_MS : -1;
}

/* What is waited for while a request is answered. */
static void wait_begin(const struct worker *w, struct pollfd fds_r[static WAIT_COUNT], int fd, bool for_write)
{
	fds_r[WAIT_DATABASE] = (struct pollfd){ .fd = fd, .events = for_write ? POLLIN | POLLOUT : POLLIN };
	fds_r[WAIT_CLIENT] = client_of(w);
	fds_r[WAIT_OTHERS] = (struct pollfd){ .fd = w->busy_fd, .events = POLLIN };
}

bool wait_for_database(void *arg, int fd, bool for_write)
{
	struct worker *w = arg;
	struct pollfd fds[WAIT_COUNT];
	enum server_wait over;
	wait_begin(w, fds, fd, for_write);
	int timeout_ms = w->busy_fd < 0 ? WAIT_PATIENCE_MS : -1;
	for (;;) {
		bool ready = false;
		int connect_ms = connect_ms_of(w, &over);
		if (!wait_poll(w, fds, sooner_ms(timeout_ms, connect_ms), &ready))
			return false;
		if (ready)
			return true;
		if (connect_ms == 0)
			return wait_ends(w, over);
		timeout_ms = wait_share(w, &fds[WAIT_OTHERS]);
	}
}

void wait_heed_seat(struct worker *w)
{
	if (told_seat)
		w->parted = false;
	told_seat = 0;
}

/* Whether the worker may have a connection: it does unless it gave its seat up, or has no master to give it one. */
static bool has_seat(struct worker *w)
{
	if (w->place->seats)
		return statedir_sit(w->place->seats, (size_t)w->server.generation->conf.db_pool);
	wait_heed_seat(w);
	return !w->parted;
}

/* Waits until the worker has its seat; false when that takes too long, or something else is to be done. */
static bool wait_seated(struct worker *w)
{
	struct pollfd fds[WAIT_COUNT];
	bool ready;
	int64_t since = clock_monotonic_us();
	wait_begin(w, fds, -1, false);
	while (!has_seat(w)) {
		int left_ms = left_ms_of(since, acquire_us(w));
		if (left_ms == 0)
			return wait_ends(w, WAIT_NO_SEAT);
		if (!wait_poll(w, fds, left_ms < WAIT_SEAT_MS ? left_ms : WAIT_SEAT_MS, &ready))
			return false;
		wait_share(w, &fds[WAIT_OTHERS]);
	}
	return true;
}

bool wait_for_seat(void *arg)
{
	struct worker *w = arg;
	if (has_seat(w))
		return true;
	if (w->place->scoreboard)
		seat_tell(w->place->channel, SEAT_WANTED, -1);
	bool seated = wait_seated(w);
	if (!seated && w->place->seats)
		statedir_rise(w->place->seats);
	return seated;
}

void wait_over(struct worker *w)
{
	if (w->busy_fd < 0)
		return;
	w->busy_fd = -1;
	if (w->place->scoreboard)
		scoreboard_done(w->place->scoreboard, w->place->cell);
}

void wait_give_way(struct worker *w)
{
	w->busy_fd = wait_slow(w);
	slots_hand_over(w->slots, w->slot);
}

bool wait_client_gone(void *arg)
{
	struct worker *w = arg;
	struct pollfd client = { .fd = w->slot ? fcgi_fd(slot_connection(w->slot)) : -1, .events = POLLRDHUP };
	if (poll(&client, 1, 0) <= 0 || !(client.revents & (POLLRDHUP | POLLHUP | POLLERR)))
		return false;
	return !wait_ends(w, WAIT_CLIENT_LEFT);
}
