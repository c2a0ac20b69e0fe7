/* /rpc/change_password: another password for who proves the present one.
 * SPDX-License-Identifier: MIT */
#include "account/answer.h"
#include "account/caller.h"
#include "account/database.h"
#include "account/password.h"
#include "account/reauth.h"

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
