/* Which URL is which account endpoint, and what every one of them asks first.
 * SPDX-License-Identifier: MIT */
#include "account/endpoints.h"

#include "account/address.h"
#include "account/caller.h"
#include "account/database.h"

/* Members of bodies and answers. */
#define TEXT(name)                                                                                                     \
	{                                                                                                                  \
		name, "string", "text", true                                                                                   \
	}
#define OPTIONAL_TEXT(name)                                                                                            \
	{                                                                                                                  \
		name, "string", "text", false                                                                                  \
	}
#define NUMBER(name)                                                                                                   \
	{                                                                                                                  \
		name, "integer", "integer", true                                                                               \
	}
#define SUCCESS                                                                                                        \
	{                                                                                                                  \
		"success", "boolean", "boolean", true                                                                          \
	}
#define TOKENS                                                                                                         \
	{                                                                                                                  \
		TEXT("token"), { "user", "object", "json", true }, TEXT("token_type"), NUMBER("expires_in"),                   \
			NUMBER("expires_at"), TEXT("refresh_token")                                                                \
	}
#define TOLD                                                                                                           \
	{                                                                                                                  \
		SUCCESS, TEXT("message")                                                                                       \
	}

/* Whoever adds a row has `make endpoints` write it where the web servers send account URLs from. */
static const struct account_endpoint endpoints[] = {
	{
		.shown = { STR_INIT("/rpc/register_user"), .post = true, .summary = STR_INIT("Makes an account"),
			.body = { TEXT("email"), TEXT("password"), OPTIONAL_TEXT("user_role"),
				{ "profile", "object", "json", false } },
			.answer = { SUCCESS, NUMBER("user_id"), TEXT("email"), TEXT("role") }, .status = 200,
			.refusals = { 403, 409, 429 } },
		.run = account_register_user,
	},
	{
		.shown = { STR_INIT("/rpc/login"), .post = true, .summary = STR_INIT("Signs in"),
			.body = { TEXT("email"), TEXT("password") }, .answer = TOKENS, .status = 200,
			.refusals = { 401, 403, 429 } },
		.run = account_login,
	},
	{
		.shown = { STR_INIT("/rpc/refresh_token"), .post = true, .summary = STR_INIT("The next tokens of a session"),
			.body = { TEXT("refresh_token") }, .answer = TOKENS, .status = 200, .refusals = { 401, 429 } },
		.run = account_refresh_token,
	},
	{
		.shown = { STR_INIT("/rpc/current_user"), .get = true, .post = true, .summary = STR_INIT("Who is signed in"),
			.answer = { NUMBER("user_id"), TEXT("email"), TEXT("role") }, .status = 200, .signed_in = true },
		.run = account_current_user,
	},
	{
		.shown = { STR_INIT("/rpc/logout"), .post = true,
			.summary = STR_INIT("Ends this session, the others, or all (global)"),
			.body = { OPTIONAL_TEXT("scope"), OPTIONAL_TEXT("refresh_token"), OPTIONAL_TEXT("current_password") },
			.status = 204, .refusals = { 401, 403, 429 } },
		.any_origin = true,
		.run = account_logout,
	},
	{
		.shown = { STR_INIT("/rpc/change_password"), .post = true,
			.summary = STR_INIT("Sets another password and ends other sessions"),
			.body = { TEXT("current_password"), TEXT("password") }, .status = 204, .signed_in = true,
			.refusals = { 429 } },
		.run = account_change_password,
	},
	{
		.shown = { STR_INIT("/rpc/sessions"), .get = true, .summary = STR_INIT("Where one is signed in"), .status = 200,
			.signed_in = true },
		.run = account_sessions,
	},
	{
		.shown = { STR_INIT("/rpc/revoke_session"), .post = true, .summary = STR_INIT("Ends a session of one's own"),
			.body = { { "id", "string", "uuid", true }, OPTIONAL_TEXT("current_password") }, .status = 204,
			.signed_in = true, .refusals = { 403, 404, 429 } },
		.run = account_revoke_session,
	},
	{
		.shown = { STR_INIT("/rpc/end_sessions"), .post = true,
			.summary = STR_INIT("For admins: ends the sessions of an account"),
			.body = { NUMBER("user_id"), OPTIONAL_TEXT("current_password") }, .answer = { NUMBER("ended") },
			.status = 200, .signed_in = true, .refusals = { 403, 404, 429 } },
		.run = account_end_sessions,
	},
	{
		.shown = { STR_INIT("/rpc/delete_account"), .post = true, .summary = STR_INIT("Deletes one's account"),
			.body = { TEXT("current_password") }, .status = 204, .signed_in = true, .refusals = { 403, 429 } },
		.run = account_delete_account,
	},
	{
		.shown = { STR_INIT("/rpc/request_password_reset"), .post = true,
			.summary = STR_INIT("Mails a link for a new password"), .body = { TEXT("email") }, .answer = TOLD,
			.status = 200, .refusals = { 429 } },
		.run = account_request_password_reset,
	},
	{
		.shown = { STR_INIT("/rpc/reset_password"), .post = true,
			.summary = STR_INIT("Sets one by that link and ends all sessions"),
			.body = { TEXT("token"), TEXT("password") }, .status = 204, .refusals = { 401, 429 } },
		.run = account_reset_password,
	},
	{
		.shown = { STR_INIT("/rpc/activate_account"), .post = true, .summary = STR_INIT("Proves an account's address"),
			.body = { TEXT("token") }, .status = 204, .refusals = { 401, 429 } },
		.run = account_activate,
	},
	{
		.shown = { STR_INIT("/rpc/resend_activation"), .post = true,
			.summary = STR_INIT("Mails the link for that again"), .body = { TEXT("email") }, .answer = TOLD,
			.status = 200, .refusals = { 429 } },
		.run = account_resend_activation,
	},
	{
		.shown = { STR_INIT("/rpc/change_email"), .post = true,
			.summary = STR_INIT("Mails a link to another address of one's own"),
			.body = { TEXT("current_password"), TEXT("email") }, .status = 204, .signed_in = true,
			.refusals = { 429 } },
		.run = account_change_email,
	},
	{
		.shown = { STR_INIT("/rpc/confirm_email"), .post = true,
			.summary = STR_INIT("Makes that the account's address"), .body = { TEXT("token") }, .status = 204,
			.refusals = { 401, 429 } },
		.run = account_confirm_email,
	},
	{
		.shown = { STR_INIT("/rpc/undo_change"), .post = true,
			.summary = STR_INIT("Undoes a change by the link of its notice"), .body = { TEXT("token") }, .status = 204,
			.refusals = { 401, 429 } },
		.run = account_undo_change,
	},
	{
		.shown = { STR_INIT("/account/activate"), .get = true, .post = true, .status = 200 },
		.any_origin = true,
		.run = account_activate_page,
	},
	{
		.shown = { STR_INIT("/account/reset"), .get = true, .post = true, .status = 200 },
		.any_origin = true,
		.run = account_reset_page,
	},
	{
		.shown = { STR_INIT("/account/confirm"), .get = true, .post = true, .status = 200 },
		.any_origin = true,
		.run = account_confirm_page,
	},
	{
		.shown = { STR_INIT("/account/undo"), .get = true, .post = true, .status = 200 },
		.any_origin = true,
		.run = account_undo_page,
	},
	{
		.shown = { STR_INIT("/.well-known/jwks.json"), .get = true, .status = 200 },
		.may_cache = true,
		.run = account_jwks,
	},
};

