/* /rpc/logout: ends this session, the others, or all.
 *
 * Whoever wants to be signed out shall be: an access token does that has expired, and a refresh token, used or not. A
 * session that has ended already is what was asked for; then nothing else is done either.
 * SPDX-License-Identifier: MIT */
#include "account/answer.h"
#include "account/caller.h"
#include "account/calls.h"
#include "account/cookie_give.h"
#include "account/reauth.h"
#include "http/cookie.h"

static bool read_scope(struct account_call *c, struct str *scope_r, struct fault *f)
{
	if (!account_text(c, "scope", false, scope_r, f))
		return false;
	if (!scope_r->p)
		*scope_r = STR("local");
	return str_eq(*scope_r, STR("local")) || str_eq(*scope_r, STR("others")) || str_eq(*scope_r, STR("global"))
		|| fault_set(f, 400, "RGA07", STR("\"scope\" is local, others or global"));
}

/* Which session it is about: the refresh token's of the body, or the access token's; of a browser that has lost that
 * one, its refresh cookie's. */
static bool find_session(struct account_call *c, struct fault *f)
{
	struct str token;
	int64_t counter;
	if (!account_text(c, "refresh_token", false, &token, f))
		return false;
	if (!token.p && c->conf->auth_cookie && !auth_is_presented(c->auth, c->request))
		token = http_cookie(c->request, STR(HTTP_COOKIE_REFRESH));
	if (!token.p)
		return account_identify_expired(c, f)
			&& (c->session.p || account_unauthorized(c, f, "RGA08", STR("This needs a token of an account")));
	return auth_check_origin(c->auth, c->request, f)
		&& (signer_refresh_read(c->signer, token, &c->session, &counter, c->arena)
			|| fault_set(f, 401, "RGA05", STR("Invalid or expired refresh token")));
}

bool account_logout(struct account_call *c, struct fault *f)
{
	struct str scope;
	if (!read_scope(c, &scope, f) || !find_session(c, f))
		return false;
	bool others = !str_eq(scope, STR("local"));
	if ((others && !reauth_for_sessions(c, f)) || !call_logout(c, scope, f))
		return false;
	if (!str_eq(scope, STR("others")))
		cookie_forget(c);
	return answer_nothing(c);
}
