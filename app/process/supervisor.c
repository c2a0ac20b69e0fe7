/* The workers of a host: started, replaced one at a time when a generation changes, restarted when they die, stopped.
 * SPDX-License-Identifier: MIT */
#include "supervisor.h"

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

/* A worker that lived this long did not die of its start. */
#define SUPERVISOR_SETTLED_US INT64_C(1000000)
#define SUPERVISOR_SERIES_US INT64_C(10000000)
/* While no worker lives requests wait: however many died young, for no longer than this. */
#define SUPERVISOR_PAUSE_US INT64_C(1000000)
/* An idle worker leaves sooner than this. */
#define SUPERVISOR_LEAVE_US INT64_C(200000)
/* workers is at most half of this (see the option table), one is above the count while they are replaced, and there may
 * be some that are parting. */
#define SUPERVISOR_MAX 2048

struct member {
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
	struct member members[SUPERVISOR_MAX];
	struct scoreboard *scoreboard;
	struct backoff spawn;
	bool stopping;
};

struct supervisor *supervisor_new(const char *name, const struct slots_shared *shared, supervisor_child_fn *child,
	void *child_arg)
{
	struct supervisor *c = calloc(1, sizeof *c);
	if (!c)
		abort();
	c->name = name;
	c->shared = *shared;
	c->child = child;
	c->child_arg = child_arg;
	c->spawn.last_us = SUPERVISOR_PAUSE_US;
	c->scoreboard = scoreboard_new(SUPERVISOR_MAX);
	if (!c->scoreboard) {
		free(c);
		return NULL;
	}
	return c;
}

void supervisor_free(struct supervisor *c)
{
	if (!c)
		return;
	scoreboard_free(c->scoreboard);
	free(c);
}

struct scoreboard *supervisor_board(const struct supervisor *c)
{
	return c->scoreboard;
}

/* One that is parting only sends answers: it needs no generation and no connection, and stands in nobody's way. */
static bool supervisor_member_works(const struct supervisor *c, size_t i)
{
	return c->members[i].pid && !scoreboard_is_parting(c->scoreboard, i);
}

bool supervisor_serving_any(const struct supervisor *c)
{
	return c->generation;
}

bool supervisor_uses(const struct supervisor *c, const struct generation *generation)
{
	for (size_t i = 0; i < SUPERVISOR_MAX; i++)
		if (supervisor_member_works(c, i) && c->members[i].generation == generation)
			return true;
	return c->generation == generation;
}

size_t supervisor_alive(const struct supervisor *c)
{
	size_t n = 0;
	for (size_t i = 0; i < SUPERVISOR_MAX; i++)
		n += c->members[i].pid != 0;
	return n;
}

static _Noreturn void supervisor_serve(const struct supervisor *c, size_t cell, pid_t parent)
{
	struct worker_place place = { .shared = &c->shared, .scoreboard = c->scoreboard, .cell = cell };
	/* A master that dies without a word takes its workers with it; it may have died before this line. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	exit(c->child(c->child_arg, c->generation, &place));
}

static bool supervisor_spawn(struct supervisor *c)
{
	size_t cell = 0;
	while (c->members[cell].pid)
		cell++;
	scoreboard_take(c->scoreboard, cell);
	pid_t parent = getpid(), pid = fork();
	if (pid == 0)
		supervisor_serve(c, cell, parent);
	if (pid < 0) {
		log_error("cannot start a %s: %s", c->name, strerror(errno));
		scoreboard_leave(c->scoreboard, cell);
		backoff_fail(&c->spawn);
		return false;
	}
	c->members[cell] = (struct member){ .pid = pid, .generation = c->generation, .started_us = clock_monotonic_us() };
	return true;
}

void supervisor_adopt(struct supervisor *c, pid_t pid, bool parting)
{
	size_t cell = 0;
	while (cell < SUPERVISOR_MAX && c->members[cell].pid)
		cell++;
	if (cell == SUPERVISOR_MAX)
		return;
	scoreboard_take(c->scoreboard, cell);
	if (parting)
		scoreboard_parting(c->scoreboard, cell);
	c->members[cell] = (struct member){ .pid = pid, .leaving_us = parting ? clock_monotonic_us() : 0 };
}

void supervisor_each(const struct supervisor *c, void (*found)(void *arg, pid_t pid, bool parting), void *arg)
{
	for (size_t i = 0; i < SUPERVISOR_MAX; i++)
		if (c->members[i].pid)
			found(arg, c->members[i].pid, scoreboard_is_parting(c->scoreboard, i));
}

static void supervisor_ended(struct supervisor *c, struct member *m, int status)
{
	if (!m->leaving_us && !c->stopping)
		log_error("%s %ld ended with %s %d", c->name, (long)m->pid, WIFSIGNALED(status) ? "signal" : "status",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	int64_t now = clock_monotonic_us();
	/* Failures far apart are no series. */
	if (now - c->spawn.at_us > SUPERVISOR_SERIES_US)
		backoff_succeed(&c->spawn);
	if (!m->leaving_us && now - m->started_us < SUPERVISOR_SETTLED_US)
		backoff_fail(&c->spawn);
	scoreboard_leave(c->scoreboard, (size_t)(m - c->members));
	*m = (struct member){ 0 };
}

