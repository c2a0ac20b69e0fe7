/* The master process: one loop that looks after everything that may be due, and what it takes to begin and to end it.
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
#include "app/process/loading.h"
#include "app/process/startup.h"
#include "app/process/upgrade.h"
#include "app/process/worker.h"
#include "base/clock.h"
#include "base/log.h"

/* How long the database may keep the master waiting in one go, and how often it looks after the rest meanwhile: after
 * the first such time workers start without a catalog, to answer 503. */
#define MASTER_WAIT_MS 60000
#define MASTER_PATIENCE_MS 200
/* The same when it is asked whether it answers at all, and how long it need not be asked again. */
#define MASTER_ASK_MS 3000
#define MASTER_ASKED_US INT64_C(1000000)
/* How long in-flight requests may take once the master was told to stop. */
#define MASTER_STOP_US INT64_C(30000000)
/* What comes after that: how long they may take to cancel. */
#define MASTER_CANCEL_US INT64_C(3000000)
/* How often the master looks who waits, and whether a worker is free again, while none has time. */
#define MASTER_REFUSE_MS 50
/* How long a tried program waits for those who are being refused: their connections would end with this one. */
#define MASTER_BECOME_US INT64_C(2000000)

struct master {
	char *const *argv;
	char *program;                 /* what it is to go on as, see upgrade_program() */
	struct upgrade_file installed; /* what that was at the start */
	struct loading loading;
	struct pools pools;
	int signals;
	struct admin *admin;
	pid_t trial;       /* the program to become, being tried; 0: none is */
	int64_t become_us; /* when it is to be become at the latest; 0: it is not, or not yet */
	bool stopping, cancelling;
	bool gave_up; /* stopping because there is no use in going on */
	int64_t stop_deadline_us;
	/* As long as there is no listener to tell: master_ask(). */
	bool asking, answers; /* the database is being asked; it answered the last time */
	int64_t asked_us;     /* when that was */
};

enum { POLL_SIGNALS, POLL_NOTIFY, POLL_STATE, POLL_SCOREBOARDS };
enum { POLL_OVERLOADS = POLL_SCOREBOARDS + POOL_KINDS, POLL_SEATS = POLL_OVERLOADS + POOL_KINDS };
enum { POLL_LISTENERS = POLL_SEATS + POOL_KINDS, POLL_ADMIN = POLL_LISTENERS + POOL_KINDS };
enum { POLL_COUNT = POLL_ADMIN + ADMIN_FDS };

/* Closes what a forked worker has no business with. */
static void master_shed(const struct master *m, enum pool_kind kind)
{
	close(m->signals);
	notify_forget(m->loading.notify);
	admin_forget(m->admin);
	pools_forget(&m->pools, kind);
}

/* supervisor_child_fn */
static int master_child(void *arg, const struct generation *generation, const struct worker_place *place)
{
	const struct master *m = arg;
	struct worker_place api = *place;
	master_shed(m, POOL_API);
	loading_forget(&m->loading);
	startup_log(&generation->conf, "worker");
	api.account_workers = pools_shared(&m->pools, POOL_ACCOUNTS);
	return worker_run(generation, &api);
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

/* Whether the database answers, as far as the master and its workers have seen. */
static bool master_database_up(const struct master *m)
{
	return notify_well(m->loading.notify)
		&& scoreboard_database_up(supervisor_scoreboard(m->pools.all[POOL_API].supervisor));
}

static void master_upgrade(struct master *m)
{
	m->become_us = 0; /* what was tried before may not be what is there now */
	m->trial = m->trial ? m->trial : upgrade_try(m->program, m->argv, m->loading.file);
	if (m->trial < 0) {
		log_error("cannot try the program: %s", strerror(errno));
		m->trial = 0;
	}
}

/* Has the tried program become, unless it would not do. Not here: the master may be in the middle of a load. */
static void master_tried(struct master *m, int status)
{
	m->trial = 0;
	if (m->stopping)
		return;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS) {
		log_error("%s does not start: this program goes on", m->program);
		return;
	}
	m->become_us = clock_monotonic_us() + MASTER_BECOME_US;
}

