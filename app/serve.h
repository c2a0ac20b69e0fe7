/* One request's way from the front to its answer: the sentence DESIGN section 1 begins with.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_SERVE_H
#define ROWGATE_APP_SERVE_H

#include "app/backoff.h"
#include "app/generation.h"
#include "pg/conn.h"
#include "reply/reply.h"

/* What a worker serves with: one generation of configuration and catalog, one connection. */
struct server {
	const struct generation *generation;
	struct conn *conn;
	struct backoff connect;   /* pauses between attempts to connect */
};

/* What the access log tells of a request. */
struct served {
	struct str role;          /* STR_NONE: the request did not get that far */
};

/* Answers a request; never fails: what goes wrong is an answer too. */
void serve(struct reply *out_r, struct served *served_r, struct server *s, const struct request *r, struct arena *a);
/* The answer to a request that the front refused. */
void serve_fault(struct reply *out_r, struct server *s, const struct request *r, const struct fault *f,
	struct arena *a);

#endif
