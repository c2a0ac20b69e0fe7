/* The master's connection: it loads the generations and, in between, listens on db-channel.
 * SPDX-License-Identifier: MIT */
#include "notify.h"

#include <stdlib.h>

#include "app/process/postgrest_log.h"
#include "app/serve/backoff.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "pg/listen.h"

/* How long nothing more must come before a load: a burst of DDL makes a burst of notifications. The first load after a
 * calm does not wait for the whole of it. And how long a burst that does not end is waited for. */
#define NOTIFY_FIRST_US INT64_C(20000)
#define NOTIFY_CALM_US INT64_C(300000)
#define NOTIFY_QUIET_US INT64_C(100000)
#define NOTIFY_BURST_US INT64_C(1000000)
/* How long the end of a session is waited for before the next one begins. */
#define NOTIFY_GOODBYE_MS 500
#define NOTIFY_MEMORY ((size_t)1 << 20)

struct notify {
	/* As long as the object. */
	conn_wait_fn *wait;
	void *wait_arg;
	/* As long as it is served by: notify_follow(). */
	const struct generation *generation; /* NULL: nothing to follow yet */
	/* As long as a connection: notify_disconnect(), notify_connect(). */
	struct conn *conn;   /* NULL: not connected */
	struct arena *arena; /* uri and channel of the connection */
	struct str uri, channel;
	int listening; /* backend that was told to LISTEN, 0: none */
	/* As long as a question: notify_asks(). */
	struct conn *asked; /* NULL: nothing is being asked */
	/* As long as a series of failures, or as there is no connection: notify_listen() ends both. */
	struct backoff connect;
	bool was_lost; /* something may have been missed */
	/* As long as a burst of notifications: notify_turn(). */
	int64_t heard_us;  /* when the burst began */
	int64_t reload_us; /* when to say so; 0: nothing was heard */
	/* As long as the object. */
	int64_t said_us; /* when it was said the last time */
};

struct notify *notify_new(conn_wait_fn *wait, void *wait_arg)
{
	struct notify *n = calloc(1, sizeof *n);
	if (!n)
		abort();
	n->wait = wait;
	n->wait_arg = wait_arg;
	n->connect.first_us = 1000000;
	n->arena = arena_new(65536);
	return n;
}

void notify_disconnect(struct notify *n)
{
	if (!n->conn)
		return;
	/* Two of them would be one more than whoever limits our connections counts. */
	conn_close(n->conn);
	conn_gone(n->conn, NOTIFY_GOODBYE_MS);
	conn_free(n->conn);
	n->conn = NULL;
	n->listening = 0;
}

void notify_free(struct notify *n)
{
	if (!n)
		return;
	notify_disconnect(n);
	arena_free(n->arena);
	free(n);
}

void notify_forget(const struct notify *n)
{
	if (n->conn)
		conn_forget(n->conn);
	if (n->asked)
		conn_forget(n->asked);
}

static bool notify_wanted(const struct generation *g)
{
	return g && g->conf.db_channel_enabled && g->conf.db_channel.n;
}

/* Whether the connection is one that this generation would make. */
static bool notify_fits(const struct notify *n, const struct generation *g)
{
	return n->conn && str_eq(n->uri, g->conf.db_uri) && str_eq(n->channel, g->conf.db_channel);
}

/* Whether it still is the session that was told to listen: lib/pg replaces a dead one without a word. */
static bool notify_listens(const struct notify *n)
{
	return n->conn && n->listening && conn_backend_pid(n->conn) == n->listening;
}

bool notify_is_wanted(const struct notify *n)
{
	return notify_wanted(n->generation);
}

bool notify_asks(struct notify *n, const struct generation *g)
{
	struct arena *a = arena_new(NOTIFY_MEMORY);
	struct fault ignored = { 0 };
	struct stmt ask = { .sql = STR("SELECT 1") };
	struct conn *c = n->asked = generation_connect(g, false, n->wait, n->wait_arg);
	bool answers = conn_ready(c, a, &ignored) && conn_run(c, &ask, NULL, NULL, a, &ignored);
	conn_close(c);
	conn_gone(c, NOTIFY_GOODBYE_MS);
	n->asked = NULL;
	conn_free(c);
	arena_free(a);
	return answers;
}

bool notify_well(const struct notify *n)
{
	return notify_listens(n) || !notify_wanted(n->generation);
}

int notify_fd(const struct notify *n)
{
	return n->conn ? conn_fd(n->conn) : -1;
}

int64_t notify_due_us(const struct notify *n)
{
	int64_t due = n->reload_us ? n->reload_us : INT64_MAX;
	if (!notify_well(n) && n->connect.at_us < due)
		due = n->connect.at_us;
	return due;
}

