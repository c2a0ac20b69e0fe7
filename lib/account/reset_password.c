/* /rpc/request_password_reset and /rpc/reset_password: a new password for who reads the account's mail.
 * SPDX-License-Identifier: MIT */
#include "account/answer.h"
#include "account/caller.h"
#include "account/calls.h"
#include "account/database.h"
#include "account/mail_request.h"
#include "account/mail_token.h"
#include "account/password.h"
#include "account/password_rules.h"

bool account_request_password_reset(struct account_call *c, struct fault *f)
{
	return mail_request_run(c, STR("reset"), STR("If email exists, reset link sent"), f);
}

/* Columns of token_owner(). */
enum { OWNER_USER_ID, OWNER_EMAIL };

/* A password that is refused does not use the token up. */
bool account_reset_password(struct account_call *c, struct fault *f)
{
	struct database_row row;
	struct str token, password, fresh;
	bool done;
	if (!account_text(c, "token", true, &token, f) || !account_text(c, "password", true, &password, f)
		|| !limit_take_by_address(c, STR("reset from"), c->conf->auth_limit_mail_ip, f))
		return false;
	struct str hash = mail_token_hash(token, STR("reset"), c->arena);
	if (!database_call(&row, c, f, "token_owner", STR("reset"), hash))
		return false;
	if (!row.found)
		return mail_token_fault(f);
	if (!password_allowed(c, password, row.values[OWNER_EMAIL], f)
		|| !password_hash(&fresh, password, c->conf, c->arena, f) || !call_reset_password(&done, c, hash, fresh, f))
		return false;
	return done ? answer_nothing(c) : mail_token_fault(f);
}
