/* /rpc/change_password: another password for who proves the present one.
 * SPDX-License-Identifier: MIT */
#include "account/answer.h"
#include "account/caller.h"
#include "account/calls.h"
#include "account/password.h"
#include "account/password_rules.h"
#include "account/reauth.h"

bool account_change_password(struct account_call *c, struct fault *f)
{
	struct str password, hash, fresh;
	bool done;
	if (!account_text(c, "password", true, &password, f)
		|| !password_allowed(c, password, c->email.p ? c->email : STR(""), f) || !reauth(c, &hash, f)
		|| !password_hash(&fresh, password, c->conf, c->arena, f) || !call_change_password(&done, c, hash, fresh, f))
		return false;
	if (!done)
		return fault_set(f, 401, "RGA01", STR("Invalid credentials"));
	return answer_nothing(c);
}
