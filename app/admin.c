/* The admin server: /live and /ready for probes, answered by the master itself (PARITY O6).
 * SPDX-License-Identifier: MIT */
#include "admin.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/listen.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/status.h"

#define ADMIN_CLIENTS 8
#define ADMIN_LISTENERS 2
#define ADMIN_REQUEST_MAX 4096
/* A probe that takes longer is not one. */
#define ADMIN_PATIENCE_US INT64_C(5000000)

struct admin_client {
	int fd;                       /* -1: free */
	int64_t since_us;
	size_t n;
	char request[ADMIN_REQUEST_MAX];
};

struct admin {
	int listeners[ADMIN_LISTENERS];
	char *path;                   /* of the unix socket, or NULL */
	struct admin_client clients[ADMIN_CLIENTS];
};

/* admin-server-host as PostgREST reads it: `*`, `*4`, `!4`, `*6` and `!6` stand for any address. */
static struct str admin_host(const struct conf *conf)
{
	struct str host = conf->admin_server_host.n ? conf->admin_server_host : conf->server_host;
	if (host.n <= 2 && host.n && (host.p[0] == '*' || host.p[0] == '!'))
		return host.n == 2 && host.p[1] == '6' ? STR("[::]") : STR("0.0.0.0");
	return str_has(host, ':') ? STR_NONE : host;
}

static bool admin_listen_tcp(struct admin *ad, const struct conf *conf, struct arena *a, struct fault *f)
{
	if (conf->admin_server_port < 0)
		return true;
	struct str host = admin_host(conf);
	struct str where = host.p ? str_printf(a, "%.*s:%lld", STR_ARG(host), (long long)conf->admin_server_port)
		: str_printf(a, "[%.*s]:%lld", STR_ARG(conf->admin_server_host), (long long)conf->admin_server_port);
	ad->listeners[0] = listen_tcp("admin-server-port", where, a, f);
	if (ad->listeners[0] >= 0)
		log_event("Admin server listening on %.*s", STR_ARG(where));
	return ad->listeners[0] >= 0;
}

static bool admin_listen_unix(struct admin *ad, const struct conf *conf, struct arena *a, struct fault *f)
{
	if (!conf->admin_server_unix_socket.n)
		return true;
	ad->listeners[1] = listen_unix("admin-server-unix-socket", conf->admin_server_unix_socket,
		conf->admin_server_unix_socket_mode, a, f);
	if (ad->listeners[1] < 0)
		return false;
	log_event("Admin server listening on %.*s", STR_ARG(conf->admin_server_unix_socket));
	ad->path = malloc(conf->admin_server_unix_socket.n + 1);
	if (!ad->path)
		abort();
	for (size_t i = 0; i <= conf->admin_server_unix_socket.n; i++)
		ad->path[i] = i < conf->admin_server_unix_socket.n ? conf->admin_server_unix_socket.p[i] : 0;
	return true;
}

bool admin_new(struct admin **out_r, const struct conf *conf, struct arena *a, struct fault *f)
{
	*out_r = NULL;
	if (conf->admin_server_port < 0 && !conf->admin_server_unix_socket.n)
		return true;
	struct admin *ad = calloc(1, sizeof *ad);
	if (!ad)
		abort();
	for (size_t i = 0; i < ADMIN_LISTENERS; i++)
		ad->listeners[i] = -1;
	for (size_t i = 0; i < ADMIN_CLIENTS; i++)
		ad->clients[i].fd = -1;
	if (!admin_listen_tcp(ad, conf, a, f) || !admin_listen_unix(ad, conf, a, f)) {
		admin_free(ad);
		return false;
	}
	*out_r = ad;
	return true;
}

void admin_forget(const struct admin *ad)
{
	for (size_t i = 0; ad && i < ADMIN_LISTENERS; i++)
		if (ad->listeners[i] >= 0)
			close(ad->listeners[i]);
	for (size_t i = 0; ad && i < ADMIN_CLIENTS; i++)
		if (ad->clients[i].fd >= 0)
			close(ad->clients[i].fd);
}

