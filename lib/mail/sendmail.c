/* Mail through the machine's own sendmail, whatever stands in for it: a program, no shell, a clean environment.
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/clock.h"
#include "mail/transports.h"

enum { COMPLAINT_MAX = 300, POLL_MS = 20, NOT_DONE = -1 };

struct child {
	pid_t pid;
	int fd; /* its standard input, output and error are the other end */
	int64_t deadline_us;
	char complaint[COMPLAINT_MAX];
	size_t complaint_n;
};

static bool spawn(struct child *c, const struct transport *t, const struct letter *l, int theirs)
{
	/* -i: a line of a single dot is no end. -f: who gets the bounces. */
	const char *argv[] = { t->target, "-i", "-f", l->from, "--", l->to, NULL };
	char *const env[] = { (char[]){ "PATH=/usr/sbin:/usr/bin:/sbin:/bin" }, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, usual;
	sigemptyset(&none);
	sigfillset(&usual);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attributes);
	for (int fd = 0; fd <= 2; fd++)
		posix_spawn_file_actions_adddup2(&files, theirs, fd);
	/* A group of its own, so that what it starts can be ended with it. */
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &usual);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	errno = posix_spawn(&c->pid, t->target, &files, &attributes, (char *const *)(uintptr_t)argv, env);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return errno == 0;
}

/* A socket pair rather than pipes: a child that has gone away gives an error, not a SIGPIPE. */
static bool start(struct child *c, const struct transport *t, struct letter *l)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		l->reason = str_printf(l->arena, "socketpair: %s", strerror(errno));
		return false;
	}
	*c = (struct child){ .fd = pair[0], .deadline_us = clock_monotonic_us() + t->timeout_s * INT64_C(1000000) };
	bool good = spawn(c, t, l, pair[1]);
	if (!good)
		l->reason = str_printf(l->arena, "%s: %s", t->target, strerror(errno));
	close(pair[1]);
	if (!good)
		close(pair[0]);
	return good;
}

/* What it prints is read even when there is no room for it, so that it need not wait. */
static void listen_to(struct child *c)
{
	char more[1024];
	ssize_t got;
	while ((got = recv(c->fd, more, sizeof more, MSG_DONTWAIT)) > 0) {
		size_t room = sizeof c->complaint - c->complaint_n, n = (size_t)got < room ? (size_t)got : room;
		memcpy(c->complaint + c->complaint_n, more, n);
		c->complaint_n += n;
	}
}

/* Writes and listens until the mail is written, the child is gone or the time is over. */
static void feed(struct child *c, struct str mail)
{
	while (mail.n && clock_monotonic_us() < c->deadline_us) {
		struct pollfd watched = { c->fd, POLLIN | POLLOUT, 0 };
		if (poll(&watched, 1, POLL_MS) < 0 && errno != EINTR)
			return;
		listen_to(c);
		ssize_t put = send(c->fd, mail.p, mail.n, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (put < 0 && errno != EAGAIN && errno != EINTR)
			return;
		mail = str_from(mail, put > 0 ? (size_t)put : 0);
	}
	shutdown(c->fd, SHUT_WR);
}

/* Its status as waitpid() gives it, or NOT_DONE when it had to be killed. */
static int finish(struct child *c)
{
	int status = NOT_DONE;
	while (clock_monotonic_us() < c->deadline_us) {
		struct pollfd watched = { c->fd, POLLIN, 0 };
		listen_to(c);
		pid_t gone = waitpid(c->pid, &status, WNOHANG);
		if (gone == c->pid || (gone < 0 && errno != EINTR)) {
			listen_to(c);
			return status;
		}
		/* After it has closed its output only the clock is left to wait for. */
		bool closed = poll(&watched, 1, POLL_MS) > 0 && watched.revents & POLLHUP;
		if (closed)
			poll(NULL, 0, POLL_MS);
	}
	kill(-c->pid, SIGKILL);
	waitpid(c->pid, NULL, 0);
	return NOT_DONE;
}

static enum transport_verdict judge_exit(const struct child *c, int status, const char *program, struct letter *l)
{
	if (status == NOT_DONE) {
		l->reason = str_printf(l->arena, "%s did not end in time", program);
		return TRANSPORT_LATER;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return TRANSPORT_TAKEN;
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	struct str said = str_trim((struct str){ c->complaint, c->complaint_n });
	l->reason = str_printf(l->arena, "%s ended with status %d%s%.*s", program, code, said.n ? ": " : "", STR_ARG(said));
	bool never = code == EX_DATAERR || code == EX_NOUSER || code == EX_NOHOST || code == EX_UNAVAILABLE;
	return never ? TRANSPORT_REFUSED : TRANSPORT_LATER;
}

enum transport_verdict sendmail_send(const struct transport *t, struct letter *l)
{
	struct child child;
	if (!start(&child, t, l))
		return TRANSPORT_LATER;
	feed(&child, transport_unix_lines(l->mail, l->arena));
	int status = finish(&child);
	close(child.fd);
	return judge_exit(&child, status, t->target, l);
}

enum transport_probe sendmail_try(const struct transport *t, struct arena *a, struct str *reason_r)
{
	if (access(t->target, X_OK) == 0)
		return TRANSPORT_PROBE_GOOD;
	*reason_r = str_printf(a, "%s: %s", t->target, strerror(errno));
	return TRANSPORT_PROBE_UNREACHABLE;
}
