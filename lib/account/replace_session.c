/* A sign-in takes the place of the session that its browser had.
 * SPDX-License-Identifier: MIT */
#include "account/replace_session.h"

#include "account/database.h"
#include "base/jsonc.h"
#include "http/cookie.h"
#include "token/tokenjson.h"

static bool end_session(struct account_call *c, const struct login_begun *begun, struct str victim, bool anybodys,
	struct fault *f)
{
	struct database_row row;
	struct str activation = c->conf->auth_activation ? STR("true") : STR("false");
	return database_call(&row, c, f, "replace_session", begun->user_id, begun->password_hash, activation, victim,
		anybodys ? STR("true") : STR("false"), c->ip, c->user_agent);
}

static bool replace_by_access(struct account_call *c, const struct login_begun *begun, struct fault *f)
{
	struct auth_identity who;
	struct fault ignored = { 0 };
	bool in_cookie = !request_field(c->request, STR("authorization")).p;
	if (!auth_is_presented(c->auth, c->request) || !auth_identify(&who, c->auth, c->request, c->now, c->arena, &ignored)
		|| !who.session.p)
		return true;
	return end_session(c, begun, who.session, in_cookie, f);
}

static bool replace_by_refresh(struct account_call *c, const struct login_begun *begun, struct fault *f)
{
	struct str session, token = jsonc_text(json_object_object_get(c->body, "refresh_token"));
	int64_t counter;
	bool in_cookie = !token.p && c->conf->auth_cookie;
	if (in_cookie)
		token = http_cookie(c->request, STR(HTTP_COOKIE_REFRESH));
	return !token.p || !signer_refresh_read(c->signer, token, &session, &counter, c->arena)
		|| end_session(c, begun, session, in_cookie, f);
}

bool replace_session(struct account_call *c, const struct login_begun *begun, struct fault *f)
{
	return replace_by_access(c, begun, f) && replace_by_refresh(c, begun, f);
}
