/* /rpc/end_sessions: an admin ends all sessions of an account.
 * SPDX-License-Identifier: MIT */
#include "account/answer.h"
#include "account/caller.h"
#include "account/database.h"
#include "account/reauth.h"
#include "base/jsonc.h"
#include "token/tokenjson.h"

/* Columns of end_sessions_of(). */
enum { ENDED_ALLOWED, ENDED_COUNT };

static bool refuse_account(struct fault *f)
{
	return fault_set(f, 404, "RGA11", STR("There is no such account"));
}

/* A number, which a form gives as a text. */
static bool read_user_id(struct account_call *c, struct str *id_r, struct fault *f)
{
	struct json_object *value = json_object_object_get(c->body, "user_id");
	struct str text = jsonc_text(value);
	int64_t number = 0;
	bool good = json_object_is_type(value, json_type_int) || (text.p && str_to_i64(text, &number));
	if (!good)
		return fault_set(f, 400, "RGA07", STR("\"user_id\" is the number of an account"));
	number = text.p ? number : json_object_get_int64(value);
	if (number < 1 || number > INT32_MAX)
		return refuse_account(f);
	*id_r = database_int(c, number);
	return true;
}

bool account_end_sessions(struct account_call *c, struct fault *f)
{
	struct database_row row;
	struct str id;
	if (!read_user_id(c, &id, f) || !reauth_for_sessions(c, f)
		|| !database_call(&row, c, f, "end_sessions_of", c->user_id, c->session, id, c->ip, c->user_agent))
		return false;
	if (!database_true(row.values[ENDED_ALLOWED]))
		return fault_set(f, 403, "RGA04", STR("Only an admin ends the sessions of an account"));
	if (!row.values[ENDED_COUNT].p)
		return refuse_account(f);
	struct answer a;
	answer_begin(&a, c);
	jsonw_key(&a.w, STR("ended"));
	jsonw_raw(&a.w, row.values[ENDED_COUNT]);
	return answer_end(&a, c);
}