bool supervisor_bury(struct supervisor *c, pid_t pid, int status)
{
	for (size_t i = 0; i < SUPERVISOR_MAX; i++)
		if (c->members[i].pid == pid) {
			supervisor_ended(c, &c->members[i], status);
			return true;
		}
	return false;
}

/* Its successors take its kept connections over. */
static void supervisor_dismiss(struct member *m)
{
	if (kill(m->pid, SIGUSR2) == 0)
		m->leaving_us = clock_monotonic_us();
}

/* Workers without a catalog can only say "not yet": where there is one now nobody is to hear that any more. Requests
 * wait for the successors. */
static void supervisor_dismiss_unready(struct supervisor *c, const struct generation *next)
{
	bool unready = c->generation && !c->generation->catalog && next->catalog;
	for (size_t i = 0; unready && i < SUPERVISOR_MAX; i++) {
		struct member *m = &c->members[i];
		if (m->pid && m->generation == c->generation && !m->leaving_us)
			supervisor_dismiss(m);
	}
}

void supervisor_follow(struct supervisor *c, const struct generation *generation, size_t count)
{
	supervisor_dismiss_unready(c, generation);
	c->generation = generation;
	c->count = count < SUPERVISOR_MAX ? count : SUPERVISOR_MAX - 1;
	backoff_succeed(&c->spawn);
}

/* A worker of an earlier generation, or one too many after the count was lowered; one that is not in the middle of a
 * slow request if there is such a one. */
static struct member *supervisor_outdated(struct supervisor *c, size_t serving)
{
	struct member *found = NULL;
	int best = 0;
	for (size_t i = 0; i < SUPERVISOR_MAX; i++) {
		struct member *m = &c->members[i];
		bool old = m->generation != c->generation;
		int rank = !m->pid || m->leaving_us ? 0 : old ? 3 - scoreboard_is_slow(c->scoreboard, i) : serving > c->count;
		if (rank > best) {
			best = rank;
			found = m;
		}
	}
	/* One of ours is only too many once no old one is left. */
	return best > 1 || serving > c->count ? found : NULL;
}

static size_t supervisor_working(const struct supervisor *c)
{
	size_t n = 0;
	for (size_t i = 0; i < SUPERVISOR_MAX; i++)
		n += supervisor_member_works(c, i);
	return n;
}

static size_t supervisor_serving(const struct supervisor *c)
{
	size_t n = 0;
	for (size_t i = 0; i < SUPERVISOR_MAX; i++)
		n += c->members[i].pid && !c->members[i].leaving_us;
	return n;
}

/* When the last worker that was told to finish, and works yet, was told so, 0: none is leaving. */
static int64_t supervisor_leaving_since_us(const struct supervisor *c)
{
	int64_t latest = 0;
	for (size_t i = 0; i < SUPERVISOR_MAX; i++)
		if (supervisor_member_works(c, i) && c->members[i].leaving_us > latest)
			latest = c->members[i].leaving_us;
	return latest;
}

/* One step towards `count` workers of the current generation; false when none can be taken now. due_r: when one can. */
static bool supervisor_step(struct supervisor *c, int64_t *due_r)
{
	size_t serving = supervisor_serving(c), working = supervisor_working(c);
	struct member *outdated = supervisor_outdated(c, serving);
	int64_t now = clock_monotonic_us(), leaving = supervisor_leaving_since_us(c);
	if (outdated && serving > c->count) {
		supervisor_dismiss(outdated);
		return true;
	}
	if ((serving < c->count || outdated) && working <= c->count && supervisor_alive(c) < SUPERVISOR_MAX) {
		*due_r = c->spawn.at_us;
		return c->spawn.at_us <= now && supervisor_spawn(c);
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

int64_t supervisor_turn(struct supervisor *c)
{
	int64_t due = INT64_MAX;
	while (c->generation && !c->stopping && supervisor_step(c, &due))
		due = INT64_MAX;
	return due;
}

void supervisor_stop(struct supervisor *c)
{
	c->stopping = true;
	for (size_t i = 0; i < SUPERVISOR_MAX; i++) {
		struct member *m = &c->members[i];
		if (m->pid && kill(m->pid, SIGTERM) == 0 && !m->leaving_us)
			m->leaving_us = clock_monotonic_us();
	}
}

void supervisor_kill(struct supervisor *c)
{
	for (size_t i = 0; i < SUPERVISOR_MAX; i++)
		if (c->members[i].pid)
			kill(c->members[i].pid, SIGKILL);
}
