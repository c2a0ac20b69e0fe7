/* What a worker serves with, and the care of its database connection: made when it is needed, tried again with growing
 * pauses, closed when it has been idle or has lived for long.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_SERVE_SERVER_H
#define ROWGATE_APP_SERVE_SERVER_H

#include "app/serve/backoff.h"
#include "app/serve/generation.h"
#include "pg/conn.h"

/* Why a wait for PostgreSQL was ended before the end. */
enum server_wait {
	WAIT_NOT_ENDED,
	WAIT_CLIENT_LEFT, /* nobody is left to answer; it says nothing about the database */
	WAIT_GAVE_WAY,    /* nobody had asked, and now somebody does; likewise */
	WAIT_TOO_LONG,    /* connecting took too long */
	WAIT_NO_SEAT,     /* as many connections as there may be are there */
	WAIT_STOPPED      /* the process is to end at once */
};

/* The generation's catalog with what was seen to be otherwise since; catalog NULL: nothing was. */
struct amended {
	const struct catalog *catalog;
	struct arena *arena;
};

/* A relation that was read anew and is what the catalog says of it. */
struct looked {
	uint32_t relation;
	int64_t at_us;
};

/* So many of them are remembered, each in its place. */
enum { SERVER_LOOKED = 64 };

/* What a worker serves with: one generation of configuration and catalog, one connection. How long the connection is
 * there, or is being made, it knows itself: it may be made anew in the middle of a request. */
struct server {
	/* As long as the worker serves by one generation. */
	const struct generation *generation;
	struct conn *conn;
	struct amended amended;
	struct looked looked[SERVER_LOOKED];
	bool accounts; /* an account worker: its URLs are endpoints, conn is rowgate_account's */
	/* Waits until it may have a connection; false after setting wait_ended. NULL: it always may. */
	bool (*seat)(void *arg);
	void *seat_arg;
	/* As long as a series of failed attempts to connect: the first success ends it, server_connected(). */
	struct backoff connect;
	/* As long as a connection: the next one sets it before it is looked at. */
	int64_t used_us; /* when it was last used */
	/* From one request to the end of the next, which sets it anew: server_used(). */
	bool lost; /* the last request broke the connection, or met a broken one, and did not mend it */
	/* As long as a request: server_begin(). */
	enum server_wait wait_ended;
};

/* To be called before anything is served: what the request before has left is over. */
void server_begin(struct server *s);

/* The catalog to serve by: NULL, there is none yet. */
const struct catalog *server_catalog(const struct server *s);
/* Reads anew what the catalog says of some of its relations. True when that was otherwise: server_catalog() is another
 * now, and the one before is gone. A fault leaves things as they were. */
MUST_CHECK bool server_amend(struct server *s, const uint32_t *relations, size_t count, struct arena *a,
	struct fault *f);
/* Leaves out the relations that server_amend() has lately found to be what the catalog says; returns how many are left:
 * requests that fail of themselves would ask again and again. */
size_t server_not_looked_at(const struct server *s, uint32_t *relations, size_t count);
/* Frees the connection and what was amended. */
void server_end(struct server *s);

/* When the connection will have been idle for db-pool-max-idletime; INT64_MAX: there is none, or no limit. */
int64_t server_idle_until_us(const struct server *s);
/* Closes a connection that has been idle for that long. */
void server_rest(struct server *s);
/* Closes the connection; the next request that needs one makes another. */
void server_disconnect(struct server *s);

/* The fault of a request for which no connection was free in time: 504 PGRST003. Always returns false. */
bool server_busy(struct fault *f);
/* Connects where that is needed and due. Else false with the fault: 503 PGRST000 with Retry-After, or server_busy(). */
MUST_CHECK bool server_connected(struct server *s, struct arena *a, struct fault *f);
/* To be told after a request was sent over the connection: whether that broke it. used: it was answered. A connection
 * that had to be made anew on the way and could not be is told as server_connected() does, in the fault. Returns
 * `used`. */
MUST_CHECK bool server_used(struct server *s, bool used, struct fault *f);
/* When a database that could not be reached is to be tried again without a request; INT64_MAX: it was reached. */
int64_t server_retry_us(const struct server *s);
/* False when the last attempt to connect failed or, without db-pool-automatic-recovery, the connection was lost. */
bool server_database_up(const struct server *s);

#endif