const struct account_endpoint *account_find(struct str path, struct arena *a)
{
	struct fault ignored = { 0 };
	struct str name;
	if (!http_decode(&name, path, false, a, &ignored))
		return NULL;
	for (size_t i = 0; i < COUNT_OF(endpoints); i++)
		if (str_eq(name, endpoints[i].shown.path))
			return &endpoints[i];
	return NULL;
}

bool account_may_hold_token(struct str path, struct arena *a)
{
	struct fault ignored = { 0 };
	struct str name;
	if (!http_decode(&name, path, false, a, &ignored))
		name = path;
	name = str_lower(a, name);
	return str_find(name, STR("account/")) < name.n;
}

const struct endpoint *account_shown(size_t i)
{
	return i < COUNT_OF(endpoints) ? &endpoints[i].shown : NULL;
}

struct str account_methods(const struct account_endpoint *e)
{
	bool get = e->shown.get, post = e->shown.post;
	return get && post ? STR("OPTIONS,GET,HEAD,POST") : get ? STR("OPTIONS,GET,HEAD") : STR("OPTIONS,POST");
}

static bool check_method(const struct account_call *c, const struct account_endpoint *e, struct fault *f)
{
	enum http_method method = c->request->method;
	if ((e->shown.get && (method == HTTP_GET || method == HTTP_HEAD)) || (e->shown.post && method == HTTP_POST))
		return true;
	struct fault_header *allow = arena_make(c->arena, struct fault_header);
	*allow = (struct fault_header){ STR("Allow"), account_methods(e), NULL };
	fault_set(f, 405, "RGA09", STR("This address does not know the method"));
	f->headers = allow;
	return false;
}

/* The caller, whose session must not have ended. */
static bool check_session(struct account_call *c, struct fault *f)
{
	struct database_row row;
	if (!c->session.p)
		return account_unauthorized(c, f, "RGA08", STR("This needs a token of an account"));
	return database_call(&row, c, f, "check_session", c->session, database_int(c, c->issued_at));
}

/* What anybody may have is not counted. */
static bool check_address(struct account_call *c, const struct account_endpoint *e, struct fault *f)
{
	return e->may_cache || address_of(&c->ip, c->conf, c->request, f);
}

bool account_run(struct account_call *c, const struct account_endpoint *e, struct fault *f)
{
	return check_method(c, e, f) && check_address(c, e, f) && account_read(c, f)
		&& (e->shown.signed_in ? account_identify(c, f) && check_session(c, f)
							   : e->any_origin || auth_check_origin(c->auth, c->request, f))
		&& e->run(c, f);
}
