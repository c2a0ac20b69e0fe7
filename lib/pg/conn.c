/* Connecting, waiting and hanging up: a nonblocking libpq connection in pipeline mode.
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/count.h"
#include "base/hangup.h"
#include "base/log.h"
#include "inner.h"

static bool wait_by_poll(void *arg, int fd, bool for_write)
{
	struct pollfd p = { .fd = fd, .events = (short)(for_write ? POLLIN | POLLOUT : POLLIN) };
	(void)arg;
	while (poll(&p, 1, -1) < 0 && errno == EINTR)
		continue;
	return true;
}

struct conn *conn_new(const struct conn_options *options, conn_wait_fn *wait, void *wait_arg)
{
	struct arena *own = arena_new(SIZE_MAX);
	struct conn *c = arena_make(own, struct conn);
	c->own = own;
	c->options = *options;
	c->options.uri = str_dup(own, options->uri);
	c->options.user = options->user.p ? str_dup(own, options->user) : STR_NONE;
	c->options.application_name = str_dup(own, options->application_name);
	c->wait = wait ? wait : wait_by_poll;
	c->wait_arg = wait_arg;
	c->socket = c->leaving = -1;
	c->names = names_new(options->prepared ? options->statement_cache : 0, options->statement_bytes);
	return c;
}

void conn_on_session(struct conn *c, conn_session_fn *told)
{
	c->session = told;
}

static void session_forget(struct conn *c)
{
	if (c->leaving >= 0)
		close(c->leaving);
	c->leaving = -1;
	c->leaving_us = 0;
}

void conn_free(struct conn *c)
{
	if (!c)
		return;
	conn_drop(c);
	session_forget(c);
	names_free(c->names);
	arena_free(c->own);
}

static void free_at_reset(void *arg)
{
	conn_free(arg);
}

void conn_free_with(struct conn *c, struct arena *a)
{
	arena_on_reset(a, free_at_reset, c);
}

void conn_forget(const struct conn *c)
{
	int all[] = { conn_fd(c), c->socket, c->leaving };
	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (all[i] >= 0)
			close(all[i]);
}

void conn_drop(struct conn *c)
{
	PQfinish(c->pg);
	c->pg = NULL;
	if (c->socket >= 0) {
		hangup_begin(c->socket);
		session_forget(c);
		c->leaving = c->socket;
		c->socket = -1;
	}
	names_clear(c->names);
	c->left = LEFT_NOTHING;
	c->tainted = false;
	c->replace = false;
	c->told = 0;
	c->deadline_us = 0;
	c->connecting_us = 0;
	c->connected_us = 0;
}

void conn_close(struct conn *c)
{
	conn_drop(c);
}

/* PostgreSQL leaves the socket open until the process of the session ends, so that a client can wait for that. */
static bool session_ended(struct conn *c)
{
	if (c->leaving >= 0 && !hangup_done(c->leaving))
		return false;
	session_forget(c);
	return true;
}

bool conn_gone(struct conn *c, int timeout_ms)
{
	int64_t until = clock_monotonic_us() + (int64_t)timeout_ms * 1000, now;
	while (!session_ended(c) && (now = clock_monotonic_us()) < until) {
		struct pollfd p = { .fd = c->leaving, .events = POLLIN };
		poll(&p, 1, (int)((until - now) / 1000) + 1);
	}
	return c->leaving < 0;
}

int64_t conn_leaving_since_us(const struct conn *c)
{
	return c->leaving_us;
}

int64_t conn_connecting_since_us(const struct conn *c)
{
	return c->connecting_us;
}

int64_t conn_connected_since_us(const struct conn *c)
{
	return c->connected_us;
}

int conn_fd(const struct conn *c)
{
	return c->pg ? PQsocket(c->pg) : -1;
}

int conn_backend_pid(const struct conn *c)
{
	return c->pg ? PQbackendPID(c->pg) : 0;
}

int conn_server_version(const struct conn *c)
{
	return c->server_version;
}

struct str conn_server_name(const struct conn *c, struct arena *a)
{
	const char *version = c->pg ? PQparameterStatus(c->pg, "server_version") : NULL;
	return version ? str_printf(a, "PostgreSQL %s", version) : STR_NONE;
}

struct str conn_database(const struct conn *c)
{
	return c->pg ? str_of(PQdb(c->pg)) : STR_NONE;
}

struct str conn_peer(const struct conn *c, struct arena *a)
{
	return c->pg ? str_printf(a, "%s:%s", PQhost(c->pg), PQport(c->pg)) : STR_NONE;
}

static void log_notice(void *arg, const char *message)
{
	struct str line = str_trim(str_of(message));
	(void)arg;
	log_debug("PostgreSQL says: %.*s", STR_ARG(line));
}

static PGconn *connect_start(const struct conn *c)
{
	/* Later keywords win over what dbname expands to, earlier ones only fill gaps. No "options": poolers refuse it. */
	const char *keywords[] = { "fallback_application_name", "dbname", "client_encoding", "user", "target_session_attrs",
		NULL };
	const char *values[] = { c->options.application_name.p, c->options.uri.p, "UTF8", c->options.user.p,
		c->options.primary ? "read-write" : NULL, NULL };
	return PQconnectStartParams(keywords, values, 1);
}

bool conn_stopped_fault(struct fault *f)
{
	return watch_fault(f);
}

