/* The master process: listens, loads generations, looks after the supervisor, answers probes, and stops it all.
 * SPDX-License-Identifier: MIT */
#include "master.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/front/listen.h"
#include "app/process/admin.h"
#include "app/process/notify.h"
#include "app/process/pool.h"
#include "app/process/postgrest_log.h"
#include "app/process/startup.h"
#include "app/process/upgrade.h"
#include "app/process/worker.h"
#include "app/serve/backoff.h"
#include "app/serve/generation.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

/* How long the database may keep the master waiting in one go, and how often it looks after the rest meanwhile: after
 * the first such time workers start without a catalog, to answer 503. */
#define MASTER_WAIT_MS 60000
#define MASTER_PATIENCE_MS 200
/* How long in-flight requests may take once the master was told to stop. */
#define MASTER_STOP_US INT64_C(30000000)
/* What comes after that: how long they may take to cancel. */
#define MASTER_CANCEL_US INT64_C(3000000)
/* How soon a reload is tried again for which too many generations are in use. */
#define MASTER_PLACE_STEP_US INT64_C(20000)
/* How often the master looks whether a worker is free again while it answers for them. */
#define MASTER_REFUSE_MS 100
/* Generations that workers may still serve by; more in a row than this and the oldest are waited for. */
#define MASTER_GENERATIONS 16

struct master {
	const char *file;
	char *const *environ;
	char *const *argv;
	struct generation *generation;                 /* the current one */
	struct generation *before[MASTER_GENERATIONS]; /* those that some worker still serves by */
	struct pools pools;
	int signals;
	struct admin *admin;
	struct notify *notify;
	struct statedir *state;
	struct metrics metrics;
	struct backoff load;
	bool load_wanted; /* a load is due, or failed and is to be tried again */
	pid_t trial;      /* the program to become, being tried; 0: none is */
	bool stopping, cancelling;
	bool gave_up; /* stopping because there is no use in going on */
	int64_t stop_deadline_us;
};

enum { POLL_SIGNALS, POLL_NOTIFY, POLL_STATE, POLL_SCOREBOARDS };
enum { POLL_OVERLOADS = POLL_SCOREBOARDS + POOL_KINDS, POLL_ADMIN = POLL_OVERLOADS + POOL_KINDS };

/* What a forked worker has no business with. */
static void master_shed(const struct master *m, enum pool_kind kind)
{
	close(m->signals);
	notify_forget(m->notify);
	admin_forget(m->admin);
	pools_forget(&m->pools, kind);
}

/* supervisor_child_fn */
static int master_child(void *arg, const struct generation *generation, const struct worker_place *place)
{
	master_shed(arg, POOL_API);
	startup_log(&generation->conf, "worker");
	return worker_run(generation, place);
}

/* supervisor_child_fn */
static int master_account_child(void *arg, const struct generation *generation, const struct worker_place *place)
{
	struct worker_place accounts = *place;
	master_shed(arg, POOL_ACCOUNTS);
	startup_log(&generation->conf, "account worker");
	accounts.accounts = true;
	return worker_run(generation, &accounts);
}

static const struct scoreboard *master_board(const struct master *m)
{
	return supervisor_board(m->pools.all[POOL_API].supervisor);
}

static void master_upgrade(struct master *m)
{
	m->trial = m->trial ? m->trial : upgrade_try(m->argv, m->file);
	if (m->trial < 0) {
		log_error("cannot try the program: %s", strerror(errno));
		m->trial = 0;
	}
}

/* The program was tried: goes on as it, unless it would not do. */
static void master_tried(struct master *m, int status)
{
	m->trial = 0;
	if (m->stopping)
		return;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS) {
		log_error("%s does not start: this program goes on", m->argv[0]);
		return;
	}
	log_info("going on as %s", m->argv[0]);
	upgrade_become(m->argv, &m->pools);
	log_error("%s: %s: this program goes on", m->argv[0], strerror(errno));
}

/* Collects children that ended. */
static void master_reap(struct master *m)
{
	int status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (!pools_bury(&m->pools, pid, status) && pid == m->trial)
			master_tried(m, status);
}

static struct admin_state master_state(const struct master *m)
{
	bool serving = !m->stopping && supervisor_alive(m->pools.all[POOL_API].supervisor) > 0;
	return (struct admin_state){
		.live = serving,
		.generation = m->generation,
		.metrics = &m->metrics,
		.pool = &m->pools.all[POOL_API],
		.ready = serving && m->generation->catalog && notify_well(m->notify) && scoreboard_database_up(master_board(m)),
	};
}

