/* /rpc/logout: ends this session, the others, or all.
 * SPDX-License-Identifier: MIT */
#include "account/answer.h"
#include "account/caller.h"
#include "account/cookie_give.h"
#include "account/database.h"

bool account_logout(struct account_call *c, struct fault *f)
{
	struct database_row row;
	struct str scope;
	if (!account_text(c, "scope", false, &scope, f))
		return false;
	if (!scope.p)
		scope = STR("local");
	if (!str_eq(scope, STR("local")) && !str_eq(scope, STR("others")) && !str_eq(scope, STR("global")))
		return fault_set(f, 400, "RGA07", STR("\"scope\" is local, others or global"));
	if (!database_call(&row, c, f, "logout", c->user_id, c->session, scope, c->ip, c->user_agent))
		return false;
	if (!str_eq(scope, STR("others")))
		cookie_forget(c);
	return answer_nothing(c);
}