/* Always returns false. */
static bool connect_fault(const struct conn *c, struct arena *a, struct fault *f)
{
	fault_set(f, 503, "PGRST000", STR("Database connection error."));
	f->retry_after = 1;
	return fault_details(f, str_dup(a, str_of(c->pg ? PQerrorMessage(c->pg) : "out of memory\n")));
}

/* Takes note of the socket behind which the server begins a session: libpq may try several, and closes its own when it
 * gives up. */
static void connect_note(struct conn *c)
{
	if (c->socket >= 0)
		close(c->socket);
	c->socket = fcntl(PQsocket(c->pg), F_DUPFD_CLOEXEC, 0);
	if (c->session)
		c->session(c->wait_arg, PQsocket(c->pg));
}

/* Waits until the session before has ended; false when the caller does not want to wait that long. */
static bool connect_alone(struct conn *c)
{
	bool wanted = true;
	c->leaving_us = clock_monotonic_us();
	while (wanted && !session_ended(c))
		wanted = c->wait(c->wait_arg, c->leaving, false);
	c->leaving_us = 0;
	return wanted;
}

/* Goes on until libpq says it is connected. */
static bool connect_wait(struct conn *c, struct arena *a, struct fault *f)
{
	PostgresPollingStatusType state = PGRES_POLLING_WRITING;
	if (!c->pg || PQstatus(c->pg) == CONNECTION_BAD)
		return connect_fault(c, a, f);
	while (state == PGRES_POLLING_READING || state == PGRES_POLLING_WRITING) {
		if (!c->wait(c->wait_arg, PQsocket(c->pg), state == PGRES_POLLING_WRITING))
			return conn_stopped_fault(f);
		bool awaited = PQstatus(c->pg) == CONNECTION_AWAITING_RESPONSE;
		state = PQconnectPoll(c->pg);
		if (!awaited && PQstatus(c->pg) == CONNECTION_AWAITING_RESPONSE)
			connect_note(c);
	}
	return state == PGRES_POLLING_OK || connect_fault(c, a, f);
}

static bool connect_now(struct conn *c, struct arena *a, struct fault *f)
{
	conn_drop(c);
	if (!connect_alone(c))
		return conn_stopped_fault(f);
	c->pg = connect_start(c);
	c->connecting_us = clock_monotonic_us();
	if (c->pg)
		PQsetNoticeProcessor(c->pg, log_notice, NULL);
	if (!connect_wait(c, a, f)) {
		conn_drop(c);
		return false;
	}
	if (PQsetnonblocking(c->pg, 1) != 0 || !PQenterPipelineMode(c->pg)) {
		connect_fault(c, a, f);
		conn_drop(c);
		return false;
	}
	c->connecting_us = 0;
	c->connected_us = clock_monotonic_us();
	c->server_version = PQserverVersion(c->pg);
	log_debug("Connection %d is available due to connection establishment", PQbackendPID(c->pg));
	return true;
}

/* The first PQconsumeInput alone says that all is well on a connection the server has hung up; the socket knows
 * better. */
static bool is_alive(struct conn *c)
{
	struct pollfd p = { .fd = PQsocket(c->pg), .events = POLLIN | POLLRDHUP };
	if (PQstatus(c->pg) != CONNECTION_OK)
		return false;
	if (poll(&p, 1, 0) <= 0)
		return true;
	if (p.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL))
		return false;
	return PQconsumeInput(c->pg) == 1;
}

bool conn_ready(struct conn *c, struct arena *a, struct fault *f)
{
	return (c->pg && !c->replace && PQstatus(c->pg) == CONNECTION_OK) || connect_now(c, a, f);
}

/* Waits for the deadline at most once there is one, else as the caller wishes. */
static enum conn_io wait_for(struct conn *c, bool for_write)
{
	struct pollfd p = { .fd = PQsocket(c->pg), .events = (short)(for_write ? POLLIN | POLLOUT : POLLIN) };
	if (c->deadline_us == 0)
		return c->wait(c->wait_arg, p.fd, for_write) ? CONN_IO_OK : CONN_IO_STOPPED;
	int64_t left_ms = (c->deadline_us - clock_monotonic_us()) / 1000;
	if (left_ms <= 0)
		return CONN_IO_BROKEN;
	/* Interrupted, or too late: the caller looks again, and so do we. */
	poll(&p, 1, (int)left_ms);
	return CONN_IO_OK;
}

bool conn_ensure(struct conn *c, struct arena *a, struct fault *f)
{
	return (c->pg && !c->replace && is_alive(c)) || connect_now(c, a, f);
}

enum conn_io conn_flush(struct conn *c)
{
	int left = PQflush(c->pg);
	enum conn_io io = CONN_IO_OK;
	/* PQflush reads too when the socket takes nothing, so the two sides cannot block each other. */
	while (left == 1 && io == CONN_IO_OK) {
		io = wait_for(c, true);
		if (io == CONN_IO_OK)
			left = PQflush(c->pg);
	}
	return left < 0 ? CONN_IO_BROKEN : io;
}

enum conn_io conn_result(struct conn *c, PGresult **result_r)
{
	/* libpq closes its socket when it gives up: then there is nothing to wait for. */
	while (PQstatus(c->pg) == CONNECTION_OK && PQisBusy(c->pg)) {
		enum conn_io io = wait_for(c, false);
		if (io != CONN_IO_OK)
			return io;
		if (!PQconsumeInput(c->pg))
			break; /* PQgetResult makes the error of it */
	}
	*result_r = PQgetResult(c->pg);
	return PQstatus(c->pg) == CONNECTION_OK ? CONN_IO_OK : CONN_IO_BROKEN;
}
