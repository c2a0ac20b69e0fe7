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

/* A connection that is down is tried again with growing pauses; meanwhile requests are told at once. */
bool server_connected(struct server *s, struct arena *a, struct fault *f)
{
	int64_t now = clock_monotonic_us(), lifetime = s->generation->conf.db_pool_max_lifetime;
	if (s->connected_us && lifetime > 0 && s->connected_us + lifetime * 1000000 <= now)
		server_disconnect(s);
	if (s->connect.at_us > now) {
		fault_set(f, 503, "PGRST000", STR("Database connection error."));
	} else if (conn_ready(s->conn, a, f)) {
		backoff_succeed(&s->connect);
		s->connected_us = s->connected_us ? s->connected_us : now;
		s->used_us = now;
		return true;
	} else if (s->client_left) {
		return false; /* that says nothing about the server */
	} else {
		if (f->http_status == CONN_STOPPED) {
			*f = (struct fault){ 0 };
			fault_set(f, 503, "PGRST000", STR("Database connection error."));
			fault_details(f, STR("the server does not answer"));
		}
		log_warn("%.*s", STR_ARG(f->details.p ? f->details : f->message));
		backoff_fail(&s->connect);
		now = clock_monotonic_us();
	}
	f->retry_after = s->connect.at_us > now ? (int)((s->connect.at_us - now + 999999) / 1000000) : 1;
	return false;
}
