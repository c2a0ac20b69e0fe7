/* A URL of its own that is no relation and no function: what is sent there, and what comes back.
 *
 * The OpenAPI document, the web servers' patterns (tests/endpoints) and the reference (tests/reference) are made from
 * these rows.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_HTTP_ENDPOINT_H
#define ROWGATE_HTTP_ENDPOINT_H

#include "base/str.h"

/* A member of a body or an answer, by JSON Schema's type and PostgreSQL's name for it. Those that are wanted come
 * first, and a list ends at the first without a name. */
struct endpoint_member {
	const char *name, *type, *format;
	bool wanted;
};

enum { ENDPOINT_BODY_MAX = 5, ENDPOINT_ANSWER_MAX = 7, ENDPOINT_REFUSALS_MAX = 5 }; /* the end among them */

struct endpoint {
	struct str path;
	bool get, post;     /* the methods it knows */
	bool signed_in;     /* strangers get 401 */
	struct str summary; /* STR_NONE: for browsers, the document does not have it */
	struct endpoint_member body[ENDPOINT_BODY_MAX], answer[ENDPOINT_ANSWER_MAX];
	int status; /* of success */
	/* Statuses of refusals, to the first 0: beside those that everything with a body has, and who must sign in. */
	int refusals[ENDPOINT_REFUSALS_MAX];
};

/* The i-th of a list, NULL behind the last. */
typedef const struct endpoint *endpoint_nth_fn(size_t i);

#endif
