/* Renders a fault: the only place where an error becomes bytes.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_REPLY_PROBLEM_H
#define ROWGATE_REPLY_PROBLEM_H

#include "reply.h"

/* {"code":...,"details":...,"hint":...,"message":...} in PostgREST's order of keys, with Proxy-Status,
 * WWW-Authenticate and Retry-After. conf may be NULL before there is one. */
void problem_reply(struct reply *out_r, const struct fault *f, const struct conf *conf, bool no_body, struct arena *a);
/* The body alone, as client-error-verbosity wants it. */
struct str problem_body(const struct fault *f, const struct conf *conf, struct arena *a);
/* The same in full, as a text for the log. */
struct str problem_text(const struct fault *f, struct arena *a);

#endif
