/* The master's ear: a connection that listens on db-channel and says when to load anew (PARITY O2, O3).
 * SPDX-License-Identifier: MIT */
#include "notify.h"

#include <stdlib.h>
#include <unistd.h>

#include "app/backoff.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "pg/listen.h"

/* A burst of DDL makes a burst of notifications. */
#define NOTIFY_QUIET_US INT64_C(100000)

struct notify {
	conn_wait_fn *wait;
	void *wait_arg;
	const struct generation *generation;  /* NULL: nothing to follow yet */
	struct arena *arena;                  /* uri and channel of the connection */
	struct str uri, channel;
	struct conn *conn;                    /* NULL: not listening */
	struct backoff connect;
	int64_t reload_us;                    /* when to say so; 0: nothing was heard */
	bool was_lost;
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

static void notify_disconnect(struct notify *n)
{
	conn_free(n->conn);
	n->conn = NULL;
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
	int fd = notify_fd(n);
	if (fd >= 0)
		close(fd);
}

void notify_follow(struct notify *n, const struct generation *g)
{
	bool same = n->conn && str_eq(n->uri, g->conf.db_uri) && str_eq(n->channel, g->conf.db_channel)
		&& g->conf.db_channel_enabled;
	n->generation = g;
	if (same)
		return;
	notify_disconnect(n);
	arena_reset(n->arena);
	n->uri = str_dup(n->arena, g->conf.db_uri);
	n->channel = str_dup(n->arena, g->conf.db_channel);
	n->was_lost = false;
	backoff_succeed(&n->connect);
}

static bool notify_wanted(const struct notify *n)
{
	return n->generation && n->generation->conf.db_channel_enabled && n->channel.n;
}

bool notify_well(const struct notify *n)
{
	return n->conn || !notify_wanted(n);
}

int notify_fd(const struct notify *n)
{
	return n->conn ? conn_fd(n->conn) : -1;
}

int64_t notify_due_us(const struct notify *n)
{
	int64_t due = n->reload_us ? n->reload_us : INT64_MAX;
	if (!n->conn && notify_wanted(n) && n->connect.at_us < due)
		due = n->connect.at_us;
	return due;
}

static void notify_heard(void *arg, struct str payload)
{
	struct notify *n = arg;
	if (payload.n == 0 || str_eq(payload, STR("reload schema")) || str_eq(payload, STR("reload config")))
		n->reload_us = clock_monotonic_us() + NOTIFY_QUIET_US;
}

static void notify_connect(struct notify *n)
{
	struct arena *a = arena_new(1 << 20);
	struct fault f = { 0 };
	n->conn = generation_connect(n->generation, n->wait, n->wait_arg);
	if (conn_ready(n->conn, a, &f) && conn_listen(n->conn, n->channel, a, &f)) {
		log_info("listening on \"%.*s\"", STR_ARG(n->channel));
		backoff_succeed(&n->connect);
		if (n->was_lost)
			n->reload_us = clock_monotonic_us();
		n->was_lost = false;
	} else {
		log_warn("cannot listen on \"%.*s\": %.*s", STR_ARG(n->channel), STR_ARG(f.details.n ? f.details : f.message));
		notify_disconnect(n);
		n->was_lost = true;
		backoff_fail(&n->connect);
	}
	arena_free(a);
}

bool notify_turn(struct notify *n)
{
	if (n->conn && !conn_heard(n->conn, notify_heard, n)) {
		log_warn("the listening connection is lost");
		notify_disconnect(n);
		n->was_lost = true;
	}
	if (!n->conn && notify_wanted(n) && n->connect.at_us <= clock_monotonic_us())
		notify_connect(n);
	if (!n->reload_us || n->reload_us > clock_monotonic_us())
		return false;
	n->reload_us = 0;
	return true;
}
