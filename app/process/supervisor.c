/* The workers of a host: started, replaced when a generation changes, restarted when they die, stopped.
 * SPDX-License-Identifier: MIT */
#include "supervisor.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/process/seats.h"
#include "app/serve/backoff.h"
#include "base/clock.h"
#include "base/log.h"

/* How long a worker must have lived not to have died of its start, and what is too far apart for a series. */
#define SUPERVISOR_SETTLED_US INT64_C(1000000)
#define SUPERVISOR_SERIES_US INT64_C(10000000)
/* The longest pause before the next start, however many died young: while no worker lives requests wait. */
#define SUPERVISOR_PAUSE_US INT64_C(1000000)
/* How long leaving workers are waited for before further ones are told to: an idle one leaves sooner. */
#define SUPERVISOR_LEAVE_US INT64_C(200000)
/* Room for workers, those that are parting among them: no more are started, whatever the setting. */
#define SUPERVISOR_MAX 2048

/* A worker, or room for one: all of it is as long as the process, supervisor_ended() clears it. */
struct supervised {
	pid_t pid;                           /* 0: none; its index is its cell on the scoreboard, and its seat */
	const struct generation *generation; /* NULL: of an earlier program, see supervisor_adopt() */
	int64_t started_us;
	int64_t leaving_us; /* when it was told to finish, 0: it was not */
	bool wants_seat;    /* it had given its seat up, and needs one after all */
};

struct supervisor {
	const char *name;
	struct slots_shared shared;
	supervisor_child_fn *child;
	void *child_arg;
	const struct generation *generation; /* NULL: none yet */
	size_t count;
	struct supervised members[SUPERVISOR_MAX];
	struct scoreboard *scoreboard;
	struct seats *seats;
	struct backoff spawn; /* as long as a series of deaths: time ends it, or another generation */
	bool stopping;        /* never ends */
};

struct supervisor *supervisor_new(const char *name, const struct slots_shared *shared, const int *channel,
	supervisor_child_fn *child, void *child_arg)
{
	struct supervisor *s = calloc(1, sizeof *s);
	if (!s)
		abort();
	s->name = name;
	s->shared = *shared;
	s->child = child;
	s->child_arg = child_arg;
	s->spawn.last_us = SUPERVISOR_PAUSE_US;
	s->scoreboard = scoreboard_new(SUPERVISOR_MAX);
	s->seats = seats_new(SUPERVISOR_MAX, channel);
	if (s->scoreboard && s->seats)
		return s;
	supervisor_free(s);
	return NULL;
}

void supervisor_forget(const struct supervisor *s, bool own)
{
	seats_forget(s->seats, own);
}

void supervisor_free(struct supervisor *s)
{
	if (!s)
		return;
	seats_free(s->seats);
	scoreboard_free(s->scoreboard);
	free(s);
}

int supervisor_fd(const struct supervisor *s)
{
	return seats_fd(s->seats);
}

const int *supervisor_channel(const struct supervisor *s)
{
	return seats_channel(s->seats);
}

struct scoreboard *supervisor_scoreboard(const struct supervisor *s)
{
	return s->scoreboard;
}

/* Whether it has a seat. A worker that is parting has none: it needs no generation and no connection, and stands in
 * nobody's way once its session has ended. So does a dead one. */
static bool supervisor_member_works(const struct supervisor *s, size_t i)
{
	return seats_session(s->seats, i) >= 0 || (s->members[i].pid && !scoreboard_is_parting(s->scoreboard, i));
}

/* Whether it serves, and will go on to: it was not told to finish, neither by the master nor by somebody else. */
static bool supervisor_member_serves(const struct supervisor *s, size_t i)
{
	return s->members[i].pid && !s->members[i].leaving_us && !scoreboard_is_parting(s->scoreboard, i);
}

bool supervisor_serving_any(const struct supervisor *s)
{
	return s->generation;
}

