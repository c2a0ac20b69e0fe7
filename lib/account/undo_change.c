/* /rpc/undo_change: "this was not me", for who gets the notice of a change.
 * SPDX-License-Identifier: MIT */
#include "account/answer.h"
#include "account/caller.h"
#include "account/database.h"
#include "account/limit.h"
#include "account/mail_token.h"

bool account_undo_change(struct account_call *c, struct fault *f)
{
	struct database_row row;
	struct str token;
	if (!account_text(c, "token", true, &token, f)
		|| !limit_take_by_address(c, STR("undo from"), c->conf->auth_limit_mail_ip, f)
		|| !database_call(&row, c, f, "undo_change", mail_token_hash(token, STR("undo"), c->arena), c->ip,
			c->user_agent))
		return false;
	return database_true(row.values[0]) ? answer_nothing(c) : mail_token_fault(f);
}
