/* The account workers' way of a request: an endpoint of lib/account instead of a plan.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_SERVE_ACCOUNT_H
#define ROWGATE_APP_SERVE_ACCOUNT_H

#include "app/serve/access.h"
#include "app/serve/server.h"

/* Answers a request for an account URL over s->conn, which is rowgate_account's. Faults: those of the endpoints, 404
 * for what is no account URL, 503 RGA10 while the database cannot be asked. */
MUST_CHECK bool account_answer(struct reply *out_r, struct served *served_r, struct server *s, const struct request *r,
	struct arena *a, struct fault *f);
/* An account URL that came to an API worker while accounts are on: the web server does not dispatch it. False with the
 * fault then, 503. */
MUST_CHECK bool account_is_elsewhere(const struct server *s, const struct request *r, struct arena *a, struct fault *f);

#endif
