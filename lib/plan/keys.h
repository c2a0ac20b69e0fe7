/* Sets of names: the keys of a body, the arguments of a call.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PLAN_KEYS_H
#define ROWGATE_PLAN_KEYS_H

#include "query/query.h"

struct plan_keys {
	const struct str *items; /* sorted bytewise, each once */
	size_t count;
};

/* What values the request brings along: arguments of a GET, keys or columns of a body. */
struct plan_keys keys_of(const struct query *q, struct arena *a);
bool keys_have(const struct plan_keys *k, struct str name);

#endif
