/* /rpc/change_email and /rpc/confirm_email: another address, once it has confirmed.
 * SPDX-License-Identifier: MIT */
#include "account/answer.h"
#include "account/caller.h"
#include "account/calls.h"
#include "account/email.h"
#include "account/mail_request.h"
#include "account/mail_token.h"
#include "account/reauth.h"

bool account_change_email(struct account_call *c, struct fault *f)
{
	struct str email, hash;
	struct looked_up known;
	bool done;
	if (!account_text(c, "email", true, &email, f))
		return false;
	if (!email_address(&email, email, c->arena))
		return fault_set(f, 400, "RGA07", STR("This is no e-mail address"));
	if (!reauth(c, &hash, f) || !call_look_up(&known, c, email, f)
		|| !call_change_email(&done, c, hash, email, known.email_key, f))
		return false;
	if (!done)
		return fault_set(f, 401, "RGA01", STR("Invalid credentials"));
	return answer_nothing(c);
}

bool account_confirm_email(struct account_call *c, struct fault *f)
{
	struct str token;
	bool done;
	if (!account_text(c, "token", true, &token, f)
		|| !limit_take_by_address(c, STR("confirm from"), c->conf->auth_limit_mail_ip, f)
		|| !call_confirm_email(&done, c, mail_token_hash(token, STR("confirm"), c->arena), f))
		return false;
	return done ? answer_nothing(c) : mail_token_fault(f);
}
