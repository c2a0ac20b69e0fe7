/* Replacing the running program: a master becomes the program that is installed now, and keeps its sockets and workers.
 * SPDX-License-Identifier: MIT */
#include "upgrade.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

/* The environment variable that hands down, for each pool and with a semicolon between them, the numbers of the
 * listener, of the hand-over's two ends, of each worker: less than 0 when it is parting. */
#define UPGRADE_VARIABLE "ROWGATE_UPGRADE"
/* Another one, which earlier programs did not know: for each pool the numbers of the channel's two ends, and for each
 * worker its process, 1 when it is parting, and its session's descriptor or -1; see seat.h. */
#define SEATS_VARIABLE "ROWGATE_UPGRADE_SEATS"
#define SEAT_NUMBERS 3
/* Room for a number, the blank behind it and the NUL. */
#define NUMBER_ROOM 13

/* Whether execvp() finds the name: as a path, in PATH or, without one, where the system has its programs. */
static bool is_found(const char *name)
{
	char system_path[256] = "", path[PATH_MAX];
	confstr(_CS_PATH, system_path, sizeof system_path);
	const char *at = getenv("PATH");
	struct str rest = str_of(at ? at : system_path), of_name = str_of(name);
	if (strchr(name, '/'))
		return true;
	while (rest.p) {
		struct str directory = str_cut(&rest, ':');
		struct buf out = buf_over(path, sizeof path - 1);
		buf_put(&out, directory.n ? directory : STR("."));
		buf_char(&out, '/');
		buf_put(&out, of_name);
		path[out.n] = 0;
		if (!out.overflow && access(path, X_OK) == 0)
			return true;
	}
	return false;
}

char *upgrade_program(const char *name)
{
	char path[PATH_MAX];
	ssize_t n = is_found(name) ? -1 : readlink("/proc/self/exe", path, sizeof path - 1);
	char *program = n > 0 ? strndup(path, (size_t)n) : strdup(name);
	if (!program)
		abort();
	return program;
}

struct upgrade_file upgrade_file(const char *program)
{
	struct stat st;
	if (!strchr(program, '/') || stat(program, &st) < 0)
		return (struct upgrade_file){ 0 };
	return (struct upgrade_file){ st.st_dev, st.st_ino };
}

bool upgrade_is_due(const char *program, struct upgrade_file before)
{
	struct upgrade_file now = upgrade_file(program);
	return now.inode && (now.inode != before.inode || now.device != before.device);
}

pid_t upgrade_try(const char *program, char *const *argv, const char *file)
{
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	sigset_t none;
	sigemptyset(&none);
	/* Whoever signals all processes of a unit means the master: still blocked, one that has come is forgotten here. */
	signal(SIGHUP, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR2, SIG_IGN);
	sigprocmask(SIG_SETMASK, &none, NULL);
	int null = open("/dev/null", O_WRONLY);
	if (null < 0 || dup2(null, STDOUT_FILENO) < 0)
		_exit(EXIT_FAILURE);
	/* The database has its say when the catalog is loaded: it may well be down now. */
	setenv("PGRST_DB_CONFIG", "false", 1);
	setenv("ROWGATE_DB_CONFIG", "false", 1);
	execlp(program, argv[0], "--dump-config", file, (char *)NULL);
	_exit(EXIT_FAILURE);
}

/* Says whether a descriptor survives exec(); -1 is none. */
static void keep_open(int fd, bool on)
{
	if (fd >= 0)
		fcntl(fd, F_SETFD, on ? 0 : FD_CLOEXEC);
}

static void keep_shared(const struct slots_shared *shared, bool on)
{
	keep_open(shared->listener, on);
	keep_open(shared->handover[0], on);
	keep_open(shared->handover[1], on);
}

/* What is written into the variable. */
struct numbers {
	char *text;
	size_t n;
};

static void add_number(struct numbers *numbers, long number)
{
	int n = snprintf(numbers->text + numbers->n, NUMBER_ROOM, "%ld ", number);
	assert(n > 0 && n < NUMBER_ROOM);
	numbers->n += (size_t)n;
}

static void add_worker(void *arg, pid_t pid, bool parting, int session)
{
	(void)session;
	if (pid)
		add_number(arg, parting ? -pid : pid);
}

static void add_pool(struct numbers *numbers, const struct pool *p)
{
	add_number(numbers, p->shared.listener);
	add_number(numbers, p->shared.handover[0]);
	add_number(numbers, p->shared.handover[1]);
	supervisor_each(p->supervisor, add_worker, numbers);
	numbers->text[numbers->n - 1] = ';';
}

static void add_seat(void *arg, pid_t pid, bool parting, int session)
{
	add_number(arg, pid);
	add_number(arg, parting);
	add_number(arg, session);
}

static void add_seats(struct numbers *numbers, const struct pool *p)
{
	add_number(numbers, supervisor_channel(p->supervisor)[0]);
	add_number(numbers, supervisor_channel(p->supervisor)[1]);
	supervisor_each(p->supervisor, add_seat, numbers);
	numbers->text[numbers->n - 1] = ';';
}

static void keep_session(void *arg, pid_t pid, bool parting, int session)
{
	(void)pid, (void)parting;
	keep_open(session, *(const bool *)arg);
}

