/* Cross-origin resource sharing (Fetch standard, "CORS protocol").
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_REPLY_CORS_H
#define ROWGATE_REPLY_CORS_H

#include "reply.h"

/* True when the request was a preflight by an allowed origin: out_r is then the whole answer. */
bool cors_preflight(struct reply *out_r, const struct request *r, const struct conf *c, struct arena *a);
/* Adds the fields an answer to an allowed origin carries; nothing without an Origin field. */
void cors_answer(struct reply *reply, const struct request *r, const struct conf *c);

#endif
