/* The caller proves the password once more before something that cannot be undone.
 * SPDX-License-Identifier: MIT */
#include "account/reauth.h"

#include "account/caller.h"
#include "account/database.h"
#include "account/limit.h"
#include "account/password.h"

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
