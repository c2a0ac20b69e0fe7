/* The admin server: probes, metrics and the catalog, answered by the master itself.
 * SPDX-License-Identifier: MIT */
#include "admin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "app/front/listen.h"
#include "app/front/listen_unix.h"
#include "app/process/admin_host.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/count.h"
#include "base/log.h"
#include "http/status.h"

#define ADMIN_CLIENTS 8
#define ADMIN_LISTENERS 2
#define ADMIN_REQUEST_MAX 4096
/* The longest answer: what /schema_cache has to tell of a huge database. */
#define ADMIN_ANSWER_MAX ((size_t)512 << 20)
/* How long a client may make no progress before it is given up. */
#define ADMIN_PATIENCE_US INT64_C(5000000)
/* How long it may take in all, for one that makes its progress drop by drop. */
#define ADMIN_LONGEST_US INT64_C(60000000)

struct admin_client {
	int fd;           /* -1: free */
	int64_t since_us; /* it was accepted */
	int64_t moved_us; /* it was accepted, or took a part of its answer */
	size_t n;
	bool held; /* what it asks needs a look first: admin_waits() */
	char request[ADMIN_REQUEST_MAX];
	struct arena *arena;   /* NULL: there is no answer yet */
	struct str head, body; /* of it, what is still to be sent */
};

static_assert(ADMIN_CLIENTS + ADMIN_LISTENERS == ADMIN_FDS, "admin_poll() fills as many as there may be");

struct admin {
	int listeners[ADMIN_LISTENERS];
	char *path; /* of the unix socket, or NULL */
	struct admin_client clients[ADMIN_CLIENTS];
};

/* What in admin-server-host stands for any address, as PostgREST reads it. */
static const struct {
	struct str name;
	struct listen_tcp_options options;
} admin_hosts[] = {
	{ STR_INIT("*"), { 0 } },
	{ STR_INIT("*4"), { .family = AF_INET } },
	{ STR_INIT("!4"), { .family = AF_INET, .only = true } },
	{ STR_INIT("*6"), { .family = AF_INET6 } },
	{ STR_INIT("!6"), { .family = AF_INET6, .only = true } },
};

/* The host as listen_tcp() takes it. */
static struct str admin_host(struct str host, struct listen_tcp_options *options_r, struct arena *a)
{
	*options_r = (struct listen_tcp_options){ 0 };
	for (size_t i = 0; i < COUNT_OF(admin_hosts); i++)
		if (str_eq(host, admin_hosts[i].name)) {
			*options_r = admin_hosts[i].options;
			return STR("");
		}
	return str_has(host, ':') ? str_printf(a, "[%.*s]", STR_ARG(host)) : host;
}

static bool admin_listen_tcp(struct admin *ad, const struct conf *conf, struct arena *a, struct fault *f)
{
	if (conf->admin_server_port < 0)
		return true;
	struct listen_tcp_options options;
	struct str host = admin_host(conf->admin_server_host, &options, a);
	struct str where = str_printf(a, "%.*s:%lld", STR_ARG(host), (long long)conf->admin_server_port);
	ad->listeners[0] = listen_tcp("admin-server-port", where, &options, a, f);
	if (ad->listeners[0] < 0)
		return false;
	log_event("Admin server listening on %.*s", STR_ARG(listen_address(ad->listeners[0], a)));
	return true;
}

static bool admin_listen_at(struct admin *ad, struct str path, int64_t mode, struct arena *a, struct fault *f)
{
	struct listen_access access = { .mode = mode };
	ad->listeners[1] = listen_unix("admin-server-unix-socket", path, &access, a, f);
	if (ad->listeners[1] < 0)
		return false;
	ad->path = strndup(path.p, path.n);
	if (!ad->path)
		abort();
	return true;
}

static bool admin_listen_unix(struct admin *ad, const struct conf *conf, struct arena *a, struct fault *f)
{
	if (!conf->admin_server_unix_socket.n)
		return true;
	if (!admin_listen_at(ad, conf->admin_server_unix_socket, conf->admin_server_unix_socket_mode, a, f))
		return false;
	log_event("Admin server listening on %.*s", STR_ARG(conf->admin_server_unix_socket));
	return true;
}

