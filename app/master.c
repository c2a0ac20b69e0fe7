/* The master process: listens, loads generations, keeps the workers running, and stops them.
 * SPDX-License-Identifier: MIT */
#include "master.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/backoff.h"
#include "app/generation.h"
#include "app/listen.h"
#include "app/notify.h"
#include "app/worker.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

/* How long the database may keep the master waiting in one go, and how often it looks up meanwhile. */
#define MASTER_WAIT_MS 60000
#define MASTER_WAIT_STEP_MS 500
/* How long in-flight requests may take once the master was told to stop. */
#define MASTER_STOP_US INT64_C(30000000)
/* A worker that lived this long did not die of its start. */
#define MASTER_SETTLED_US INT64_C(1000000)

struct child {
	pid_t pid;                 /* 0: none */
	int64_t started_us;
};

struct master {
	const char *file;
	char *const *environ;
	struct generation *generation;
	struct slots_shared shared;
	int signals;
	struct child *children;    /* the current generation's */
	size_t worker_count;
	size_t leaving;            /* workers told to stop and not yet reaped */
	struct backoff spawn, load;
	struct notify *notify;
	bool stopping;
	int64_t stop_deadline_us;
};

static size_t master_worker_count(const struct conf *c)
{
	if (c->workers > 0)
		return (size_t)c->workers;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t by_cores = cores > 0 ? 2 * (size_t)cores : 2;
	return by_cores > (size_t)c->db_pool ? by_cores : (size_t)c->db_pool;
}

static void master_log(const struct conf *c, const char *ident)
{
	if (c->log_syslog)
		log_to_syslog((enum log_level)c->log_level, ident);
	else
		log_to_stderr((enum log_level)c->log_level, ident);
}

