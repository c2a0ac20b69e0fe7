/* The caller proves the password once more before something that cannot be undone.
 * SPDX-License-Identifier: MIT */
#include "account/reauth.h"

#include "account/caller.h"
#include "account/calls.h"
#include "account/database.h"
#include "account/limit.h"
#include "account/password.h"
#include "token/tokenjson.h"

bool reauth(struct account_call *c, struct str *hash_r, struct fault *f)
{
	struct database_row row;
	struct str password;
	/* By session: who has got hold of one keeps the owner out of no other. */
	struct str key = str_join(c->arena, (struct str[]){ c->user_id, c->session }, 2, STR(" in "));
	if (!account_text(c, "current_password", true, &password, f)
		|| !limit_take(c, STR("password of"), key, c->conf->auth_limit_login, f)
		|| !database_call(&row, c, f, "own_credentials", c->user_id, c->session))
		return false;
	*hash_r = row.values[0];
	if (password_check(password, *hash_r, STR_NONE, c->conf, c->arena))
		return true;
	return call_log_failure(c, STR("current_password"), c->user_id, c->session, STR_NONE, f)
		&& fault_set(f, 401, "RGA01", STR("Invalid credentials"));
}

/* Columns of session_began(). */
enum { BEGAN_USER_ID, BEGAN_SECONDS_AGO };

bool reauth_for_sessions(struct account_call *c, struct fault *f)
{
	struct database_row row;
	struct str hash;
	if (c->conf->auth_reauth_sessions < 0)
		return true;
	if (!database_call(&row, c, f, "session_began", c->session))
		return false;
	/* A session that has ended ends no other. */
	if (!row.found || database_number(row.values[BEGAN_SECONDS_AGO]) < c->conf->auth_reauth_sessions)
		return true;
	if (json_object_object_get(c->body, "current_password")) {
		c->user_id = row.values[BEGAN_USER_ID];
		return reauth(c, &hash, f);
	}
	fault_set(f, 403, "RGA19", STR("The password is to be proven once more"));
	return fault_hint(f, STR("Send it as current_password, or sign in anew."));
}
