/* The access log: one line an answer on standard output, in Apache's combined format with the role as user. Of
 * a link that was mailed it has no query: that is a token.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_SERVE_ACCESS_H
#define ROWGATE_APP_SERVE_ACCESS_H

#include "app/serve/timing.h"
#include "conf/conf.h"
#include "http/request.h"
#include "reply/reply.h"

enum { SERVED_STATEMENTS = 5 };

/* What the access log tells of a request. */
struct served {
	struct str role;                   /* STR_NONE: the request did not get that far */
	struct str sql[SERVED_STATEMENTS]; /* of its flight, in their order; STR_NONE: there is none in this place */
	bool preflight;                    /* not told of, as by PostgREST */
	struct timing timing;
};

/* Writes the line if log-level asks for answers of this status: error 5xx, warn 4xx too, info all;
 * and the SQL of its flight to the diagnostics with log-query, a statement a line. */
void access_log(const struct conf *conf, const struct request *r, const struct reply *reply,
	const struct served *served, struct arena *a);

#endif
