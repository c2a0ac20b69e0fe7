/* /rpc/activate_account and /rpc/resend_activation: the address is the account's.
 * SPDX-License-Identifier: MIT */
#include "account/answer.h"
#include "account/caller.h"
#include "account/database.h"
#include "account/mail_request.h"
#include "account/mail_token.h"

/* A link that is opened once more has done what its reader wants: that is no failure. */
bool account_activate(struct account_call *c, struct fault *f)
{
	struct database_row row;
	struct str token;
	if (!account_text(c, "token", true, &token, f)
		|| !limit_take_by_address(c, STR("activate from"), c->conf->auth_limit_mail_ip, f)
		|| !database_call(&row, c, f, "activate", mail_token_hash(token, STR("activate"), c->arena), c->ip,
			c->user_agent))
		return false;
	c->again = str_eq(row.values[0], STR("again"));
	return row.values[0].p ? answer_nothing(c) : mail_token_fault(f);
}

bool account_resend_activation(struct account_call *c, struct fault *f)
{
	return mail_request_run(c, STR("activate"), STR("If the account is to be activated, a mail was sent"), f);
}
