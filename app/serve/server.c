/* What a worker serves with, and the care of its database connection.
 * SPDX-License-Identifier: MIT */
#include "server.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "catalog/load.h"

/* As for a generation: the block of a schema of 10,000 tables takes some tens of megabytes. */
#define AMENDED_MEMORY ((size_t)4 << 30)
/* Each time the columns before stay in the block: when it is larger by so much than twice what was loaded, it is begun
 * anew. */
#define AMENDED_MORE ((size_t)1 << 20)
/* How long a relation that was read anew, and had not changed, is not read once more. */
#define LOOKED_US 100000

const struct catalog *server_catalog(const struct server *s)
{
	return s->amended.catalog ? s->amended.catalog : s->generation->catalog;
}

static bool server_has_amended_much(const struct server *s)
{
	if (!s->amended.catalog)
		return false;
	size_t loaded = catalog_block(s->generation->catalog).n;
	return catalog_block(s->amended.catalog).n > 2 * loaded + AMENDED_MORE;
}

size_t server_not_looked_at(const struct server *s, uint32_t *relations, size_t count)
{
	int64_t since = clock_monotonic_us() - LOOKED_US;
	size_t left = 0;
	for (size_t i = 0; i < count; i++) {
		const struct looked *place = &s->looked[relations[i] % SERVER_LOOKED];
		if (place->relation != relations[i] || place->at_us < since)
			relations[left++] = relations[i];
	}
	return left;
}

static void server_has_looked(struct server *s, const uint32_t *relations, size_t count)
{
	int64_t now = clock_monotonic_us();
	for (size_t i = 0; i < count; i++)
		s->looked[relations[i] % SERVER_LOOKED] = (struct looked){ relations[i], now };
}

bool server_amend(struct server *s, const uint32_t *relations, size_t count, struct arena *a, struct fault *f)
{
	struct amended next = { .arena = arena_new(AMENDED_MEMORY) };
	bool anew = server_has_amended_much(s);
	const struct catalog *from = anew ? s->generation->catalog : server_catalog(s);
	bool read = catalog_look_again(&next.catalog, from, relations, count, s->conn, next.arena, a, f);
	bool differs = server_used(s, read, f) && (next.catalog || anew);
	if (read && !next.catalog && !anew)
		server_has_looked(s, relations, count);
	if (!differs) {
		arena_free(next.arena);
		return false;
	}
	if (s->amended.arena)
		arena_free(s->amended.arena);
	s->amended = next;
	return true;
}

void server_end(struct server *s)
{
	conn_free(s->conn);
	if (s->amended.arena)
		arena_free(s->amended.arena);
}

int64_t server_idle_until_us(const struct server *s)
{
	int64_t limit = s->generation->conf.db_pool_max_idletime;
	return conn_connected_since_us(s->conn) && limit > 0 ? s->used_us + limit * 1000000 : INT64_MAX;
}

void server_begin(struct server *s)
{
	s->wait_ended = WAIT_NOT_ENDED;
}

void server_disconnect(struct server *s)
{
	conn_close(s->conn);
}

/* In PostgREST's words. */
static void server_terminate(struct server *s, const char *why)
{
	log_debug("Connection %d is terminated due to %s", conn_backend_pid(s->conn), why);
	server_disconnect(s);
}

void server_rest(struct server *s)
{
	if (server_idle_until_us(s) <= clock_monotonic_us())
		server_terminate(s, "max idletime");
}

bool server_database_up(const struct server *s)
{
	return s->connect.at_us == 0 && (s->generation->conf.db_pool_automatic_recovery || !s->lost);
}

int64_t server_retry_us(const struct server *s)
{
	return s->connect.at_us ? s->connect.at_us : INT64_MAX;
}

bool server_busy(struct fault *f)
{
	*f = (struct fault){ 0 };
	return fault_set(f, 504, "PGRST003", STR("Timed out acquiring connection from connection pool."));
}

static bool server_connection_fault(struct fault *f, int64_t pause_us)
{
	f->retry_after = pause_us > 0 ? (int)((pause_us + 999999) / 1000000) : 1;
	return false;
}

/* An attempt to connect has failed: whoever asks for the connection hears of it, and the next attempt waits. That a
 * client left, or that this process ends, says nothing about the database. Always returns false. */
static bool server_refused(struct server *s, struct fault *f)
{
	if (s->wait_ended == WAIT_NO_SEAT)
		return server_busy(f);
	if (s->wait_ended != WAIT_NOT_ENDED && s->wait_ended != WAIT_TOO_LONG)
		return false;
	if (f->http_status == CONN_STOPPED) {
		*f = (struct fault){ 0 };
		fault_set(f, 503, "PGRST000", STR("Database connection error."));
		fault_details(f, STR("the server does not answer"));
	}
	backoff_fail(&s->connect);
	return server_connection_fault(f, s->connect.at_us - clock_monotonic_us());
}

/* A connection that is down is tried again with growing pauses; meanwhile requests are told at once. */
bool server_connected(struct server *s, struct arena *a, struct fault *f)
{
	int64_t now = clock_monotonic_us(), lifetime = s->generation->conf.db_pool_max_lifetime;
	int64_t since = conn_connected_since_us(s->conn);
	if (since && lifetime > 0 && since + lifetime * 1000000 <= now)
		server_terminate(s, "max lifetime");
	if (s->connect.at_us > now) {
		fault_set(f, 503, "PGRST000", STR("Database connection error."));
		return server_connection_fault(f, s->connect.at_us - now);
	}
	if (s->seat && !s->seat(s->seat_arg)) {
		watch_fault(f);
		return server_refused(s, f);
	}
	if (!conn_ready(s->conn, a, f))
		return server_refused(s, f);
	backoff_succeed(&s->connect);
	s->used_us = now;
	return true;
}

bool server_used(struct server *s, bool used, struct fault *f)
{
	s->lost = s->wait_ended != WAIT_CLIENT_LEFT && conn_backend_pid(s->conn) == 0;
	bool refused = s->wait_ended == WAIT_TOO_LONG || s->wait_ended == WAIT_NO_SEAT;
	return used || (refused && server_refused(s, f));
}