/* Goes on as the program that was tried, as soon as nobody is being refused any more. */
static void master_become(struct master *m)
{
	if (m->stopping || !m->become_us || (pools_answering(&m->pools) && clock_monotonic_us() < m->become_us))
		return;
	m->become_us = 0;
	log_info("going on as %s", m->program);
	notify_disconnect(m->loading.notify);
	upgrade_become(m->program, m->argv, &m->pools);
	log_error("%s: %s: this program goes on", m->program, strerror(errno));
}

/* Whether connections may be taken to be refused. */
static bool master_refuses(const struct master *m)
{
	return !m->stopping && !m->become_us;
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

static bool master_live(const struct master *m)
{
	const struct pool *api = &m->pools.all[POOL_API];
	return !m->stopping && listen_reachable(api->shared.listener) && supervisor_is_live(api->supervisor);
}

/* The status of /ready, 0: the database is to be asked first. */
static int master_ready(const struct master *m)
{
	if (!m->loading.current->catalog || loading_fails(&m->loading) || !master_database_up(m))
		return 503;
	if (!master_live(m))
		return 500;
	if (notify_is_wanted(m->loading.notify))
		return 200;
	bool known = !m->asking && m->asked_us && clock_monotonic_us() - m->asked_us < MASTER_ASKED_US;
	return !known ? 0 : m->answers ? 200 : 503;
}

/* Asks the database whether it answers, where a probe wants to know and there is no listener to tell. */
static void master_ask(struct master *m)
{
	if (m->stopping || !admin_waits(m->admin))
		return;
	m->asking = true;
	m->answers = notify_asks(m->loading.notify, m->loading.current);
	m->asking = false;
	m->asked_us = clock_monotonic_us();
}

static void master_admin(struct master *m)
{
	const struct generation *g = m->loading.current;
	struct admin_state state = {
		.live = master_live(m),
		.ready = master_ready(m),
		.generation = g,
		.metrics = &m->loading.metrics,
		.pool = &m->pools.all[POOL_API],
	};
	admin_turn(m->admin, &state);
}

static int64_t sooner(int64_t a_us, int64_t b_us)
{
	return a_us < b_us ? a_us : b_us;
}

/* Does all that may be due but loading: that waits for the database, and calls this meanwhile. Returns when to call it
 * again. */
static int64_t master_turn(struct master *m)
{
	const struct conf *conf = &m->loading.current->conf;
	int64_t due_us = INT64_MAX;
	master_reap(m);
	/* Workers without a catalog, to answer 503, where nobody serves yet. */
	if (!m->stopping)
		pools_follow(&m->pools, m->loading.current, true);
	due_us = pools_turn(&m->pools);
	if (!m->stopping)
		loading_release(&m->loading);
	pools_refuse(&m->pools, conf, !master_refuses(m));
	master_admin(m);
	if (m->stopping)
		return INT64_MAX;
	return admin_waits(m->admin) ? 0 : due_us;
}

/* conn_wait_fn of the master's own connections. A server that does not answer must not keep the master for ever, and
 * a signal to stop, which stays pending for the signalfd, ends the wait. */
static bool master_wait(void *arg, int fd, bool for_write)
{
	struct master *m = arg;
	bool ready = false, stop = false;
	int longest = m->asking ? MASTER_ASK_MS : MASTER_WAIT_MS;
	for (int waited = 0; !ready && !stop && waited < longest; waited += MASTER_PATIENCE_MS) {
		struct pollfd p = { .fd = fd, .events = for_write ? POLLIN | POLLOUT : POLLIN };
		sigset_t pending;
		ready = poll(&p, 1, MASTER_PATIENCE_MS) > 0;
		stop = sigpending(&pending) == 0 && (sigismember(&pending, SIGTERM) || sigismember(&pending, SIGINT));
		if (!ready && !stop)
			master_turn(m);
	}
	if (!ready && !stop)
		log_error("the database does not answer");
	return ready;
}

static void master_stop(struct master *m)
{
	m->stopping = true;
	m->stop_deadline_us = clock_monotonic_us() + MASTER_STOP_US;
	pools_stop(&m->pools);
}

/* Stops because there is no use in going on: somebody else is to restart the program. */
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
			loading_want(&m->loading);
	}
}