/* Where no admin server is wanted `rowgate --ready` still finds one, of our user's alone; or it does not. */
static void admin_listen_private(struct admin *ad, const struct conf *conf, struct str path, struct arena *a)
{
	struct fault f = { 0 };
	if (conf->admin_server_port < 0 && !conf->admin_server_unix_socket.n && !admin_listen_at(ad, path, 0600, a, &f))
		log_info("rowgate --ready will not find this instance: %.*s", STR_ARG(f.message));
}

bool admin_new(struct admin **out_r, const struct conf *conf, struct str private, struct arena *a, struct fault *f)
{
	*out_r = NULL;
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
	admin_listen_private(ad, conf, private, a);
	*out_r = ad;
	return true;
}

static void admin_drop(struct admin_client *c)
{
	close(c->fd);
	if (c->arena)
		arena_free(c->arena);
	*c = (struct admin_client){ .fd = -1 };
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
	for (size_t i = 0; i < ADMIN_CLIENTS; i++)
		if (ad->clients[i].fd >= 0)
			admin_drop(&ad->clients[i]);
	admin_forget(ad);
	if (ad->path)
		listen_unix_remove(str_of(ad->path));
	free(ad->path);
	free(ad);
}

static short admin_events(const struct admin_client *c)
{
	return c->held ? 0 : c->arena ? POLLOUT : POLLIN;
}

size_t admin_poll(const struct admin *ad, struct pollfd fds[static ADMIN_FDS])
{
	size_t n = 0;
	for (size_t i = 0; ad && i < ADMIN_LISTENERS; i++)
		if (ad->listeners[i] >= 0)
			fds[n++] = (struct pollfd){ .fd = ad->listeners[i], .events = POLLIN };
	for (size_t i = 0; ad && i < ADMIN_CLIENTS; i++)
		if (ad->clients[i].fd >= 0)
			fds[n++] = (struct pollfd){ .fd = ad->clients[i].fd, .events = admin_events(&ad->clients[i]) };
	return n;
}

bool admin_waits(const struct admin *ad)
{
	bool held = false;
	for (size_t i = 0; ad && i < ADMIN_CLIENTS; i++)
		held = held || ad->clients[i].held;
	return held;
}

/* A free place for a client, or the one of who has been here longest. */
static struct admin_client *admin_place(struct admin *ad)
{
	struct admin_client *place = &ad->clients[0];
	for (size_t i = 0; i < ADMIN_CLIENTS; i++) {
		if (ad->clients[i].fd < 0)
			return &ad->clients[i];
		if (ad->clients[i].since_us < place->since_us)
			place = &ad->clients[i];
	}
	admin_drop(place);
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
		c->since_us = c->moved_us = clock_monotonic_us();
	}
}

static int admin_live(struct buf *out, const struct admin_state *state)
{
	(void)out;
	return state->live ? 200 : 500;
}

static int admin_ready(struct buf *out, const struct admin_state *state)
{
	(void)out;
	return state->ready;
}

static int admin_schema_cache(struct buf *out, const struct admin_state *state)
{
	if (state->generation->catalog)
		catalog_dump(state->generation->catalog, out);
	return 200;
}

static int admin_metrics(struct buf *out, const struct admin_state *state)
{
	metrics_write(out, state->metrics, state->pool, &state->generation->conf);
	return 200;
}

static const struct {
	struct str path;
	int (*answer)(struct buf *out, const struct admin_state *state);
	const char *fields;
} topics[] = {
	{ STR_INIT("/live"), admin_live, "" },
	{ STR_INIT("/ready"), admin_ready, "" },
	{ STR_INIT("/schema_cache"), admin_schema_cache, "" },
	/* Prometheus wants to be told. */
	{ STR_INIT("/metrics"), admin_metrics, "Content-Type: text/plain; charset=utf-8\r\n" },
};

