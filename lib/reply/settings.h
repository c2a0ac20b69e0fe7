/* The small JSON documents that come back with the rows: response.headers, response.status, a query plan.
 *
 * The one file of lib/reply that sees json-c.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_REPLY_SETTINGS_H
#define ROWGATE_REPLY_SETTINGS_H

#include "reply.h"

/* Appends the fields of response.headers, a JSON array of objects with one key and a string value each. 500 PGRST111
 * when it is anything else or a field could break out of its line. What the web server owns (Content-Length and the
 * like) is left out. STR_NONE and "" bring nothing. */
MUST_CHECK bool settings_fields(struct reply *r, struct str headers, struct arena *a, struct fault *f);
/* The status that response.status says, a number from 200 to 999 (what follows its digits is not looked at), 500
 * PGRST112 otherwise. STR_NONE and "" leave *status_r alone. */
MUST_CHECK bool settings_status(int *status_r, struct str status, struct fault *f);
/* "Plan Rows" of the topmost node of EXPLAIN (FORMAT JSON), -1 when there is none. */
int64_t settings_plan_rows(struct str plan_json, struct arena *a);

#endif
