/* The OpenAPI 2.0 document of a schema, made from the catalog (PARITY 1.14).
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_REPLY_OPENAPI_H
#define ROWGATE_REPLY_OPENAPI_H

#include "reply.h"

/* Collects what the current role may do: the rows of PLAN_INSPECT's main statement (see stmt_privileges). */
struct openapi;
struct openapi *openapi_new(const struct plan *p, struct arena *a);
/* For struct flight.on_row. */
bool openapi_add(void *openapi, const struct row *r, struct fault *f);
bool openapi_make(struct reply *out_r, struct openapi *o, const struct request *r, struct arena *a, struct fault *f);

#endif
