/* /rpc/change_password and what it shares with /rpc/delete_account: the caller proves the password once more.
 * SPDX-License-Identifier: MIT */
#include "account/answer.h"
#include "account/database.h"
#include "account/limit.h"
#include "account/password.h"
#include "account/reauth.h"

bool reauth(struct account_call *c, struct str *hash_r, struct fault *f)
{
	struct database_row row, logged;
	struct str password;
	if (!account_text(c, "current_password", true, &password, f)
		|| !limit_take(c, STR("password of"), c->user_id, c->conf->auth_limit_login, f)
		|| !database_call(&row, c, f, "own_credentials", c->user_id, c->session))
		return false;
	*hash_r = row.values[0];
	if (password_matches(password, *hash_r, *hash_r, c->conf, c->arena))
		return true;
	return database_call(&logged, c, f, "log", c->user_id, c->session, STR("current_password"), STR("false"), c->ip,
			   c->user_agent, STR_NONE)
		&& fault_set(f, 401, "RGA01", STR("Invalid credentials"));
}

bool account_change_password(struct account_call *c, struct fault *f)
{
	struct database_row row;
	struct str password, hash, fresh;
	if (!account_text(c, "password", true, &password, f)
		|| !password_acceptable(password, c->email.p ? c->email : STR(""), c->arena, f) || !reauth(c, &hash, f)
		|| !password_hash(&fresh, password, c->conf, c->arena, f)
		|| !database_call(&row, c, f, "change_password", c->user_id, c->session, hash, fresh, c->ip, c->user_agent))
		return false;
	if (!database_true(row.values[0]))
		return fault_set(f, 401, "RGA01", STR("Invalid credentials"));
	return answer_nothing(c);
}
