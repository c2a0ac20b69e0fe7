/* One request's way from the front to its answer: request, query, plan, statement, rows, reply.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_SERVE_SERVE_H
#define ROWGATE_APP_SERVE_SERVE_H

#include "app/serve/backoff.h"
#include "app/serve/generation.h"
#include "app/serve/timing.h"
#include "pg/conn.h"
#include "reply/reply.h"

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

/* What the access log tells of a request. */
struct served {
	struct str role; /* STR_NONE: the request did not get that far */
	struct str sql;  /* the main statement, or STR_NONE */
	struct timing timing;
};

/* When the connection will have been idle for db-pool-max-idletime; INT64_MAX: there is none, or no limit. */
int64_t server_idle_until_us(const struct server *s);
/* Closes a connection that has been idle for that long. */
void server_rest(struct server *s);
/* Closes the connection; the next request that needs one makes another. */
void server_disconnect(struct server *s);

/* Connects where that is needed and due. Else false with the fault: 503 PGRST000 with Retry-After. */
MUST_CHECK bool server_connected(struct server *s, struct arena *a, struct fault *f);
/* False when the last attempt to connect failed or, without db-pool-automatic-recovery, the connection was lost. */
bool server_database_up(const struct server *s);

/* Answers a request; never fails: what goes wrong is an answer too. */
void serve(struct reply *out_r, struct served *served_r, struct server *s, const struct request *r, struct arena *a);
/* The answer to a request that the front refused. */
void serve_fault(struct reply *out_r, struct server *s, const struct request *r, const struct fault *f,
	struct arena *a);

#endif