static void notify_heard(void *arg, struct str payload)
{
	struct notify *n = arg;
	bool about_config = str_eq(payload, STR("reload config"));
	if (!about_config && payload.n && !str_eq(payload, STR("reload schema")))
		return;
	log_event("Received a %s reload message on the \"%.*s\" channel", about_config ? "config" : "schema cache",
		STR_ARG(n->channel));
	int64_t now = clock_monotonic_us();
	n->heard_us = n->reload_us ? n->heard_us : now;
	int64_t latest = n->heard_us + NOTIFY_BURST_US;
	int64_t quiet = now + (n->said_us + NOTIFY_CALM_US < now ? NOTIFY_FIRST_US : NOTIFY_QUIET_US);
	n->reload_us = quiet < latest ? quiet : latest;
}

static bool notify_connect(struct notify *n, const struct generation *g, bool primary, struct arena *a, struct fault *f)
{
	notify_disconnect(n);
	arena_reset(n->arena);
	n->uri = str_dup(n->arena, g->conf.db_uri);
	n->channel = str_dup(n->arena, g->conf.db_channel);
	n->conn = generation_connect(g, primary, n->wait, n->wait_arg);
	return conn_ready(n->conn, a, f);
}

/* Makes a connection that listens, to a server that can be written to: others refuse LISTEN. */
static bool notify_listen(struct notify *n, const struct generation *g, struct arena *a, struct fault *f)
{
	if (!notify_connect(n, g, true, a, f) || !conn_listen(n->conn, n->channel, a, f)) {
		notify_disconnect(n);
		backoff_fail(&n->connect);
		return false;
	}
	log_event("Listener connected to %.*s on \"%.*s\" and listening for database notifications on the \"%.*s\" channel",
		STR_ARG(conn_server_name(n->conn, n->arena)), STR_ARG(conn_peer(n->conn, n->arena)), STR_ARG(n->channel));
	n->listening = conn_backend_pid(n->conn);
	n->was_lost = false;
	backoff_succeed(&n->connect);
	return true;
}

static void notify_complain(const struct notify *n, const struct generation *g, const struct fault *f)
{
	log_event("Failed listening for database notifications on the \"%.*s\" channel. %.*s", STR_ARG(g->conf.db_channel),
		STR_ARG(str_trim(f->details.n ? f->details : f->message)));
	postgrest_log_retry("Retrying listening for database notifications", n->connect.pause_us);
}

static void notify_complain_lost(const struct notify *n)
{
	log_event("Failed listening for database notifications on the \"%.*s\" channel. The connection is lost",
		STR_ARG(n->channel));
}

/* Takes what came; false when there is no connection that listens. */
static bool notify_alive(struct notify *n)
{
	return notify_listens(n) && conn_heard(n->conn, notify_heard, n) && notify_listens(n);
}

struct conn *notify_lend(struct notify *n, const struct generation *g, struct arena *a, struct fault *f)
{
	if (notify_fits(n, g) && notify_wanted(g) && notify_alive(n))
		return n->conn;
	if (notify_wanted(g)) {
		if (notify_listen(n, g, a, f))
			return n->conn;
		if (f->http_status == CONN_STOPPED)
			return NULL;
	}
	struct fault refused = *f;
	*f = (struct fault){ 0 };
	if (!notify_connect(n, g, false, a, f)) {
		notify_disconnect(n);
		return NULL;
	}
	if (notify_wanted(g))
		notify_complain(n, g, &refused);
	return n->conn;
}

struct str notify_server(const struct notify *n, struct arena *a)
{
	return n->conn ? conn_server_name(n->conn, a) : STR_NONE;
}

/* Says again that it listens: what a session did last is what an operator sees of it in pg_stat_activity. */
static bool notify_show(struct notify *n)
{
	struct arena *a = arena_new(NOTIFY_MEMORY);
	struct fault ignored = { 0 };
	bool listens = conn_listen(n->conn, n->channel, a, &ignored);
	arena_free(a);
	return listens;
}

void notify_follow(struct notify *n, const struct generation *g)
{
	/* Also what came while it was lent. */
	bool alive = notify_alive(n) && notify_show(n) && notify_listens(n);
	n->generation = g;
	n->was_lost = notify_wanted(g) && !alive;
	if (!alive)
		notify_disconnect(n);
}

/* Connects again after a break. */
static void notify_restore(struct notify *n)
{
	struct arena *a = arena_new(NOTIFY_MEMORY);
	struct fault f = { 0 };
	bool missed = n->was_lost;
	if (!notify_listen(n, n->generation, a, &f))
		notify_complain(n, n->generation, &f);
	else if (missed)
		n->reload_us = clock_monotonic_us();
	arena_free(a);
}

bool notify_turn(struct notify *n)
{
	bool wanted = notify_wanted(n->generation);
	/* A load that failed may have left a connection that is not this generation's. */
	if (n->conn && (!wanted || !notify_fits(n, n->generation) || !notify_alive(n))) {
		if (wanted)
			notify_complain_lost(n);
		notify_disconnect(n);
		n->was_lost = wanted;
	}
	bool restoring = wanted && (n->generation->conf.db_pool_automatic_recovery || !n->was_lost);
	if (!n->conn && restoring && n->connect.at_us <= clock_monotonic_us())
		notify_restore(n);
	if (!n->reload_us || n->reload_us > clock_monotonic_us())
		return false;
	n->reload_us = 0;
	n->said_us = clock_monotonic_us();
	return true;
}