static void master_admin(struct master *m)
{
	struct admin_state state = master_state(m);
	admin_turn(m->admin, &state);
}

/* What goes on while the master waits for its database: it comes here each time nothing arrived for a while. */
static void master_meanwhile(struct master *m)
{
	master_reap(m);
	pools_follow(&m->pools, m->generation, true);
	pools_turn(&m->pools);
	pools_refuse(&m->pools, &m->generation->conf, m->stopping);
	master_admin(m);
}

/* conn_wait_fn of the master's own connections. A server that does not answer must not keep the master for ever, and
 * a signal to stop, which stays pending for the signalfd, ends the wait. */
static bool master_wait(void *arg, int fd, bool for_write)
{
	struct master *m = arg;
	bool ready = false, stop = false;
	for (int waited = 0; !ready && !stop && waited < MASTER_WAIT_MS; waited += MASTER_PATIENCE_MS) {
		struct pollfd p = { .fd = fd, .events = for_write ? POLLIN | POLLOUT : POLLIN };
		sigset_t pending;
		ready = poll(&p, 1, MASTER_PATIENCE_MS) > 0;
		stop = sigpending(&pending) == 0 && (sigismember(&pending, SIGTERM) || sigismember(&pending, SIGINT));
		if (!ready && !stop)
			master_meanwhile(m);
	}
	if (!ready && !stop)
		log_error("the database does not answer");
	return ready;
}

/* Frees the generations that no worker serves by any more. */
static void master_forget(struct master *m)
{
	for (size_t i = 0; i < MASTER_GENERATIONS; i++)
		if (m->before[i] && !pools_uses(&m->pools, m->before[i])) {
			generation_free(m->before[i]);
			m->before[i] = NULL;
		}
}

/* A place for the generation that is being replaced; NULL while too many are still in use. */
static struct generation **master_place(struct master *m)
{
	master_forget(m);
	for (size_t i = 0; i < MASTER_GENERATIONS; i++)
		if (!m->before[i])
			return &m->before[i];
	return NULL;
}

static void master_stop(struct master *m)
{
	m->stopping = true;
	m->stop_deadline_us = clock_monotonic_us() + MASTER_STOP_US;
	pools_stop(&m->pools);
}

/* Without automatic recovery a database that is gone is somebody else's business, who restarts the program. */
static void master_give_up(struct master *m)
{
	if (m->stopping)
		return;
	m->gave_up = true;
	master_stop(m);
}

static void master_no_recovery(struct master *m)
{
	if (!m->stopping)
		log_event("Automatic recovery disabled, exiting.");
	master_give_up(m);
}

/* A wrong password does not become right by trying again. */
static bool master_is_refused(const struct fault *f)
{
	static const struct str words[] = {
		STR_INIT("FATAL:  password authentication failed"),
		STR_INIT("no password supplied"),
	};
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_find(f->details, words[i]) < f->details.n)
			return true;
	return false;
}

static void master_load_failed(struct master *m, const struct generation *next, bool configured, const struct fault *f)
{
	backoff_fail(&m->load);
	m->metrics.failures += configured;
	if (!configured) {
		log_event("Failed reloading config: %.*s", STR_ARG(f->message));
	} else if (master_is_refused(f)) {
		postgrest_log_refused(f);
		master_give_up(m);
	} else {
		postgrest_log_not_loaded(next, f);
		if (!next->conf.db_pool_automatic_recovery && str_starts(f->code, STR("PGRST0")))
			master_no_recovery(m);
		else
			postgrest_log_retry("Attempting to reconnect to the database", m->load.pause_us);
	}
}

static bool master_ask(struct master *m, struct generation *next, struct fault *f)
{
	struct conn *c = notify_lend(m->notify, next, next->arena, f);
	return c && generation_load(next, m->file, m->environ, c, f);
}

/* The catalog as a file that all workers map, in the place of memory of the master's own. */
static struct generation *master_share(const struct master *m, struct generation *loaded, uint64_t number)
{
	struct fault f = { 0 };
	struct generation *mapped = generation_new();
	if (statedir_save(m->state, loaded, number, loaded->arena, &f)
		&& generation_configure(mapped, m->file, m->environ, &f)
		&& statedir_map(m->state, mapped, m->file, m->environ, number)) {
		generation_free(loaded);
		return mapped;
	}
	log_warn("the catalog is not shared: %.*s", STR_ARG(f.message));
	generation_free(mapped);
	return loaded;
}

