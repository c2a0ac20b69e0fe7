/* /rpc/refresh_token: the next tokens of a session.
 * SPDX-License-Identifier: MIT */
#include "auth/database.h"
#include "auth/limit.h"
#include "auth/session.h"

/* Columns of refresh(). */
enum { OUTCOME, USER_ID, EMAIL, ROLE, COUNTER, ENDS_AT };

static bool refuse(struct fault *f)
{
	return account_refuse(f, 401, "RGA05", STR("Invalid or expired refresh token"));
}

bool account_refresh_token(struct account *c, struct fault *f)
{
	struct str token;
	struct session s = { 0 };
	struct database_row row;
	int64_t presented;
	if (!account_text(c, "refresh_token", true, &token, f)
		|| !limit_take_by_address(c, STR("refresh from"), c->conf->auth_limit_refresh, f))
		return false;
	if (!signer_refresh_read(c->signer, token, &s.id, &presented, c->arena))
		return database_call(&row, c, f, "log", STR_NONE, STR_NONE, STR("refresh"), STR("false"), c->ip, c->user_agent,
			STR_NONE) && refuse(f);
	if (!database_call(&row, c, f, "refresh", s.id, database_int(c, presented),
			database_seconds(c, c->conf->auth_refresh_grace), database_seconds(c, c->conf->auth_session_idle), c->ip,
			c->user_agent))
		return false;
	if (!str_eq(row.values[OUTCOME], STR("rotated")) && !str_eq(row.values[OUTCOME], STR("repeated")))
		return refuse(f);
	s.user_id = row.values[USER_ID];
	s.email = row.values[EMAIL];
	s.role = row.values[ROLE];
	s.counter = database_number(row.values[COUNTER]);
	s.ends_at = database_number(row.values[ENDS_AT]);
	return session_answer(c, &s);
}
