/* /rpc/refresh_token: the next tokens of a session.
 * SPDX-License-Identifier: MIT */
#include "account/caller.h"
#include "account/cookie_give.h"
#include "account/database.h"
#include "account/hook.h"
#include "account/limit.h"
#include "account/session.h"
#include "http/cookie.h"

/* Columns of refresh(). */
enum { OUTCOME, USER_ID, EMAIL, ROLE, COUNTER, ENDS_AT };

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
	struct database_row row;
	int64_t presented;
	if (!presented_token(c, &token, f)
		|| !limit_take_by_address(c, STR("refresh from"), c->conf->auth_limit_refresh, f))
		return false;
	if (!signer_refresh_read(c->signer, token, &s.id, &presented, c->arena))
		return database_call(&row, c, f, "log", STR_NONE, STR_NONE, STR("refresh"), STR("false"), c->ip, c->user_agent,
				   STR_NONE)
			&& refuse_refresh_token(c, f);
	if (!database_call(&row, c, f, "refresh", s.id, database_int(c, presented),
			database_seconds(c, c->conf->auth_refresh_grace), database_seconds(c, c->conf->auth_session_idle), c->ip,
			c->user_agent))
		return false;
	if (!str_eq(row.values[OUTCOME], STR("rotated")) && !str_eq(row.values[OUTCOME], STR("repeated")))
		return refuse_refresh_token(c, f);
	s.user_id = row.values[USER_ID];
	s.email = row.values[EMAIL];
	s.role = row.values[ROLE];
	s.counter = database_number(row.values[COUNTER]);
	s.ends_at = database_number(row.values[ENDS_AT]);
	/* Should it fail, the same refresh token is good for another try. */
	return hook_claims(&s.more, c, s.user_id, STR("refresh"), f) && session_answer(c, &s);
}