/* Loads configuration and catalog anew. When that fails the old generation goes on serving, and it is tried again. */
static void master_load(struct master *m)
{
	struct generation **place = master_place(m);
	struct generation *next;
	struct fault f = { 0 };
	m->load_wanted = true;
	if (!place) {
		m->load.at_us = clock_monotonic_us() + MASTER_PLACE_STEP_US;
		return;
	}
	int64_t began = clock_monotonic_us();
	uint64_t number = statedir_number(m->state);
	next = generation_new();
	bool configured = generation_configure(next, m->file, m->environ, &f);
	if (!configured || !master_ask(m, next, &f)) {
		/* A mistake in the file is not tried again before somebody says so. */
		m->load_wanted = configured;
		master_load_failed(m, next, configured, &f);
		generation_free(next);
		return;
	}
	int64_t asked = clock_monotonic_us();
	next = master_share(m, next, number);
	m->load_wanted = false;
	m->metrics.loads++;
	m->metrics.query_us = asked - began;
	backoff_succeed(&m->load);
	*place = m->generation;
	m->generation = next;
	startup_log(&next->conf, "master");
	if ((*place)->catalog)
		log_event("Config reloaded");
	postgrest_log_loaded(next, asked - began, clock_monotonic_us() - began);
	log_info("serving with %zu workers", pool_workers(POOL_API, &next->conf));
	notify_follow(m->notify, next);
	pools_follow(&m->pools, next, false);
}

static void master_terminate(struct master *m, int signal_number)
{
	if (m->stopping)
		return;
	log_event("Received termination unix signal SIG%s", sigabbrev_np(signal_number));
	master_stop(m);
}

static void master_signal(struct master *m)
{
	struct signalfd_siginfo info;
	while (read(m->signals, &info, sizeof info) == (ssize_t)sizeof info) {
		if (info.ssi_signo == SIGCHLD)
			master_reap(m);
		else if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
			master_terminate(m, (int)info.ssi_signo);
		else if (info.ssi_signo == SIGHUP && !m->stopping)
			master_upgrade(m);
		else if (!m->stopping)
			master_load(m);
	}
}

/* Everything that may be due; returns when the next is. */
static int64_t master_turn(struct master *m)
{
	int64_t now = clock_monotonic_us(), due;
	if (m->stopping) {
		if (now >= m->stop_deadline_us && !m->cancelling) {
			log_warn("requests that did not finish in time are cancelled");
			pools_stop(&m->pools);
			m->cancelling = true;
			m->stop_deadline_us = now + MASTER_CANCEL_US;
		} else if (now >= m->stop_deadline_us) {
			log_warn("workers that did not finish in time are killed");
			pools_kill(&m->pools);
			m->stop_deadline_us = INT64_MAX;
		}
		return m->stop_deadline_us;
	}
	if ((m->generation->catalog && notify_turn(m->notify)) || statedir_changed(m->state))
		m->load_wanted = true;
	if (!m->generation->conf.db_pool_automatic_recovery && m->generation->catalog
		&& !(notify_well(m->notify) && scoreboard_database_up(master_board(m)))) {
		master_no_recovery(m);
		return m->stop_deadline_us;
	}
	if (m->load_wanted && m->load.at_us <= now)
		master_load(m);
	/* Workers without a catalog, to answer 503, where nobody serves yet. */
	pools_follow(&m->pools, m->generation, true);
	due = pools_turn(&m->pools);
	master_forget(m);
	if (m->load_wanted && m->load.at_us < due)
		due = m->load.at_us;
	if (m->generation->catalog && notify_due_us(m->notify) < due)
		due = notify_due_us(m->notify);
	int64_t overload_at = pools_overload_at_us(&m->pools, &m->generation->conf);
	return due < overload_at ? due : overload_at;
}

static int master_timeout_ms(int64_t due_us)
{
	int64_t left = due_us - clock_monotonic_us();
	if (due_us == INT64_MAX)
		return -1;
	return left <= 0 ? 0 : left > 3600000000 ? 3600000 : (int)(left / 1000) + 1;
}

