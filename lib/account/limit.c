/* Limits: token buckets in the database, one answer for every refusal.
 * SPDX-License-Identifier: MIT */
#include "account/limit.h"

#include "account/database.h"

bool limit_fault(int64_t wait_s, struct fault *f)
{
	fault_set(f, 429, "RGA06", STR("Too many tries"));
	fault_hint(f, STR("Try again later."));
	f->retry_after = (int)(wait_s > INT32_MAX ? INT32_MAX : wait_s);
	return false;
}

bool limit_take(struct account_call *c, struct str what, struct str key, int64_t tries, struct fault *f)
{
	struct database_row row;
	struct str bucket = str_join(c->arena, (struct str[]){ what, key }, 2, STR(" "));
	if (!database_call(&row, c, f, "take", bucket, database_int(c, tries), database_int(c, c->conf->auth_limit_period)))
		return false;
	int64_t wait = database_number(row.values[0]);
	return wait == 0 || limit_fault(wait, f);
}

bool limit_take_by_address(struct account_call *c, struct str what, int64_t tries, struct fault *f)
{
	struct database_row row;
	return database_call(&row, c, f, "network", c->ip) && limit_take(c, what, row.values[0], tries, f);
}
