/* /rpc/current_user: who the token says the caller is, and /.well-known/jwks.json: whose tokens to believe.
 * SPDX-License-Identifier: MIT */
#include "account/answer.h"
#include "account/database.h"

bool account_current_user(struct account_call *c, struct fault *f)
{
	struct answer a;
	(void)f;
	answer_begin(&a, c);
	jsonw_key(&a.w, STR("user_id"));
	jsonw_raw(&a.w, c->user_id);
	jsonw_key(&a.w, STR("email"));
	jsonw_text(&a.w, c->email);
	jsonw_member(&a.w, STR("role"), c->role);
	return answer_end(&a, c);
}

bool account_jwks(struct account_call *c, struct fault *f)
{
	(void)f;
	c->status = 200;
	c->answer_type = STR("application/jwk-set+json");
	c->answer = signer_jwks(c->signer);
	return true;
}
