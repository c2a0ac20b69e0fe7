/* Asks whether a request may write before its body is read: reading a large one is work.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_SERVE_RIGHTS_H
#define ROWGATE_APP_SERVE_RIGHTS_H

#include "app/serve/server.h"
#include "query/query.h"
#include "token/auth.h"

/* False with the fault when what the request is for is not there, or PostgreSQL says that the caller may not write it
 * or call it. Bodies up to 64 kB are not asked for: to read one costs less than to ask. Nor is anything with
 * db-pre-request: that function may give rights, and is not to be called twice. */
MUST_CHECK bool rights_look(struct server *s, const struct request *r, const struct auth_identity *who,
	const struct query *q, struct arena *a, struct fault *f);

#endif
