/* /rpc/delete_account: erases who it was; the row stays, inactive.
 * SPDX-License-Identifier: MIT */
#include "account/answer.h"
#include "account/calls.h"
#include "account/cookie_give.h"
#include "account/reauth.h"

bool account_delete_account(struct account_call *c, struct fault *f)
{
	struct str hash;
	bool done;
	if (!reauth(c, &hash, f) || !call_delete_account(&done, c, hash, f))
		return false;
	if (!done)
		return fault_set(f, 401, "RGA01", STR("Invalid credentials"));
	cookie_forget(c);
	return answer_nothing(c);
}
