/* /rpc/delete_account: erases who it was; the row stays, inactive.
 * SPDX-License-Identifier: MIT */
#include "account/answer.h"
#include "account/cookie_give.h"
#include "account/database.h"
#include "account/reauth.h"

bool account_delete_account(struct account_call *c, struct fault *f)
{
	struct database_row row;
	struct str hash;
	if (!reauth(c, &hash, f)
		|| !database_call(&row, c, f, "delete_account", c->user_id, c->session, hash, c->ip, c->user_agent))
		return false;
	if (!database_true(row.values[0]))
		return fault_set(f, 401, "RGA01", STR("Invalid credentials"));
	cookie_forget(c);
	return answer_nothing(c);
}
