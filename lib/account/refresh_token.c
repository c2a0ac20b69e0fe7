/* /rpc/refresh_token: the next tokens of a session.
 * SPDX-License-Identifier: MIT */
#include "account/caller.h"
#include "account/calls.h"
#include "account/cookie_give.h"
#include "account/hook.h"
#include "account/limit.h"
#include "account/session.h"
#include "http/cookie.h"

static bool refuse_refresh_token(struct account_call *c, struct fault *f)
{
	cookie_forget(c);
	fault_set(f, 401, "RGA05", STR("Invalid or expired refresh token"));
	f->headers = c->headers;
	return false;
}

/* A browser keeps it in a cookie; having none is to be signed out. */
static bool presented_token(struct account_call *c, struct str *token_r, struct fault *f)
{
	bool in_cookie = c->conf->auth_cookie;
	if (!account_text(c, "refresh_token", !in_cookie, token_r, f))
		return false;
	if (in_cookie && !token_r->p)
		*token_r = http_cookie(c->request, STR(HTTP_COOKIE_REFRESH));
	return token_r->p || refuse_refresh_token(c, f);
}

bool account_refresh_token(struct account_call *c, struct fault *f)
{
	struct str token;
	struct session s = { 0 };
	struct refreshed next;
	int64_t presented;
	if (!presented_token(c, &token, f)
		|| !limit_take_by_address(c, STR("refresh from"), c->conf->auth_limit_refresh, f))
		return false;
	if (!signer_refresh_read(c->signer, token, &s.id, &presented, c->arena))
		return call_log_failure(c, STR("refresh"), STR_NONE, STR_NONE, STR_NONE, f) && refuse_refresh_token(c, f);
	if (!call_refresh(&next, c, s.id, presented, f))
		return false;
	if (!next.rotated)
		return refuse_refresh_token(c, f);
	s.user_id = next.user_id;
	s.email = next.email;
	s.role = next.role;
	s.counter = next.counter;
	s.ends_at = next.ends_at;
	/* Should it fail, the same refresh token is good for another try. */
	return hook_claims(&s.more, c, s.user_id, STR("refresh"), f) && session_answer(c, &s);
}