void admin_free(struct admin *ad)
{
	if (!ad)
		return;
	admin_forget(ad);
	if (ad->path)
		unlink(ad->path);
	free(ad->path);
	free(ad);
}

size_t admin_poll(const struct admin *ad, struct pollfd fds[static ADMIN_FDS])
{
	size_t n = 0;
	for (size_t i = 0; ad && i < ADMIN_LISTENERS; i++)
		if (ad->listeners[i] >= 0)
			fds[n++] = (struct pollfd){ .fd = ad->listeners[i], .events = POLLIN };
	for (size_t i = 0; ad && i < ADMIN_CLIENTS; i++)
		if (ad->clients[i].fd >= 0)
			fds[n++] = (struct pollfd){ .fd = ad->clients[i].fd, .events = POLLIN };
	return n;
}

/* A free place, or the one of the client that has been here longest. */
static struct admin_client *admin_place(struct admin *ad)
{
	struct admin_client *place = &ad->clients[0];
	for (size_t i = 0; i < ADMIN_CLIENTS; i++) {
		if (ad->clients[i].fd < 0)
			return &ad->clients[i];
		if (ad->clients[i].since_us < place->since_us)
			place = &ad->clients[i];
	}
	close(place->fd);
	return place;
}

static void admin_accept(struct admin *ad)
{
	for (size_t i = 0; i < ADMIN_LISTENERS; i++) {
		int fd = ad->listeners[i] < 0 ? -1 : accept4(ad->listeners[i], NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0)
			continue;
		struct admin_client *c = admin_place(ad);
		c->fd = fd;
		c->n = 0;
		c->since_us = clock_monotonic_us();
	}
}

static int admin_status(struct str path, struct admin_state state)
{
	if (str_eq(path, STR("/live")))
		return state.live ? 200 : 500;
	if (str_eq(path, STR("/ready")))
		return state.ready ? 200 : 503;
	return 404;
}

static void admin_answer(const struct admin_client *c, struct admin_state state)
{
	struct str rest = { c->request, c->n };
	struct str method = str_cut(&rest, ' '), target = str_cut(&rest, ' ');
	struct str path = str_cut(&target, '?');
	bool known = str_eq(method, STR("GET")) || str_eq(method, STR("HEAD"));
	int status = known ? admin_status(path, state) : 405;
	struct str reason = http_reason(status);
	struct arena *a = arena_new(4096);
	struct str answer = str_printf(a, "HTTP/1.1 %d %.*s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status,
		STR_ARG(reason));
	/* A few bytes into an empty socket buffer: they fit, or the peer is gone. */
	ssize_t sent = send(c->fd, answer.p, answer.n, MSG_NOSIGNAL | MSG_DONTWAIT);
	(void)sent;
	arena_free(a);
}

/* True when the client is done with, one way or the other. */
static bool admin_read(struct admin_client *c, struct admin_state state)
{
	ssize_t n = recv(c->fd, c->request + c->n, sizeof c->request - c->n, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return clock_monotonic_us() - c->since_us > ADMIN_PATIENCE_US;
	if (n <= 0)
		return true;
	c->n += (size_t)n;
	struct str request = { c->request, c->n };
	bool whole = str_find(request, STR("\r\n\r\n")) < request.n || str_find(request, STR("\n\n")) < request.n;
	if (whole)
		admin_answer(c, state);
	return whole || c->n == sizeof c->request;
}

void admin_turn(struct admin *ad, struct admin_state state)
{
	if (!ad)
		return;
	admin_accept(ad);
	for (size_t i = 0; i < ADMIN_CLIENTS; i++)
		if (ad->clients[i].fd >= 0 && admin_read(&ad->clients[i], state)) {
			close(ad->clients[i].fd);
			ad->clients[i].fd = -1;
		}
}
