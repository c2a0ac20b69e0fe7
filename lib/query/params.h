/* The query string: reserved parameters, filters, arguments and ranges.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_QUERY_PARAMS_H
#define ROWGATE_QUERY_PARAMS_H

#include "query.h"

/* Fills what the URL says: select, columns, on_conflict, scopes, params, canonical_query. call_read: a pair whose value
 * is no operator expression is an argument. Faults: 400 PGRST100, 416 PGRST103 for a negative limit. */
MUST_CHECK bool params_read(struct query *q, struct str raw, bool call_read, struct arena *a, struct fault *f);
/* canonical.c: name=value pairs sorted by name, encoded; values of one name joined by a comma, as PostgREST joins
 * them. */
struct str params_canonical(const struct http_pair *pairs, size_t count, struct arena *a);

#endif
