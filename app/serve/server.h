/* What a worker serves with, and the care of its database connection: made when it is needed, tried again with growing
 * pauses, closed when it has been idle or has lived for long.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_SERVE_SERVER_H
#define ROWGATE_APP_SERVE_SERVER_H

#include "app/serve/backoff.h"
#include "app/serve/generation.h"
#include "pg/conn.h"

/* What a worker serves with: one generation of configuration and catalog, one connection. */
struct server {
	const struct generation *generation;
	struct conn *conn;
	bool accounts;          /* an account worker: its URLs are endpoints, conn is rowgate_account's */
	struct backoff connect; /* pauses between attempts to connect */
	int64_t connected_us;   /* since when there is a connection (monotonic), 0: there is none */
	int64_t used_us;        /* when it was last used */
	bool client_left;       /* why the wait for PostgreSQL was ended, if it was */
	bool lost;              /* the last request broke the connection, or met a broken one, and did not mend it */
};

/* When the connection will have been idle for db-pool-max-idletime; INT64_MAX: there is none, or no limit. */
int64_t server_idle_until_us(const struct server *s);
/* Closes a connection that has been idle for that long. */
void server_rest(struct server *s);
/* Closes the connection; the next request that needs one makes another. */
void server_disconnect(struct server *s);

/* Connects where that is needed and due. Else false with the fault: 503 PGRST000 with Retry-After. */
MUST_CHECK bool server_connected(struct server *s, struct arena *a, struct fault *f);
/* To be told after a request was sent over the connection: whether that broke it. */
void server_used(struct server *s);
/* False when the last attempt to connect failed or, without db-pool-automatic-recovery, the connection was lost. */
bool server_database_up(const struct server *s);

#endif
