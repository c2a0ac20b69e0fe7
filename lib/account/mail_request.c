/* What the endpoints that need mail have in common.
 * SPDX-License-Identifier: MIT */
#include "account/mail_request.h"

#include "account/answer.h"
#include "account/caller.h"
#include "account/calls.h"

bool mail_request_run(struct account_call *c, struct str purpose, struct str message, struct fault *f)
{
	struct str email;
	struct looked_up known;
	if (!account_text(c, "email", true, &email, f)
		|| !limit_take_by_address(c, STR("mail from"), c->conf->auth_limit_mail_ip, f)
		|| !call_look_up(&known, c, email, f) || !call_request_mail(c, purpose, known.email_key, f))
		return false;
	struct answer a;
	answer_begin(&a, c);
	jsonw_key(&a.w, STR("success"));
	jsonw_bool(&a.w, true);
	jsonw_member(&a.w, STR("message"), message);
	return answer_end(&a, c);
}
