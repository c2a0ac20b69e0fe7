/* Replacing the running program: a master becomes the program that is installed now, and keeps its sockets and workers.
 * SPDX-License-Identifier: MIT */
#include "upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The environment variable that hands down the numbers of the listener, of the hand-over's two ends, of each worker. */
#define UPGRADE_VARIABLE "ROWGATE_UPGRADE"
/* Room for a number and the blank behind it. */
#define NUMBER_ROOM 12

pid_t upgrade_try(char *const *argv, const char *file)
{
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	int null = open("/dev/null", O_WRONLY);
	if (null < 0 || dup2(null, STDOUT_FILENO) < 0)
		_exit(EXIT_FAILURE);
	/* The database has its say when the catalog is loaded: it may well be down now. */
	setenv("PGRST_DB_CONFIG", "false", 1);
	setenv("ROWGATE_DB_CONFIG", "false", 1);
	execlp(argv[0], argv[0], "--dump-config", file, (char *)NULL);
	_exit(EXIT_FAILURE);
}

/* Whether a descriptor survives exec(). -1 is none. */
static void keep(int fd, bool on)
{
	if (fd >= 0)
		fcntl(fd, F_SETFD, on ? 0 : FD_CLOEXEC);
}

static void keep_all(const struct slots_shared *shared, bool on)
{
	keep(shared->listener, on);
	keep(shared->handover[0], on);
	keep(shared->handover[1], on);
}

struct numbers {
	char *text;
	size_t n;
};

static void add(struct numbers *numbers, long number)
{
	numbers->n += (size_t)snprintf(numbers->text + numbers->n, NUMBER_ROOM, "%ld ", number);
}

static void add_worker(void *arg, pid_t pid)
{
	add(arg, pid);
}

void upgrade_become(char *const *argv, const struct slots_shared *shared, const struct crew *crew)
{
	struct numbers numbers = { calloc(crew_alive(crew) + 3, NUMBER_ROOM), 0 };
	if (!numbers.text)
		return;
	add(&numbers, shared->listener);
	add(&numbers, shared->handover[0]);
	add(&numbers, shared->handover[1]);
	crew_each(crew, add_worker, &numbers);
	if (setenv(UPGRADE_VARIABLE, numbers.text, 1) == 0) {
		keep_all(shared, true);
		execvp(argv[0], argv);
	}
	int error = errno;
	keep_all(shared, false);
	unsetenv(UPGRADE_VARIABLE);
	free(numbers.text);
	errno = error;
}

bool upgrade_inherit(struct slots_shared *shared_r, const char **workers_r)
{
	const char *text = getenv(UPGRADE_VARIABLE);
	struct slots_shared found = { .listener = -1, .handover = { -1, -1 } };
	int n = 0;
	bool whole = text
		&& sscanf(text, "%d %d %d %n", &found.listener, &found.handover[0], &found.handover[1], &n) == 3
		&& fcntl(found.listener, F_GETFD) >= 0;
	/* No key of the configuration, and no business of the workers. */
	unsetenv(UPGRADE_VARIABLE);
	*workers_r = whole ? text + n : "";
	if (!whole)
		return false;
	keep_all(&found, false);
	*shared_r = found;
	return true;
}

void upgrade_adopt(const char *workers, struct crew *crew)
{
	char *end;
	for (long pid; (pid = strtol(workers, &end, 10)) > 0; workers = end)
		crew_adopt(crew, (pid_t)pid);
}