static _Noreturn void master_child(const struct master *m, pid_t parent)
{
	/* A master that dies without a word takes its workers with it; it may have died before this line. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	close(m->signals);
	notify_forget(m->notify);
	master_log(&m->generation->conf, "worker");
	_exit(worker_run(m->generation, &m->shared, 0));
}

static void master_spawn(struct master *m, struct child *child)
{
	pid_t parent = getpid(), pid = fork();
	if (pid == 0)
		master_child(m, parent);
	if (pid < 0) {
		log_error("cannot start a worker: %s", strerror(errno));
		backoff_fail(&m->spawn);
		return;
	}
	*child = (struct child){ .pid = pid, .started_us = clock_monotonic_us() };
}

static void master_spawn_missing(struct master *m)
{
	if (m->stopping || m->spawn.at_us > clock_monotonic_us())
		return;
	for (size_t i = 0; i < m->worker_count; i++)
		if (!m->children[i].pid)
			master_spawn(m, &m->children[i]);
}

static void master_reap(struct master *m)
{
	int status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct child *child = NULL;
		for (size_t i = 0; i < m->worker_count; i++)
			if (m->children[i].pid == pid)
				child = &m->children[i];
		if (!child) {
			m->leaving--;
			continue;
		}
		if (!m->stopping)
			log_error("worker %ld ended with %s %d", (long)pid, WIFSIGNALED(status) ? "signal" : "status",
				WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
		if (clock_monotonic_us() - child->started_us < MASTER_SETTLED_US)
			backoff_fail(&m->spawn);
		else
			backoff_succeed(&m->spawn);
		child->pid = 0;
	}
}

/* conn_wait_fn of the master's own connections. A server that does not answer must not keep the master for ever, and
 * a signal to stop, which stays pending for the signalfd, ends the wait. */
static bool master_wait(void *arg, int fd, bool for_write)
{
	(void)arg;
	for (int waited = 0; waited < MASTER_WAIT_MS; waited += MASTER_WAIT_STEP_MS) {
		struct pollfd p = { .fd = fd, .events = for_write ? POLLIN | POLLOUT : POLLIN };
		sigset_t pending;
		int n = poll(&p, 1, MASTER_WAIT_STEP_MS);
		if (n > 0)
			return true;
		if (sigpending(&pending) == 0 && (sigismember(&pending, SIGTERM) || sigismember(&pending, SIGINT)))
			return false;
	}
	log_error("the database does not answer");
	return false;
}

/* Every worker of the generation before gets a successor and is told to finish. */
static void master_replace(struct master *m, struct generation *next)
{
	struct generation *before = m->generation;
	size_t count = master_worker_count(&next->conf);
	struct child *old = m->children;
	size_t old_count = m->worker_count;
	m->generation = next;
	notify_follow(m->notify, next);
	m->children = calloc(count, sizeof *m->children);
	if (!m->children)
		abort();
	m->worker_count = count;
	master_spawn_missing(m);
	for (size_t i = 0; i < old_count; i++)
		if (old[i].pid && kill(old[i].pid, SIGTERM) == 0)
			m->leaving++;
	free(old);
	generation_free(before);
}

/* Loads configuration and catalog anew. When that fails the old generation goes on serving. */
static void master_load(struct master *m)
{
	struct generation *next = generation_new();
	struct fault f = { 0 };
	if (!generation_configure(next, m->file, m->environ, &f)
		|| !generation_load(next, m->file, m->environ, master_wait, NULL, &f)) {
		const char *what = m->generation->catalog ? "the reload failed, the old generation goes on" : "cannot load";
		log_error("%s: %.*s%s%.*s", what, STR_ARG(f.message), f.details.n ? ": " : "", STR_ARG(f.details));
		generation_free(next);
		if (!m->generation->catalog)
			backoff_fail(&m->load);
		return;
	}
	backoff_succeed(&m->load);
	master_log(&next->conf, "master");
	log_info("serving with %zu workers", master_worker_count(&next->conf));
	master_replace(m, next);
}

static void master_stop(struct master *m)
{
	m->stopping = true;
	m->stop_deadline_us = clock_monotonic_us() + MASTER_STOP_US;
	for (size_t i = 0; i < m->worker_count; i++)
		if (m->children[i].pid)
			kill(m->children[i].pid, SIGTERM);
}

static void master_signal(struct master *m)
{
	struct signalfd_siginfo info;
	while (read(m->signals, &info, sizeof info) == (ssize_t)sizeof info) {
		if (info.ssi_signo == SIGCHLD)
			master_reap(m);
		else if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
			master_stop(m);
		else if (!m->stopping)
			master_load(m);
	}
}

static bool master_has_children(const struct master *m)
{
	for (size_t i = 0; i < m->worker_count; i++)
		if (m->children[i].pid)
			return true;
	return m->leaving > 0;
}

/* Milliseconds to the next thing that is due, -1: nothing is. */
static int master_timeout(const struct master *m)
{
	int64_t due = INT64_MAX;
	if (m->stopping)
		due = m->stop_deadline_us;
	else if (!m->generation->catalog)
		due = m->load.at_us;
	else
		due = notify_due_us(m->notify);
	for (size_t i = 0; i < m->worker_count && !m->stopping; i++)
		if (!m->children[i].pid && m->spawn.at_us < due)
			due = m->spawn.at_us;
	if (due == INT64_MAX)
		return -1;
	int64_t left = due - clock_monotonic_us();
	return left > 0 ? (int)(left / 1000) + 1 : 0;
}

static void master_kill(struct master *m)
{
	log_warn("workers that did not finish in time are killed");
	for (size_t i = 0; i < m->worker_count; i++)
		if (m->children[i].pid)
			kill(m->children[i].pid, SIGKILL);
	m->stop_deadline_us = INT64_MAX;
}

static void master_loop(struct master *m)
{
	while (!m->stopping || master_has_children(m)) {
		struct pollfd p[2] = {
			{ .fd = m->signals, .events = POLLIN },
			{ .fd = notify_fd(m->notify), .events = POLLIN },
		};
		if (poll(p, 2, master_timeout(m)) > 0)
			master_signal(m);
		int64_t now = clock_monotonic_us();
		if (m->stopping && now >= m->stop_deadline_us)
			master_kill(m);
		if (!m->stopping && !m->generation->catalog && now >= m->load.at_us)
			master_load(m);
		if (!m->stopping && m->generation->catalog && notify_turn(m->notify))
			master_load(m);
		master_spawn_missing(m);
	}
}

static int master_signals(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* A configured generation and a listening socket, or NULL after saying why not. */
static struct generation *master_start(const char *file, char *const *vars, int *listener_r)
{
	struct generation *g = generation_new();
	struct fault f = { 0 };
	log_to_stderr(LOG_LEVEL_INFO, "rowgate");
	if (generation_configure(g, file, vars, &f)) {
		master_log(&g->conf, "master");
		*listener_r = listen_socket(&g->conf, g->arena, &f);
		if (*listener_r >= 0)
			return g;
	}
	log_crit("%.*s", STR_ARG(f.message));
	generation_free(g);
	return NULL;
}

int master_run(const char *file, char *const *vars)
{
	struct master m = { .file = file, .environ = vars };
	m.signals = master_signals();
	m.generation = master_start(file, vars, &m.shared.listener);
	if (!m.generation)
		return EXIT_FAILURE;
	if (!slots_handover_new(m.shared.handover)) {
		log_warn("workers cannot hand connections over: %s", strerror(errno));
		m.shared.handover[0] = m.shared.handover[1] = -1;
	}
	m.notify = notify_new(master_wait, NULL);
	master_load(&m);
	if (!m.generation->catalog) {
		/* Workers answer 503 until a load succeeds. */
		m.worker_count = master_worker_count(&m.generation->conf);
		m.children = calloc(m.worker_count, sizeof *m.children);
		if (!m.children)
			abort();
	}
	master_spawn_missing(&m);
	master_loop(&m);
	listen_close(m.shared.listener, &m.generation->conf);
	notify_free(m.notify);
	free(m.children);
	generation_free(m.generation);
	return EXIT_SUCCESS;
}

int master_run_single(const char *file, char *const *vars)
{
	struct slots_shared shared = { .handover = { -1, -1 } };
	struct backoff load = { 0 };
	struct generation *g = master_start(file, vars, &shared.listener);
	int status = EXIT_FAILURE;
	while (g) {
		struct fault f = { 0 };
		if (generation_load(g, file, vars, NULL, NULL, &f)) {
			backoff_succeed(&load);
		} else {
			log_error("cannot load: %.*s%s%.*s", STR_ARG(f.message), f.details.n ? ": " : "", STR_ARG(f.details));
			backoff_fail(&load);
		}
		status = worker_run(g, &shared, load.at_us);
		generation_free(g);
		g = NULL;
		if (status == WORKER_RELOAD) {
			g = generation_new();
			if (!generation_configure(g, file, vars, &f)) {
				log_crit("%.*s", STR_ARG(f.message));
				generation_free(g);
				return EXIT_FAILURE;
			}
		}
	}
	return status;
}
