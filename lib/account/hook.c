/* auth-claims-hook: asks the host's function, and believes it nothing that is ours to say.
 * SPDX-License-Identifier: MIT */
#include "account/hook.h"

#include "account/calls.h"
#include "account/database.h"
#include "account/unavailable.h"
#include "base/log.h"
#include "token/tokenjson.h"

static bool refuse_claims(const char *why, struct fault *f)
{
	log_error("accounts: auth-claims-hook gave %s", why);
	return account_unavailable(f, 1);
}

static bool check_claims(const struct account_call *c, struct str claims, struct fault *f)
{
	if (claims.n > HOOK_CLAIMS_MAX)
		return refuse_claims("more than 4096 bytes", f);
	struct json_object *object = tokenjson_parse(claims, c->arena);
	if (!object)
		return refuse_claims("something that is no JSON object", f);
	json_object_object_foreach(object, name, value)
	{
		(void)value;
		if (auth_reserves(c->auth, str_of(name)))
			return refuse_claims("a claim that is not its own to give", f);
	}
	return true;
}

static bool ask(struct str *claims_r, struct account_call *c, struct str user_id, struct fault *f)
{
	struct str name = c->conf->auth_claims_hook, schema = str_cut(&name, '.');
	struct database_row row;
	if (!database_routine(&row, c, f, schema, name, &user_id, 1))
		return false;
	*claims_r = row.values[0];
	return !claims_r->p || check_claims(c, *claims_r, f);
}

bool hook_claims(struct str *claims_r, struct account_call *c, struct str user_id, struct str action, struct fault *f)
{
	struct fault ignored = { 0 };
	*claims_r = STR_NONE;
	if (!c->conf->auth_claims_hook.n || ask(claims_r, c, user_id, f))
		return true;
	if (!call_log_failure(c, action, user_id, STR_NONE, STR("{\"claims_hook\": true}"), &ignored))
		log_warn("a failed claims hook is not in the activity log: %.*s", STR_ARG(ignored.message));
	return false;
}
