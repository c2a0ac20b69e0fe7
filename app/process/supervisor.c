/* The workers of a host: started, replaced one at a time when a generation changes, restarted when they die, stopped.
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

#include "app/serve/backoff.h"
#include "base/clock.h"
#include "base/log.h"

/* How long a worker must have lived not to have died of its start, and what is too far apart for a series. */
#define SUPERVISOR_SETTLED_US INT64_C(1000000)
#define SUPERVISOR_SERIES_US INT64_C(10000000)
/* The longest pause before the next start, however many died young: while no worker lives requests wait. */
#define SUPERVISOR_PAUSE_US INT64_C(1000000)
/* How long a leaving worker is waited for before the next one is told to: an idle one leaves sooner. */
#define SUPERVISOR_LEAVE_US INT64_C(200000)
/* Room for workers: the setting is at most half of this (see the option table), one is above the count while they are
 * replaced, and there may be some that are parting. */
#define SUPERVISOR_MAX 2048

/* A worker, or room for one: all of it is as long as the process, supervisor_ended() clears it. */
struct supervised {
	pid_t pid;                           /* 0: a free place; its index is its cell on the scoreboard */
	const struct generation *generation; /* NULL: of an earlier program, see supervisor_adopt() */
	int64_t started_us;
	int64_t leaving_us; /* when it was told to finish, 0: it was not */
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
	struct backoff spawn; /* as long as a series of deaths: time ends it, or another generation */
	bool stopping;        /* never ends */
};

struct supervisor *supervisor_new(const char *name, const struct slots_shared *shared, supervisor_child_fn *child,
	void *child_arg)
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
	if (!s->scoreboard) {
		free(s);
		return NULL;
	}
	return s;
}

void supervisor_free(struct supervisor *s)
{
	if (!s)
		return;
	scoreboard_free(s->scoreboard);
	free(s);
}

struct scoreboard *supervisor_scoreboard(const struct supervisor *s)
{
	return s->scoreboard;
}

/* Whether the worker does more than send answers. One that is parting does not: it needs no generation and no
 * connection, and stands in nobody's way. */
static bool supervisor_member_works(const struct supervisor *s, size_t i)
{
	return s->members[i].pid && !scoreboard_is_parting(s->scoreboard, i);
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

static _Noreturn void supervisor_serve(const struct supervisor *s, size_t cell, pid_t parent)
{
	struct worker_place place = { .shared = &s->shared, .scoreboard = s->scoreboard, .cell = cell };
	/* A master that dies without a word takes its workers with it; it may have died before this line. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	exit(s->child(s->child_arg, s->generation, &place));
}

/* A cell of the scoreboard that no worker has; SUPERVISOR_MAX: there is none. */
static size_t supervisor_free_cell(const struct supervisor *s)
{
	size_t cell = 0;
	while (cell < SUPERVISOR_MAX && s->members[cell].pid)
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

void supervisor_adopt(struct supervisor *s, pid_t pid, bool parting)
{
	size_t cell = supervisor_free_cell(s);
	if (cell == SUPERVISOR_MAX)
		return;
	scoreboard_take(s->scoreboard, cell);
	if (parting)
		scoreboard_parting(s->scoreboard, cell);
	s->members[cell] = (struct supervised){ .pid = pid, .leaving_us = parting ? clock_monotonic_us() : 0 };
}

void supervisor_each(const struct supervisor *s, void (*found)(void *arg, pid_t pid, bool parting), void *arg)
{
	for (size_t i = 0; i < SUPERVISOR_MAX; i++)
		if (s->members[i].pid)
			found(arg, s->members[i].pid, scoreboard_is_parting(s->scoreboard, i));
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
	scoreboard_leave(s->scoreboard, (size_t)(m - s->members));
	*m = (struct supervised){ 0 };
}

bool supervisor_bury(struct supervisor *s, pid_t pid, int status)
{
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
		bool old = m->generation != s->generation;
		int rank = !m->pid || m->leaving_us ? 0 : old ? 3 - scoreboard_is_slow(s->scoreboard, i) : serving > s->count;
		if (rank > best) {
			best = rank;
			found = m;
		}
	}
	/* One of ours is only too many once no old one is left. */
	return best > 1 || serving > s->count ? found : NULL;
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
		n += s->members[i].pid && !s->members[i].leaving_us;
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

/* One step towards `count` workers of the current generation; false when none can be taken now. due_r: when one can. */
static bool supervisor_step(struct supervisor *s, int64_t *due_r)
{
	size_t serving = supervisor_serving(s), working = supervisor_working(s);
	struct supervised *outdated = supervisor_outdated(s, serving);
	int64_t now = clock_monotonic_us(), leaving = supervisor_leaving_since_us(s);
	if (outdated && serving > s->count) {
		supervisor_dismiss(outdated);
		return true;
	}
	if ((serving < s->count || outdated) && working <= s->count && supervisor_alive(s) < SUPERVISOR_MAX) {
		*due_r = s->spawn.at_us;
		return s->spawn.at_us <= now && supervisor_spawn(s);
	}
	/* A leaving worker is held by a long request: the others are replaced all the same, each leaving before its
	 * successor starts. */
	if (outdated && serving > 1 && leaving) {
		*due_r = leaving + SUPERVISOR_LEAVE_US;
		if (*due_r <= now)
			supervisor_dismiss(outdated);
	}
	return false;
}

int64_t supervisor_turn(struct supervisor *s)
{
	int64_t due = INT64_MAX;
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