static void keep_pools(const struct pools *pools, bool on)
{
	for (size_t i = 0; i < pools->count; i++) {
		const struct supervisor *s = pools->all[i].supervisor;
		keep_shared(&pools->all[i].shared, on);
		keep_open(supervisor_channel(s)[0], on);
		keep_open(supervisor_channel(s)[1], on);
		supervisor_each(s, keep_session, &on);
	}
}

static void count_one(void *arg, pid_t pid, bool parting, int session)
{
	(void)pid, (void)parting, (void)session;
	++*(size_t *)arg;
}

/* Sets the variable to what `add` says of each pool; false with errno set. */
static bool hand_down(const char *variable, const struct pools *pools,
	void (*add)(struct numbers *numbers, const struct pool *p))
{
	size_t count = pools->count;
	for (size_t i = 0; i < pools->count; i++)
		supervisor_each(pools->all[i].supervisor, count_one, &count);
	struct numbers numbers = { calloc(count, SEAT_NUMBERS * NUMBER_ROOM), 0 };
	if (!numbers.text)
		return false;
	for (size_t i = 0; i < pools->count; i++)
		add(&numbers, &pools->all[i]);
	bool set = setenv(variable, numbers.text, 1) == 0;
	free(numbers.text);
	return set;
}

void upgrade_become(const char *program, char *const *argv, const struct pools *pools)
{
	if (hand_down(UPGRADE_VARIABLE, pools, add_pool) && hand_down(SEATS_VARIABLE, pools, add_seats)) {
		keep_pools(pools, true);
		execvp(program, argv);
	}
	int error = errno;
	keep_pools(pools, false);
	unsetenv(UPGRADE_VARIABLE);
	unsetenv(SEATS_VARIABLE);
	errno = error;
}

/* Takes the sockets of one pool; returns what follows them, its workers, or NULL when there are none. */
static const char *inherit_pool(const char *text, struct slots_shared *shared_r)
{
	int n = 0;
	struct slots_shared found = { .listener = -1, .handover = { -1, -1 } };
	bool whole = text && sscanf(text, "%d %d %d%n", &found.listener, &found.handover[0], &found.handover[1], &n) == 3
		&& fcntl(found.listener, F_GETFD) >= 0;
	*shared_r = (struct slots_shared){ .listener = -1, .handover = { -1, -1 } };
	if (!whole)
		return NULL;
	keep_shared(&found, false);
	*shared_r = found;
	return text + n;
}

static const char *next_pool(const char *text)
{
	text = text ? strchr(text, ';') : NULL;
	return text ? text + 1 : NULL;
}

/* Takes the channel of one pool; returns its seats, or NULL. */
static const char *inherit_channel(const char *text, int channel_r[2])
{
	int n = 0;
	if (!text || sscanf(text, "%d %d%n", &channel_r[0], &channel_r[1], &n) != 2 || fcntl(channel_r[0], F_GETFD) < 0)
		return NULL;
	keep_open(channel_r[0], false);
	keep_open(channel_r[1], false);
	return text + n;
}

void upgrade_inherit(struct upgrade *out_r, struct pools *pools)
{
	const char *text = getenv(UPGRADE_VARIABLE), *seats = getenv(SEATS_VARIABLE);
	for (size_t i = 0; i < POOL_KINDS; i++) {
		out_r->workers[i] = inherit_pool(text, &pools->all[i].shared);
		out_r->seats[i] = inherit_channel(seats, out_r->channels[i]);
		text = next_pool(text);
		seats = next_pool(seats);
	}
	/* No key of the configuration, and no business of the workers. */
	unsetenv(UPGRADE_VARIABLE);
	unsetenv(SEATS_VARIABLE);
}

static void adopt_seats(const char *at, struct supervisor *supervisor)
{
	int pid, parting, session, n = 0;
	for (; sscanf(at, "%d %d %d%n", &pid, &parting, &session, &n) == SEAT_NUMBERS; at += n) {
		keep_open(session, false);
		supervisor_adopt(supervisor, pid, parting, session);
	}
}

void upgrade_adopt(const struct upgrade *u, enum pool_kind kind, struct supervisor *supervisor)
{
	char *end;
	if (u->seats[kind]) {
		adopt_seats(u->seats[kind], supervisor);
		return;
	}
	for (const char *at = u->workers[kind]; at && *at && *at != ';'; at = end) {
		long pid = strtol(at, &end, 10);
		if (pid == 0)
			return;
		supervisor_adopt(supervisor, (pid_t)labs(pid), pid < 0, -1);
	}
}

static void close_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void dismiss_seats(const char *at)
{
	int pid, parting, session, n = 0;
	for (; sscanf(at, "%d %d %d%n", &pid, &parting, &session, &n) == SEAT_NUMBERS; at += n)
		close_open(session);
}

void upgrade_dismiss(const struct upgrade *u, enum pool_kind kind, const struct slots_shared *shared)
{
	char *end;
	for (const char *at = u->workers[kind]; at && *at && *at != ';'; at = end) {
		long pid = strtol(at, &end, 10);
		if (pid == 0)
			break;
		kill((pid_t)labs(pid), SIGTERM);
	}
	if (u->seats[kind]) {
		dismiss_seats(u->seats[kind]);
		close_open(u->channels[kind][0]);
		close_open(u->channels[kind][1]);
	}
	close_open(shared->listener);
	close_open(shared->handover[0]);
	close_open(shared->handover[1]);
}