/* Presses workers that take too long to stop. Returns when to do so again. */
static int64_t master_press(struct master *m)
{
	int64_t now = clock_monotonic_us();
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

/* Loads, if that is due. */
static void master_load(struct master *m)
{
	if (loading_due_us(&m->loading) > clock_monotonic_us())
		return;
	enum loading_outcome outcome = loading_run(&m->loading);
	if (outcome == LOADING_UNRECOVERED)
		master_no_recovery(m);
	else if (outcome == LOADING_REFUSED)
		master_give_up(m);
}

/* Hears `rowgate reload`: whoever has installed another program and reloads wants to go on as that. SQL may ask for a
 * load alone, by NOTIFY. */
static bool master_told(struct master *m)
{
	bool told = statedir_changed(m->loading.state);
	if (told && !m->loading.wanted && upgrade_is_due(m->program, m->installed))
		master_upgrade(m);
	return told;
}

/* Serves by what is asked for: hears whether something else is, and loads it. Returns when to do so again. */
static int64_t master_follow(struct master *m)
{
	struct loading *l = &m->loading;
	bool told = master_told(m);
	if ((l->current->catalog && notify_turn(l->notify)) || told)
		l->wanted = true;
	if (!l->current->conf.db_pool_automatic_recovery && l->current->catalog && !master_database_up(m))
		master_no_recovery(m);
	else
		master_load(m);
	return sooner(loading_due_us(l), l->current->catalog ? notify_due_us(l->notify) : INT64_MAX);
}

/* Fills what wakes the master; returns how many there are. Connections do so only while no worker takes them. */
static nfds_t master_poll(const struct master *m, struct pollfd p_r[static POLL_COUNT])
{
	p_r[POLL_SIGNALS] = (struct pollfd){ .fd = m->signals, .events = POLLIN };
	p_r[POLL_NOTIFY] = (struct pollfd){ .fd = notify_fd(m->loading.notify), .events = POLLIN };
	p_r[POLL_STATE] = (struct pollfd){ .fd = statedir_watch(m->loading.state), .events = POLLIN };
	for (size_t i = 0; i < POOL_KINDS; i++) {
		const struct pool *pool = i < m->pools.count ? &m->pools.all[i] : NULL;
		int board = pool ? scoreboard_fd(supervisor_scoreboard(pool->supervisor)) : -1;
		p_r[POLL_SCOREBOARDS + i] = (struct pollfd){ .fd = board, .events = POLLIN };
		p_r[POLL_SEATS + i] = (struct pollfd){ .fd = pool ? supervisor_fd(pool->supervisor) : -1, .events = POLLIN };
		int listener = pool ? overload_listener(pool->overload, master_refuses(m) && pool_busy(pool)) : -1;
		p_r[POLL_LISTENERS + i] = (struct pollfd){ .fd = listener, .events = POLLIN };
		p_r[POLL_OVERLOADS + i] = (struct pollfd){ .fd = pool ? overload_fd(pool->overload) : -1, .events = POLLIN };
	}
	return POLL_ADMIN + admin_poll(m->admin, p_r + POLL_ADMIN);
}

/* Waits until something is due or wakes the master, and takes note of what did. */
static void master_sleep(struct master *m, int64_t due_us)
{
	struct pollfd p[POLL_COUNT];
	nfds_t n = master_poll(m, p);
	int timeout_ms = clock_left_ms(due_us);
	/* While nobody has time, neither that somebody waits nor the end of it is an event: look again soon. */
	if ((m->become_us || pools_refusing(&m->pools)) && (timeout_ms < 0 || timeout_ms > MASTER_REFUSE_MS))
		timeout_ms = MASTER_REFUSE_MS;
	if (poll(p, n, timeout_ms) <= 0)
		return;
	if (p[POLL_SIGNALS].revents)
		master_signal(m);
	if (p[POLL_STATE].revents)
		statedir_heard(m->loading.state);
	for (size_t i = 0; i < m->pools.count; i++)
		if (p[POLL_SCOREBOARDS + i].revents)
			scoreboard_listen(supervisor_scoreboard(m->pools.all[i].supervisor));
}

/* Serves until it is stopped and no worker lives any more. */
static void master_loop(struct master *m)
{
	for (;;) {
		int64_t due_us = m->stopping ? master_press(m) : master_follow(m);
		master_become(m);
		master_ask(m);
		due_us = sooner(due_us, master_turn(m));
		if (m->stopping && !pools_alive(&m->pools))
			return;
		master_sleep(m, due_us);
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
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Makes a pool on its socket, with the workers that an upgraded program left; false after saying why not. */
static bool master_equip_pool(struct master *m, enum pool_kind kind, const struct upgrade *before)
{
	struct pool *p = &m->pools.all[kind];
	struct fault f = { 0 };
	bool inherited = before->workers[kind];
	if (kind == POOL_ACCOUNTS && !inherited)
		p->shared.listener = listen_accounts(&m->loading.current->conf, m->loading.current->arena, &f);
	if (p->shared.listener < 0) {
		log_crit("%.*s", STR_ARG(f.message));
		return false;
	}
	m->pools.count++;
	if (pool_new(p, kind, inherited, before->seats[kind] ? before->channels[kind] : NULL,
			kind == POOL_API ? master_child : master_account_child, m)) {
		upgrade_adopt(before, kind, p->supervisor);
		return true;
	}
	log_crit("cannot start: %s", strerror(errno));
	return false;
}

/* Makes the admin server; false after saying why not. An upgraded program goes on without: it was not tried with one,
 * and has workers that serve. */
static bool master_equip_admin(struct master *m, bool inherited)
{
	struct fault f = { 0 };
	const struct loading *l = &m->loading;
	const struct conf *conf = &l->current->conf;
	struct arena *a = l->current->arena;
	struct str private = statedir_admin(statedir_path(l->state), conf, l->file, a);
	if (admin_new(&m->admin, conf, private, a, &f))
		return true;
	log_crit("%.*s", STR_ARG(f.message));
	return inherited;
}

/* Makes what the master has beside its socket; false after saying why not. */
static bool master_equip(struct master *m, const struct upgrade *before)
{
	fcgi_init();
	m->signals = master_signals();
	m->loading.notify = notify_new(master_wait, m);
	bool accounts = m->loading.current->conf.auth_enabled;
	if (!master_equip_pool(m, POOL_API, before) || (accounts && !master_equip_pool(m, POOL_ACCOUNTS, before)))
		return false;
	if (!accounts && before->workers[POOL_ACCOUNTS])
		upgrade_dismiss(before, POOL_ACCOUNTS, &m->pools.all[POOL_ACCOUNTS].shared);
	if (m->signals < 0) {
		log_crit("cannot start: %s", strerror(errno));
		return false;
	}
	return master_equip_admin(m, before->workers[POOL_API]);
}

static void master_end(struct master *m)
{
	struct loading *l = &m->loading;
	pools_free(&m->pools, &l->current->conf);
	admin_free(m->admin);
	notify_free(l->notify);
	statedir_close(l->state);
	loading_free(l);
}

int master_run(const char *file, char *const *vars, char *const *argv)
{
	struct master m = { .argv = argv, .program = upgrade_program(argv[0]), .signals = -1 };
	m.installed = upgrade_file(m.program);
	struct loading *l = &m.loading;
	struct upgrade before;
	*l = (struct loading){ .file = file, .environ = vars, .pools = &m.pools, .wanted = true };
	upgrade_inherit(&before, &m.pools);
	l->current = startup(file, vars, &m.pools.all[POOL_API].shared.listener, &l->state);
	bool equipped = l->current && master_equip(&m, &before);
	if (equipped)
		master_loop(&m);
	if (l->current)
		master_end(&m);
	free(m.program);
	return equipped && !m.gave_up ? EXIT_SUCCESS : EXIT_FAILURE;
}
