/* The caller proves the password once more before something that cannot be undone.
 * SPDX-License-Identifier: MIT */
#include "account/reauth.h"

#include "account/caller.h"
#include "account/calls.h"
#include "account/database.h"
#include "account/limit.h"
#include "account/password.h"

bool reauth(struct account_call *c, struct str *hash_r, struct fault *f)
{
	struct database_row row;
	struct str password;
	if (!account_text(c, "current_password", true, &password, f)
		|| !limit_take(c, STR("password of"), c->user_id, c->conf->auth_limit_login, f)
		|| !database_call(&row, c, f, "own_credentials", c->user_id, c->session))
		return false;
	*hash_r = row.values[0];
	if (password_matches(password, *hash_r, *hash_r, c->conf, c->arena))
		return true;
	return call_log_failure(c, STR("current_password"), c->user_id, c->session, STR_NONE, f)
		&& fault_set(f, 401, "RGA01", STR("Invalid credentials"));
}
