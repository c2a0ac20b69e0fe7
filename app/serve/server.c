/* What a worker serves with, and the care of its database connection.
 * SPDX-License-Identifier: MIT */
#include "server.h"

#include "base/clock.h"
#include "base/log.h"

int64_t server_idle_until_us(const struct server *s)
{
	int64_t limit = s->generation->conf.db_pool_max_idletime;
	return s->connected_us && limit > 0 ? s->used_us + limit * 1000000 : INT64_MAX;
}

void server_disconnect(struct server *s)
{
	conn_close(s->conn);
	s->connected_us = 0;
}

void server_rest(struct server *s)
{
	if (server_idle_until_us(s) <= clock_monotonic_us())
		server_disconnect(s);
}

bool server_database_up(const struct server *s)
{
	return s->connect.at_us == 0 && (s->generation->conf.db_pool_automatic_recovery || !s->lost);
}

static bool server_connection_fault(struct fault *f, int64_t pause_us)
{
	f->retry_after = pause_us > 0 ? (int)((pause_us + 999999) / 1000000) : 1;
	return false;
}

/* An attempt to connect has failed: whoever asks for the connection hears of it, and the next attempt waits. */
static bool server_refused(struct server *s, struct fault *f)
{
	if (f->http_status == CONN_STOPPED) {
		*f = (struct fault){ 0 };
		fault_set(f, 503, "PGRST000", STR("Database connection error."));
		fault_details(f, STR("the server does not answer"));
	}
	log_warn("%.*s", STR_ARG(f->details.p ? f->details : f->message));
	backoff_fail(&s->connect);
	return server_connection_fault(f, s->connect.at_us - clock_monotonic_us());
}

/* A connection that is down is tried again with growing pauses; meanwhile requests are told at once. */
bool server_connected(struct server *s, struct arena *a, struct fault *f)
{
	int64_t now = clock_monotonic_us(), lifetime = s->generation->conf.db_pool_max_lifetime;
	if (s->connected_us && lifetime > 0 && s->connected_us + lifetime * 1000000 <= now)
		server_disconnect(s);
	if (s->connect.at_us > now) {
		fault_set(f, 503, "PGRST000", STR("Database connection error."));
		return server_connection_fault(f, s->connect.at_us - now);
	}
	if (!conn_ready(s->conn, a, f))
		/* That a client left says nothing about the server. */
		return s->client_left ? false : server_refused(s, f);
	backoff_succeed(&s->connect);
	s->connected_us = s->connected_us ? s->connected_us : now;
	s->used_us = now;
	return true;
}

void server_used(struct server *s)
{
	s->lost = !s->client_left && conn_backend_pid(s->conn) == 0;
}
