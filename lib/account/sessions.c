/* /rpc/sessions and /rpc/revoke_session: where the caller is signed in.
 * SPDX-License-Identifier: MIT */
#include "account/answer.h"
#include "account/caller.h"
#include "account/calls.h"
#include "account/database.h"
#include "account/reauth.h"

bool account_sessions(struct account_call *c, struct fault *f)
{
	struct database_row row;
	if (!database_call(&row, c, f, "sessions_of", c->user_id, c->session))
		return false;
	c->status = 200;
	c->answer = row.values[0];
	return true;
}

bool account_revoke_session(struct account_call *c, struct fault *f)
{
	struct str id;
	bool done;
	if (!account_text(c, "id", true, &id, f))
		return false;
	if (!signer_is_uuid(id))
		return fault_set(f, 400, "RGA07", STR("\"id\" is no session's id"));
	if (!str_eq(id, c->session) && !reauth_for_sessions(c, f))
		return false;
	if (!call_revoke_session(&done, c, id, f))
		return false;
	if (!done)
		return fault_set(f, 404, "RGA11", STR("There is no such session"));
	return answer_nothing(c);
}
