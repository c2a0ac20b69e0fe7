/* Gathers the names a request gives values for.
 * SPDX-License-Identifier: MIT */
#include "plan/keys.h"

#include <stdlib.h>

#include "base/order.h"

static struct plan_keys sorted(struct str *names, size_t count)
{
	if (count > 1)
		qsort(names, count, sizeof *names, order_texts);
	size_t kept = 0;
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || !str_eq(names[kept - 1], names[i]))
			names[kept++] = names[i];
	return (struct plan_keys){ names, kept };
}

struct plan_keys keys_of(const struct query *q, struct arena *a)
{
	bool from_url = q->action != ACTION_CREATE && q->action != ACTION_UPDATE && q->action != ACTION_UPSERT_ONE
		&& !(q->action == ACTION_CALL && q->call_method == CALL_WRITE);
	size_t count = from_url ? q->param_count : q->payload.key_count;
	struct str *names = arena_make_array(a, struct str, count);
	for (size_t i = 0; i < count; i++)
		names[i] = from_url ? q->params[i].name : q->payload.keys[i];
	return sorted(names, count);
}

bool keys_have(const struct plan_keys *k, struct str name)
{
	return k->count > 0 && bsearch(&name, k->items, k->count, sizeof name, order_texts) != NULL;
}
