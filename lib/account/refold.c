/* The keys of addresses, made anew where earlier rules made them.
 * SPDX-License-Identifier: MIT */
#include "account/refold.h"

#include "account/email.h"
#include "account/schema.h"
#include "base/arena.h"
#include "stmt/routine.h"

struct stale_key {
	struct str user_id, key;
	const struct stale_key *next;
};

struct refold {
	const struct stale_key *first;
	struct arena *arena;
};

/* Columns of keys_beyond_ascii(). */
enum { KEYS_USER_ID, KEYS_EMAIL, KEYS_EMAIL_KEY };

/* conn_run's row: keeps what has another key now. What is no address any more keeps the one it has. */
static bool take_key(void *arg, const struct row *r)
{
	struct refold *all = arg;
	struct str key;
	if (!email_key(&key, row_value(r, KEYS_EMAIL), all->arena) || str_eq(key, row_value(r, KEYS_EMAIL_KEY)))
		return true;
	struct stale_key *stale = arena_make(all->arena, struct stale_key);
	*stale = (struct stale_key){ str_dup(all->arena, row_value(r, KEYS_USER_ID)), key, all->first };
	all->first = stale;
	return true;
}

bool refold_run(struct conn *c, const struct conf *conf, struct arena *a, struct fault *f)
{
	struct refold all = { NULL, a };
	struct str schema = schema_private(conf, a);
	struct stmt call;
	if (!conn_ready(c, a, f) || !stmt_routine(&call, schema, STR("keys_beyond_ascii"), NULL, 0, a, f)
		|| !conn_run(c, &call, take_key, &all, a, f))
		return false;
	for (const struct stale_key *stale = all.first; stale; stale = stale->next) {
		const struct str values[] = { stale->user_id, stale->key };
		if (!stmt_routine(&call, schema, STR("fold_key"), values, COUNT_OF(values), a, f)
			|| !conn_run(c, &call, NULL, NULL, a, f))
			return false;
	}
	return true;
}
