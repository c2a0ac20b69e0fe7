/* The OpenAPI 2.0 document of a schema, made from the catalog.
 *
 * Keys and wording are PostgREST's, so that what was generated from its document is generated from ours: a relation
 * is shown when the role has any right on it, with all ways to write as soon as it allows one. Only what a validator
 * would refuse is left out (an empty enum), and GET of a function whose argument can only be a body.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_REPLY_OPENAPI_H
#define ROWGATE_REPLY_OPENAPI_H

#include "http/endpoint.h"
#include "reply.h"

/* Collects what the current role may use: the rows of PLAN_INSPECT's main statement (see stmt_privileges). With
 * openapi-mode = ignore-privileges there are none, and everything is shown. */
struct openapi;
/* accounts: their endpoints, NULL where accounts are off. */
struct openapi *openapi_new(const struct plan *p, endpoint_nth_fn *accounts, struct arena *a);
/* For struct flight.on_row. */
MUST_CHECK bool openapi_add(void *openapi, const struct row *r, struct fault *f);
/* The whole answer; host and scheme come from the request unless openapi-server-proxy-uri names them. */
MUST_CHECK bool openapi_make(struct reply *out_r, struct openapi *o, const struct request *r, struct arena *a,
	struct fault *f);

#endif
