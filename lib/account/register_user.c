/* /rpc/register_user: makes an account.
 * SPDX-License-Identifier: MIT */
#include "account/answer.h"
#include "account/caller.h"
#include "account/calls.h"
#include "account/email.h"
#include "account/limit.h"
#include "account/password.h"
#include "account/password_rules.h"
#include "account/schema.h"
#include "token/tokenjson.h"

/* The role to be: one of auth-self-service-roles, the first when none is named; its name in the database. */
static bool choose_role(struct account_call *c, struct str *role_r, struct fault *f)
{
	const struct conf_list *open = &c->conf->auth_self_service_roles;
	struct str wanted;
	if (!account_text(c, "user_role", false, &wanted, f))
		return false;
	for (size_t i = 0; i < open->count; i++) {
		*role_r = schema_role(c->conf, open->items[i], c->arena);
		if (!wanted.p || str_eq(wanted, open->items[i]) || str_eq(wanted, *role_r))
			return true;
	}
	fault_set(f, 403, "RGA04", STR("This role cannot be chosen"));
	return fault_hint(f, STR("Leave user_role out."));
}

/* The profile as JSON, with name, avatar_url, bio (texts) and data (an object); what else is in it is refused. */
static bool read_profile(struct account_call *c, struct str *profile_r, struct fault *f)
{
	struct json_object *profile = json_object_object_get(c->body, "profile");
	*profile_r = STR_NONE;
	if (!profile)
		return true;
	bool good = json_object_is_type(profile, json_type_object);
	if (good) {
		json_object_object_foreach(profile, name, value)
		{
			bool is_data = str_eq(str_of(name), STR("data"));
			bool known = is_data || str_eq(str_of(name), STR("name")) || str_eq(str_of(name), STR("avatar_url"))
				|| str_eq(str_of(name), STR("bio"));
			good = good && known
				&& (!value || json_object_is_type(value, is_data ? json_type_object : json_type_string));
		}
	}
	if (!good)
		return fault_set(f, 400, "RGA07", STR("\"profile\" takes name, avatar_url, bio and an object data"));
	*profile_r = str_dup(c->arena, str_of(json_object_to_json_string_ext(profile, JSON_C_TO_STRING_PLAIN)));
	return true;
}

/* What the body asks for, checked; the password is not hashed yet. */
static bool read_registration(struct account_call *c, struct registration *r, struct str *password_r, struct fault *f)
{
	*r = (struct registration){ .activation = c->conf->auth_activation };
	if (!account_text(c, "email", true, &r->email, f) || !account_text(c, "password", true, password_r, f)
		|| !choose_role(c, &r->role, f) || !read_profile(c, &r->profile, f))
		return false;
	if (!email_address(&r->email, r->email, c->arena))
		return fault_set(f, 400, "RGA07", STR("This is no e-mail address"));
	return password_allowed(c, *password_r, r->email, f);
}

bool account_register_user(struct account_call *c, struct fault *f)
{
	struct registration r;
	struct registered made;
	struct str password;
	if (!read_registration(c, &r, &password, f)
		|| !limit_take_by_address(c, STR("register from"), c->conf->auth_limit_register, f)
		|| !password_hash(&r.password_hash, password, c->conf, c->arena, f) || !call_register(&made, c, &r, f))
		return false;
	/* With activation a stranger is not told: the owner of the address is. */
	if (made.taken && !r.activation)
		return fault_set(f, 409, "RGA02", STR("Email already exists"));
	struct answer a;
	answer_begin(&a, c);
	jsonw_key(&a.w, STR("success"));
	jsonw_bool(&a.w, true);
	jsonw_key(&a.w, STR("user_id"));
	jsonw_raw(&a.w, made.user_id);
	jsonw_member(&a.w, STR("email"), r.email);
	jsonw_member(&a.w, STR("role"), r.role);
	return answer_end(&a, c);
}