bool supervisor_uses(const struct supervisor *s, const struct generation *generation)
{
	for (size_t i = 0; i < SUPERVISOR_MAX; i++)
		if (supervisor_member_works(s, i) && s->members[i].generation == generation)
			return true;
	return s->generation == generation;
}

size_t supervisor_alive(const struct supervisor *s)
{
	size_t n = 0;
	for (size_t i = 0; i < SUPERVISOR_MAX; i++)
		n += s->members[i].pid != 0;
	return n;
}

bool supervisor_is_live(const struct supervisor *s)
{
	return s->generation && (supervisor_alive(s) || !s->spawn.pause_us);
}

static _Noreturn void supervisor_serve(const struct supervisor *s, size_t cell, pid_t parent)
{
	struct worker_place place = {
		.shared = &s->shared,
		.scoreboard = s->scoreboard,
		.cell = cell,
		.channel = supervisor_channel(s)[1],
	};
	/* A master that dies without a word takes its workers with it; it may have died before this line. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	supervisor_forget(s, true);
	exit(s->child(s->child_arg, s->generation, &place));
}

/* A cell of the scoreboard that no worker has; SUPERVISOR_MAX: there is none. */
static size_t supervisor_free_cell(const struct supervisor *s)
{
	size_t cell = 0;
	while (cell < SUPERVISOR_MAX && (s->members[cell].pid || seats_session(s->seats, cell) >= 0))
		cell++;
	return cell;
}

static bool supervisor_spawn(struct supervisor *s)
{
	size_t cell = supervisor_free_cell(s);
	assert(cell < SUPERVISOR_MAX);
	scoreboard_take(s->scoreboard, cell);
	pid_t parent = getpid(), pid = fork();
	if (pid == 0)
		supervisor_serve(s, cell, parent);
	if (pid < 0) {
		log_error("cannot start a %s: %s", s->name, strerror(errno));
		scoreboard_leave(s->scoreboard, cell);
		backoff_fail(&s->spawn);
		return false;
	}
	s->members[cell] = (struct supervised){ .pid = pid,
		.generation = s->generation,
		.started_us = clock_monotonic_us() };
	return true;
}

/* The session has ended that the worker, alive or dead, does not use any more. */
static void supervisor_seat_free(void *arg, size_t i)
{
	const struct supervisor *s = arg;
	if (!s->members[i].pid)
		scoreboard_leave(s->scoreboard, i);
}

void supervisor_adopt(struct supervisor *s, pid_t pid, bool parting, int session)
{
	size_t cell = supervisor_free_cell(s);
	if (cell == SUPERVISOR_MAX) {
		if (session >= 0)
			close(session);
		return;
	}
	scoreboard_take(s->scoreboard, cell);
	if (parting)
		scoreboard_parting(s->scoreboard, cell);
	s->members[cell] = (struct supervised){ .pid = pid, .leaving_us = parting ? clock_monotonic_us() : 0 };
	seats_take(s->seats, cell, session);
	bool ended = (parting || !pid) && seats_left(s->seats, cell);
	if (ended)
		supervisor_seat_free(s, cell);
	else if (!pid)
		scoreboard_slow(s->scoreboard, cell); /* as in supervisor_bequeath() */
}

void supervisor_each(const struct supervisor *s, supervisor_found_fn *found, void *arg)
{
	for (size_t i = 0; i < SUPERVISOR_MAX; i++)
		if (s->members[i].pid || seats_session(s->seats, i) >= 0)
			found(arg, s->members[i].pid, scoreboard_is_parting(s->scoreboard, i), seats_session(s->seats, i));
}

static void supervisor_told(struct supervisor *s, size_t i, enum seat_word word, int session)
{
	if (word == SEAT_SESSION && session >= 0)
		seats_take(s->seats, i, session);
	else if (word == SEAT_WANTED)
		s->members[i].wants_seat = true;
	if (word != SEAT_LEFT)
		return;
	/* It says so on its scoreboard, which is another one when an earlier program started it. */
	scoreboard_parting(s->scoreboard, i);
	s->members[i].wants_seat = false; /* it may have asked twice, and was answered */
	if (seats_left(s->seats, i))
		supervisor_seat_free(s, i);
}

/* Takes what the workers have told. */
static void supervisor_hear(struct supervisor *s)
{
	pid_t worker;
	enum seat_word word;
	int session;
	while (seat_hear(supervisor_channel(s)[0], &worker, &word, &session)) {
		size_t i = 0;
		while (i < SUPERVISOR_MAX && s->members[i].pid != worker)
			i++;
		if (i < SUPERVISOR_MAX)
			supervisor_told(s, i, word, session);
		else if (session >= 0)
			close(session);
	}
}

/* What a dead worker has left at the server may be in the middle of something. */
static void supervisor_bequeath(struct supervisor *s, size_t i)
{
	s->members[i] = (struct supervised){ 0 };
	if (seats_bequeathed(s->seats, i))
		supervisor_seat_free(s, i);
	else
		scoreboard_slow(s->scoreboard, i); /* who waits for a connection waits for this one too */
}

static void supervisor_ended(struct supervisor *s, struct supervised *m, int status)
{
	if (!m->leaving_us && !s->stopping)
		log_error("%s %ld ended with %s %d", s->name, (long)m->pid, WIFSIGNALED(status) ? "signal" : "status",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	int64_t now = clock_monotonic_us();
	/* Failures far apart are no series. */
	if (now - s->spawn.at_us > SUPERVISOR_SERIES_US)
		backoff_succeed(&s->spawn);
	if (!m->leaving_us && now - m->started_us < SUPERVISOR_SETTLED_US)
		backoff_fail(&s->spawn);
	supervisor_bequeath(s, (size_t)(m - s->members));
}

bool supervisor_bury(struct supervisor *s, pid_t pid, int status)
{
	supervisor_hear(s); /* what it said last */
	for (size_t i = 0; i < SUPERVISOR_MAX; i++)
		if (s->members[i].pid == pid) {
			supervisor_ended(s, &s->members[i], status);
			return true;
		}
	return false;
}

/* Tells a worker to finish; its successors take its kept connections over. */
static void supervisor_dismiss(struct supervised *m)
{
	if (kill(m->pid, SIGUSR2) == 0)
		m->leaving_us = clock_monotonic_us();
}

/* Dismisses workers without a catalog where there is one now: they can only say "not yet", and nobody is to hear that
 * any more. Requests wait for the successors. */
static void supervisor_dismiss_unready(struct supervisor *s, const struct generation *next)
{
	bool unready = s->generation && !s->generation->catalog && next->catalog;
	for (size_t i = 0; unready && i < SUPERVISOR_MAX; i++) {
		struct supervised *m = &s->members[i];
		if (m->pid && m->generation == s->generation && !m->leaving_us)
			supervisor_dismiss(m);
	}
}

void supervisor_follow(struct supervisor *s, const struct generation *generation, size_t count)
{
	supervisor_dismiss_unready(s, generation);
	s->generation = generation;
	s->count = count < SUPERVISOR_MAX ? count : SUPERVISOR_MAX - 1;
	backoff_succeed(&s->spawn);
}

/* A worker of an earlier generation, or one too many after the count was lowered; one that is not in the middle of a
 * slow request if there is such a one. */
static struct supervised *supervisor_outdated(struct supervisor *s, size_t serving)
{
	struct supervised *found = NULL;
	int best = 0;
	for (size_t i = 0; i < SUPERVISOR_MAX; i++) {
		struct supervised *m = &s->members[i];
		int quick = !scoreboard_is_slow(s->scoreboard, i);
		int rank = m->generation != s->generation ? 3 + quick : serving > s->count ? 1 + quick : 0;
		if (!supervisor_member_serves(s, i))
			continue;
		if (rank > best) {
			best = rank;
			found = m;
		}
	}
	return found;
}

static size_t supervisor_working(const struct supervisor *s)
{
	size_t n = 0;
	for (size_t i = 0; i < SUPERVISOR_MAX; i++)
		n += supervisor_member_works(s, i);
	return n;
}

static size_t supervisor_serving(const struct supervisor *s)
{
	size_t n = 0;
	for (size_t i = 0; i < SUPERVISOR_MAX; i++)
		n += supervisor_member_serves(s, i);
	return n;
}

/* When the last worker that was told to finish, and works yet, was told so, 0: none is leaving. */
static int64_t supervisor_leaving_since_us(const struct supervisor *s)
{
	int64_t latest = 0;
	for (size_t i = 0; i < SUPERVISOR_MAX; i++)
		if (supervisor_member_works(s, i) && s->members[i].leaving_us > latest)
			latest = s->members[i].leaving_us;
	return latest;
}

/* Who had given its seat up and needs one; SUPERVISOR_MAX: nobody. */
static size_t supervisor_wanting(const struct supervisor *s)
{
	size_t i = 0;
	while (i < SUPERVISOR_MAX && !s->members[i].wants_seat)
		i++;
	return i;
}

/* Gives a free seat to who waits for one. */
static bool supervisor_grant(struct supervisor *s)
{
	size_t i = supervisor_wanting(s);
	if (i == SUPERVISOR_MAX || supervisor_working(s) >= s->count)
		return false;
	s->members[i].wants_seat = false;
	scoreboard_return(s->scoreboard, i);
	kill(s->members[i].pid, SIGUSR1);
	return true;
}

/* Who is to make room, where that is due: a worker of an earlier generation, one too many, or anyone when somebody
 * waits for a seat. */
static struct supervised *supervisor_replaceable(struct supervisor *s, size_t serving, size_t working)
{
	struct supervised *outdated = supervisor_outdated(s, serving);
	if (outdated || supervisor_wanting(s) == SUPERVISOR_MAX || working > serving)
		return outdated;
	return supervisor_outdated(s, SIZE_MAX);
}

/* One step towards `count` workers of the current generation; false when none can be taken now. due_r: when one can.
 * A seat is left before it is taken, and up to a half of them at the same time. */
static bool supervisor_step(struct supervisor *s, int64_t *due_r)
{
	size_t serving = supervisor_serving(s), working = supervisor_working(s);
	int64_t now = clock_monotonic_us();
	if (supervisor_grant(s))
		return true;
	if (working < s->count && supervisor_free_cell(s) < SUPERVISOR_MAX) {
		*due_r = s->spawn.at_us;
		return s->spawn.at_us <= now && supervisor_spawn(s);
	}
	struct supervised *leaver = supervisor_replaceable(s, serving, working);
	if (!leaver)
		return false;
	/* Leaving workers that long requests hold do not keep the others. */
	bool some_stay = serving <= s->count && 2 * (working - serving) >= s->count;
	*due_r = some_stay ? supervisor_leaving_since_us(s) + SUPERVISOR_LEAVE_US : now;
	if (*due_r <= now)
		supervisor_dismiss(leaver);
	return *due_r <= now;
}

int64_t supervisor_turn(struct supervisor *s)
{
	int64_t due = INT64_MAX;
	supervisor_hear(s);
	seats_look(s->seats, supervisor_seat_free, s);
	while (s->stopping && supervisor_grant(s))
		continue;
	while (s->generation && !s->stopping && supervisor_step(s, &due))
		due = INT64_MAX;
	return due;
}

void supervisor_stop(struct supervisor *s)
{
	s->stopping = true;
	for (size_t i = 0; i < SUPERVISOR_MAX; i++) {
		struct supervised *m = &s->members[i];
		if (m->pid && kill(m->pid, SIGTERM) == 0 && !m->leaving_us)
			m->leaving_us = clock_monotonic_us();
	}
}

void supervisor_kill(struct supervisor *s)
{
	for (size_t i = 0; i < SUPERVISOR_MAX; i++)
		if (s->members[i].pid)
			kill(s->members[i].pid, SIGKILL);
}
