/* One worker without a master, for web servers that start processes themselves (mod_fcgid, spawn-fcgi).
 * SPDX-License-Identifier: MIT */
#include "standalone.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/process/postgrest_log.h"
#include "app/process/startup.h"
#include "app/process/worker.h"
#include "app/serve/backoff.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

/* How long the first request may wait for the first catalog before it and those behind it get 503. */
#define STANDALONE_PATIENCE_US INT64_C(5000000)
/* How often it is looked whether the catalog is there; and after loading it has failed. */
#define STANDALONE_LOOK_US INT64_C(20000)
#define STANDALONE_LOOK_AGAIN_US INT64_C(200000)
/* How often it is looked whether somebody waits for the seat of an idle process. */
#define STANDALONE_SEAT_US INT64_C(100000)
/* How long building may take, longer than any catalog does: a server that swallows everything must not hold the
 * builder's place for ever. */
#define STANDALONE_BUILD_S 120

struct standalone {
	/* As long as the process. */
	const char *file;
	char *const *environ;
	struct slots_shared shared;
	struct slots *slots; /* from one generation to the next */
	struct statedir *state;
	/* As long as it is served by: standalone_take_next(). */
	struct generation *generation;
	struct generation *next; /* what is to be served by, once the worker gives way; or NULL */
	/* As long as a reload is asked for and not there: standalone_find(). */
	uint64_t number; /* of the reload that is wanted */
	bool wanted;     /* a generation of that number is still to be found */
	/* As long as a child that builds, and a series of those that failed: standalone_reap(). */
	pid_t builder; /* 0: none */
	struct backoff build;
};

/* The child that builds the generation: loads, stores, and ends. */
static _Noreturn void standalone_build(const struct standalone *s, pid_t parent)
{
	struct fault f = { 0 };
	struct generation *g = generation_new();
	sigset_t none;
	sigemptyset(&none);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	alarm(STANDALONE_BUILD_S);
	close(s->shared.listener);
	if (s->slots)
		slots_forget(s->slots);
	struct conn *c = NULL;
	bool built = generation_configure(g, s->file, s->environ, &f)
		&& (c = generation_connect(g, false, NULL, NULL), conn_ready(c, g->arena, &f))
		&& generation_load(g, s->generation, s->file, s->environ, c, &f)
		&& statedir_save(s->state, g, s->number, g->arena, &f);
	if (!built)
		log_error("cannot load: %.*s%s%.*s", STR_ARG(f.message), f.details.n ? ": " : "", STR_ARG(f.details));
	conn_free(c);
	_exit(built ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* Has the generation built by a child, unless another process of the instance does. */
static void standalone_elect(struct standalone *s)
{
	if (s->builder || s->build.at_us > clock_monotonic_us() || !statedir_elect(s->state))
		return;
	pid_t parent = getpid(), pid = fork();
	if (pid == 0)
		standalone_build(s, parent);
	if (pid < 0) {
		log_error("cannot start a process to load the catalog: %s", strerror(errno));
		backoff_fail(&s->build);
		statedir_retire(s->state);
		return;
	}
	s->builder = pid;
}

static void standalone_reap(struct standalone *s)
{
	int status = 0;
	if (!s->builder || waitpid(s->builder, &status, WNOHANG) == 0)
		return;
	s->builder = 0;
	statedir_retire(s->state);
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS)
		backoff_succeed(&s->build);
	else
		backoff_fail(&s->build);
}

/* Looks for the generation that is wanted; true when `next` is there. */
static bool standalone_find(struct standalone *s)
{
	struct fault f = { 0 };
	struct generation *g = generation_new();
	standalone_reap(s);
	if (!generation_configure(g, s->file, s->environ, &f)) {
		/* A mistake in the file is not tried again before somebody says so. */
		log_error("the reload failed, the old generation goes on: %.*s", STR_ARG(f.message));
		s->wanted = false;
		generation_free(g);
		return false;
	}
	if (statedir_map(s->state, g, s->file, s->environ, s->number)) {
		s->next = g;
		s->wanted = false;
		return true;
	}
	generation_free(g);
	standalone_elect(s);
	return false;
}

static void standalone_want(struct standalone *s)
{
	s->number = statedir_number(s->state);
	s->wanted = true;
	backoff_succeed(&s->build);
}

/* worker_place.look */
static bool standalone_look(void *arg, int64_t *due_r)
{
	struct standalone *s = arg;
	/* Also one whose catalog was found before it had ended: its place is needed by the next. */
	standalone_reap(s);
	if (statedir_changed(s->state))
		standalone_want(s);
	if (s->wanted && standalone_find(s))
		return false;
	if (statedir_seated(s->state))
		*due_r = clock_monotonic_us() + STANDALONE_SEAT_US;
	if (s->wanted || s->builder)
		*due_r = clock_monotonic_us() + (s->build.pause_us ? STANDALONE_LOOK_AGAIN_US : STANDALONE_LOOK_US);
	return true;
}

/* Waits a while for the first catalog, not for one that could not be loaded. */
static void standalone_begin(struct standalone *s)
{
	int64_t until = clock_monotonic_us() + STANDALONE_PATIENCE_US;
	standalone_want(s);
	while (s->wanted && !standalone_find(s) && !s->build.pause_us && clock_monotonic_us() < until)
		poll(NULL, 0, (int)(STANDALONE_LOOK_US / 1000));
}

/* Serves by the generation that was found, if one was. */
static void standalone_take_next(struct standalone *s)
{
	if (!s->next)
		return;
	bool reloaded = s->generation->catalog;
	generation_free(s->generation);
	s->generation = s->next;
	s->next = NULL;
	startup_log(&s->generation->conf, "worker");
	if (reloaded)
		postgrest_log_deprecated(s->generation);
	log_info("serving by generation %llu", (unsigned long long)s->number);
}

static void standalone_end(struct standalone *s)
{
	statedir_close(s->state);
	generation_free(s->generation);
	/* It was found, and then there was no time to serve by it. */
	if (s->next)
		generation_free(s->next);
}

int standalone_run(const char *file, char *const *vars, bool accounts)
{
	struct standalone s = { .file = file, .environ = vars, .shared = { .listener = -1, .handover = { -1, -1 } } };
	struct worker_place place = {
		.shared = &s.shared,
		.accounts = accounts,
		.look = standalone_look,
		.look_arg = &s,
		.slots = &s.slots,
	};
	int status = WORKER_RELOAD;
	s.generation = startup(file, vars, &s.shared.listener, &s.state);
	if (!s.generation)
		return EXIT_FAILURE;
	if (accounts && !s.generation->conf.auth_enabled) {
		log_crit("an account worker needs auth-enabled = true");
		return EXIT_FAILURE;
	}
	standalone_begin(&s);
	/* Account workers connect as another role, and are as many as the web server starts; unless all share one. */
	place.seats = accounts && !s.generation->conf.db_single_role ? NULL : s.state;
	while (status == WORKER_RELOAD) {
		standalone_take_next(&s);
		status = worker_run(s.generation, &place);
	}
	standalone_end(&s);
	return status;
}