/* Waits for signals, notifications, probes; for connections only while no worker takes them. */
static void master_sleep(struct master *m, int64_t due_us)
{
	struct pollfd p[POLL_ADMIN + ADMIN_FDS] = {
		[POLL_SIGNALS] = { .fd = m->signals, .events = POLLIN },
		[POLL_NOTIFY] = { .fd = notify_fd(m->notify), .events = POLLIN },
		[POLL_STATE] = { .fd = statedir_watch(m->state), .events = POLLIN },
	};
	for (size_t i = 0; i < POOL_KINDS; i++) {
		const struct pool *pool = i < m->pools.count ? &m->pools.all[i] : NULL;
		p[POLL_SCOREBOARDS + i] = (struct pollfd){ pool ? scoreboard_fd(supervisor_board(pool->supervisor)) : -1,
			POLLIN, 0 };
		p[POLL_OVERLOADS + i] = (struct pollfd){ pool ? overload_fd(pool->overload) : -1, POLLIN, 0 };
	}
	nfds_t n = POLL_ADMIN + admin_poll(m->admin, p + POLL_ADMIN);
	/* While refusing, the end of it is not an event: look again soon. */
	int timeout_ms = pools_refusing(&m->pools) ? MASTER_REFUSE_MS : master_timeout_ms(due_us);
	int ready = poll(p, n, timeout_ms);
	pools_refuse(&m->pools, &m->generation->conf, m->stopping);
	if (ready <= 0)
		return;
	if (p[POLL_SIGNALS].revents)
		master_signal(m);
	if (p[POLL_STATE].revents)
		statedir_heard(m->state);
	for (size_t i = 0; i < m->pools.count; i++)
		if (p[POLL_SCOREBOARDS + i].revents)
			scoreboard_listen(supervisor_board(m->pools.all[i].supervisor));
	master_admin(m);
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
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* A pool on its socket, with the workers that an upgraded program left; false after saying why not. */
static bool master_equip_pool(struct master *m, enum pool_kind kind, const struct upgrade *before)
{
	struct pool *p = &m->pools.all[kind];
	struct fault f = { 0 };
	bool inherited = before->workers[kind];
	if (kind == POOL_ACCOUNTS && !inherited)
		p->shared.listener = listen_accounts(&m->generation->conf, m->generation->arena, &f);
	if (p->shared.listener < 0) {
		log_crit("%.*s", STR_ARG(f.message));
		return false;
	}
	m->pools.count++;
	if (pool_new(p, kind, inherited, kind == POOL_API ? master_child : master_account_child, m)) {
		upgrade_adopt(before, kind, p->supervisor);
		return true;
	}
	log_crit("cannot start: %s", strerror(errno));
	return false;
}

/* What the master has beside its socket; false after saying why not. */
static bool master_equip(struct master *m, const struct upgrade *before)
{
	struct fault f = { 0 };
	fcgi_init();
	m->signals = master_signals();
	m->notify = notify_new(master_wait, m);
	if (!master_equip_pool(m, POOL_API, before)
		|| (m->generation->conf.auth_enabled && !master_equip_pool(m, POOL_ACCOUNTS, before)))
		return false;
	if (m->signals < 0) {
		log_crit("cannot start: %s", strerror(errno));
		return false;
	}
	if (!admin_new(&m->admin, &m->generation->conf, m->generation->arena, &f)) {
		log_crit("%.*s", STR_ARG(f.message));
		return false;
	}
	return true;
}

static void master_end(struct master *m)
{
	pools_free(&m->pools, &m->generation->conf);
	admin_free(m->admin);
	notify_free(m->notify);
	statedir_close(m->state);
	for (size_t i = 0; i < MASTER_GENERATIONS; i++)
		if (m->before[i])
			generation_free(m->before[i]);
	generation_free(m->generation);
}

int master_run(const char *file, char *const *vars, char *const *argv)
{
	struct master m = { .file = file, .environ = vars, .argv = argv, .signals = -1 };
	struct upgrade before;
	upgrade_inherit(&before, &m.pools);
	m.generation = startup(file, vars, &m.pools.all[POOL_API].shared.listener, &m.state);
	if (!m.generation)
		return EXIT_FAILURE;
	bool equipped = master_equip(&m, &before);
	if (equipped) {
		/* Workers answer 503 until the first load succeeds. */
		master_load(&m);
		while (!m.stopping || pools_alive(&m.pools))
			master_sleep(&m, master_turn(&m));
	}
	master_end(&m);
	return equipped && !m.gave_up ? EXIT_SUCCESS : EXIT_FAILURE;
}
