/* One request's way from the front to its answer: request, query, plan, statement, rows, reply.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_SERVE_SERVE_H
#define ROWGATE_APP_SERVE_SERVE_H

#include "app/serve/access.h"
#include "app/serve/server.h"

/* Answers a request; never fails: what goes wrong is an answer too. */
void serve(struct reply *out_r, struct served *served_r, struct server *s, const struct request *r, struct arena *a);
/* The answer to a request that the front refused. */
void serve_fault(struct reply *out_r, struct server *s, const struct request *r, const struct fault *f,
	struct arena *a);

#endif
