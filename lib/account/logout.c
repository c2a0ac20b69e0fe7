/* /rpc/logout: ends this session, the others, or all.
 * SPDX-License-Identifier: MIT */
#include "account/answer.h"
#include "account/caller.h"
#include "account/calls.h"
#include "account/cookie_give.h"
#include "account/reauth.h"

bool account_logout(struct account_call *c, struct fault *f)
{
	struct str scope;
	if (!account_text(c, "scope", false, &scope, f))
		return false;
	if (!scope.p)
		scope = STR("local");
	if (!str_eq(scope, STR("local")) && !str_eq(scope, STR("others")) && !str_eq(scope, STR("global")))
		return fault_set(f, 400, "RGA07", STR("\"scope\" is local, others or global"));
	bool others = !str_eq(scope, STR("local"));
	if ((others && !reauth_for_sessions(c, f)) || !call_logout(c, scope, f))
		return false;
	if (!str_eq(scope, STR("others")))
		cookie_forget(c);
	return answer_nothing(c);
}