/* The status of the topic at the path; fields_r: of its own. */
static int admin_topic(struct buf *out, const char **fields_r, struct str path, const struct admin_state *state)
{
	for (size_t i = 0; i < COUNT_OF(topics); i++)
		if (str_eq(path, topics[i].path)) {
			*fields_r = topics[i].fields;
			return topics[i].answer(out, state);
		}
	*fields_r = "";
	return 404;
}

static int admin_refuse_host(struct buf *out)
{
	buf_lit(out, "The Host field names another server: ask by address, as localhost or as admin-server-host says.\n");
	return 421;
}

/* Answers, unless that needs a look first. */
static void admin_answer(struct admin_client *c, const struct admin_state *state)
{
	struct str rest = { c->request, c->n };
	bool known = admin_host_known(rest, state->generation->conf.admin_server_host);
	struct str method = str_cut(&rest, ' '), target = str_cut(&rest, ' '), path = str_cut(&target, '?');
	const char *fields = "Content-Type: text/plain; charset=utf-8\r\n";
	c->held = known && str_eq(path, STR("/ready")) && !state->ready;
	if (c->held)
		return;
	c->arena = arena_new(ADMIN_ANSWER_MAX);
	struct buf body = buf_new(c->arena, ADMIN_ANSWER_MAX);
	int status = known ? admin_topic(&body, &fields, path, state) : admin_refuse_host(&body);
	if (body.overflow) {
		status = 500;
		body.n = 0;
	}
	struct str reason = http_reason(status);
	c->head = str_printf(c->arena,
		"HTTP/1.1 %d %.*s\r\n%sX-Content-Type-Options: nosniff\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
		status, STR_ARG(reason), fields, body.n);
	c->body = str_eq(method, STR("HEAD")) ? STR("") : buf_str(&body);
}

/* Sends what the client takes. True when it is done with, one way or the other. */
static bool admin_send(struct admin_client *c)
{
	struct iovec pieces[] = { { (void *)(uintptr_t)c->head.p, c->head.n },
		{ (void *)(uintptr_t)c->body.p, c->body.n } };
	struct msghdr m = { .msg_iov = pieces, .msg_iovlen = 2 };
	ssize_t n = sendmsg(c->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0)
		return errno != EAGAIN && errno != EINTR;
	size_t sent = (size_t)n, of_head = sent < c->head.n ? sent : c->head.n;
	c->moved_us = clock_monotonic_us();
	c->head = str_from(c->head, of_head);
	c->body = str_from(c->body, sent - of_head);
	return !c->head.n && !c->body.n;
}

/* Reads what the client asks, and answers it once it is whole. True when it is done with. */
static bool admin_read(struct admin_client *c, const struct admin_state *state)
{
	ssize_t n = recv(c->fd, c->request + c->n, sizeof c->request - c->n, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0)
		return true;
	c->n += (size_t)n;
	struct str request = { c->request, c->n };
	bool whole = str_find(request, STR("\r\n\r\n")) < request.n || str_find(request, STR("\n\n")) < request.n;
	if (!whole)
		return c->n == sizeof c->request;
	admin_answer(c, state);
	return c->arena && admin_send(c);
}

/* Goes on with a client, where that is possible without waiting. True when it is done with. */
static bool admin_serve(struct admin_client *c, const struct admin_state *state)
{
	if (c->held)
		admin_answer(c, state);
	return c->arena ? admin_send(c) : !c->held && admin_read(c, state);
}

/* A request has to come whole within one patience, however its bytes drip. */
static bool admin_is_late(const struct admin_client *c)
{
	int64_t now = clock_monotonic_us();
	return now - c->moved_us > ADMIN_PATIENCE_US || now - c->since_us > ADMIN_LONGEST_US;
}

void admin_turn(struct admin *ad, const struct admin_state *state)
{
	if (!ad)
		return;
	admin_accept(ad);
	for (size_t i = 0; i < ADMIN_CLIENTS; i++) {
		struct admin_client *c = &ad->clients[i];
		if (c->fd >= 0 && (admin_serve(c, state) || admin_is_late(c)))
			admin_drop(c);
	}
}
