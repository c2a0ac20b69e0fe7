/* The account endpoints in the OpenAPI document: they are no functions of the schema that is shown.
 * SPDX-License-Identifier: MIT */
#include "openapi_doc.h"

/* A member of a body or an answer; those that are wanted come first, and a list ends at the first without a name. */
struct member {
	const char *name, *type, *format;
	bool wanted;
};

/* What is sent and what comes back. */
struct operation {
	struct str path, method, summary;
	struct member body[5], answer[7];
	const char *status;
};

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
#define TOKENS                                                                                                         \
	{                                                                                                                  \
		TEXT("token"), { "user", "object", "json", true }, TEXT("token_type"), NUMBER("expires_in"),                   \
			NUMBER("expires_at"), TEXT("refresh_token")                                                                \
	}
#define TOLD                                                                                                           \
	{                                                                                                                  \
		{ "success", "boolean", "boolean", true }, TEXT("message")                                                     \
	}
#define WHO                                                                                                            \
	{                                                                                                                  \
		NUMBER("user_id"), TEXT("email"), TEXT("role")                                                                 \
	}

/* Those of one path are neighbours. */
static const struct operation operations[] = {
	{ STR_INIT("/rpc/register_user"), STR_INIT("post"), STR_INIT("Makes an account"),
		{ TEXT("email"), TEXT("password"), OPTIONAL_TEXT("user_role"), { "profile", "object", "json", false } },
		{ { "success", "boolean", "boolean", true }, NUMBER("user_id"), TEXT("email"), TEXT("role") }, "200" },
	{ STR_INIT("/rpc/login"), STR_INIT("post"), STR_INIT("Signs in"), { TEXT("email"), TEXT("password") }, TOKENS,
		"200" },
	{ STR_INIT("/rpc/refresh_token"), STR_INIT("post"), STR_INIT("The next tokens of a session"),
		{ TEXT("refresh_token") }, TOKENS, "200" },
	{ STR_INIT("/rpc/current_user"), STR_INIT("get"), STR_INIT("Who is signed in"), { { 0 } }, WHO, "200" },
	{ STR_INIT("/rpc/current_user"), STR_INIT("post"), STR_INIT("Who is signed in"), { { 0 } }, WHO, "200" },
	{ STR_INIT("/rpc/logout"), STR_INIT("post"), STR_INIT("Ends this session, the others, or all (global)"),
		{ OPTIONAL_TEXT("scope") }, { { 0 } }, "204" },
	{ STR_INIT("/rpc/change_password"), STR_INIT("post"), STR_INIT("Sets another password and ends other sessions"),
		{ TEXT("current_password"), TEXT("password") }, { { 0 } }, "204" },
	{ STR_INIT("/rpc/sessions"), STR_INIT("get"), STR_INIT("Where one is signed in"), { { 0 } }, { { 0 } }, "200" },
	{ STR_INIT("/rpc/revoke_session"), STR_INIT("post"), STR_INIT("Ends a session of one's own"),
		{ { "id", "string", "uuid", true } }, { { 0 } }, "204" },
	{ STR_INIT("/rpc/delete_account"), STR_INIT("post"), STR_INIT("Deletes one's account"),
		{ TEXT("current_password") }, { { 0 } }, "204" },
	{ STR_INIT("/rpc/request_password_reset"), STR_INIT("post"), STR_INIT("Mails a link for a new password"),
		{ TEXT("email") }, TOLD, "200" },
	{ STR_INIT("/rpc/reset_password"), STR_INIT("post"), STR_INIT("Sets one by that link and ends all sessions"),
		{ TEXT("token"), TEXT("password") }, { { 0 } }, "204" },
	{ STR_INIT("/rpc/activate_account"), STR_INIT("post"), STR_INIT("Proves an account's address"), { TEXT("token") },
		{ { 0 } }, "204" },
	{ STR_INIT("/rpc/resend_activation"), STR_INIT("post"), STR_INIT("Mails the link for that again"),
		{ TEXT("email") }, TOLD, "200" },
	{ STR_INIT("/rpc/change_email"), STR_INIT("post"), STR_INIT("Mails a link to another address of one's own"),
		{ TEXT("current_password"), TEXT("email") }, { { 0 } }, "204" },
	{ STR_INIT("/rpc/confirm_email"), STR_INIT("post"), STR_INIT("Makes that the account's address"), { TEXT("token") },
		{ { 0 } }, "204" },
};

enum { OPERATIONS = COUNT_OF(operations) };

/* Swagger wants this list to be absent rather than empty. */
static void put_wanted(struct openapi *o, const struct member *members)
{
	if (!members->wanted)
		return;
	jsonw_key(&o->w, STR("required"));
	jsonw_open(&o->w, '[');
	for (const struct member *m = members; m->name; m++)
		if (m->wanted)
			jsonw_text(&o->w, str_of(m->name));
	jsonw_close(&o->w, ']');
}

/* A schema object of these members. */
static void put_members(struct openapi *o, const struct member *members)
{
	jsonw_open(&o->w, '{');
	jsonw_member(&o->w, STR("type"), STR("object"));
	put_wanted(o, members);
	jsonw_key(&o->w, STR("properties"));
	jsonw_open(&o->w, '{');
	for (const struct member *m = members; m->name; m++) {
		jsonw_key(&o->w, str_of(m->name));
		jsonw_open(&o->w, '{');
		jsonw_member(&o->w, STR("format"), str_of(m->format));
		jsonw_member(&o->w, STR("type"), str_of(m->type));
		jsonw_close(&o->w, '}');
	}
	jsonw_close(&o->w, '}');
	jsonw_close(&o->w, '}');
}

/* A body may be left out when nothing in it is wanted. */
static void put_parameters(struct openapi *o, const struct operation *op)
{
	jsonw_key(&o->w, STR("parameters"));
	jsonw_open(&o->w, '[');
	jsonw_open(&o->w, '{');
	jsonw_member(&o->w, STR("name"), STR("args"));
	jsonw_key(&o->w, STR("required"));
	jsonw_bool(&o->w, op->body[0].wanted);
	jsonw_member(&o->w, STR("in"), STR("body"));
	jsonw_key(&o->w, STR("schema"));
	put_members(o, op->body);
	jsonw_close(&o->w, '}');
	jsonw_close(&o->w, ']');
}

static void put_responses(struct openapi *o, const struct operation *op)
{
	bool empty = op->status[2] == '4';
	jsonw_key(&o->w, STR("responses"));
	jsonw_open(&o->w, '{');
	jsonw_key(&o->w, str_of(op->status));
	jsonw_open(&o->w, '{');
	jsonw_member(&o->w, STR("description"), empty ? STR("No Content") : STR("OK"));
	if (op->answer[0].name) {
		jsonw_key(&o->w, STR("schema"));
		put_members(o, op->answer);
	}
	jsonw_close(&o->w, '}');
	jsonw_close(&o->w, '}');
}

static void put_operation(struct openapi *o, const struct operation *op)
{
	jsonw_key(&o->w, op->method);
	jsonw_open(&o->w, '{');
	jsonw_key(&o->w, STR("tags"));
	jsonw_raw(&o->w, STR("[\"Accounts\"]"));
	jsonw_member(&o->w, STR("summary"), op->summary);
	if (op->body[0].name) {
		put_parameters(o, op);
		jsonw_key(&o->w, STR("consumes"));
		jsonw_raw(&o->w, STR("[\"application/json\",\"application/x-www-form-urlencoded\"]"));
	}
	jsonw_key(&o->w, STR("produces"));
	jsonw_raw(&o->w, STR("[\"application/json\"]"));
	put_responses(o, op);
	jsonw_close(&o->w, '}');
}

void openapi_put_account_paths(struct openapi *o)
{
	if (!o->plan->conf->auth_enabled)
		return;
	for (size_t i = 0; i < OPERATIONS; i++) {
		bool first = i == 0 || !str_eq(operations[i].path, operations[i - 1].path);
		bool last = i + 1 == OPERATIONS || !str_eq(operations[i].path, operations[i + 1].path);
		if (first) {
			jsonw_key(&o->w, operations[i].path);
			jsonw_open(&o->w, '{');
		}
		put_operation(o, &operations[i]);
		if (last)
			jsonw_close(&o->w, '}');
	}
	openapi_flush(o);
}

bool openapi_is_account(const struct openapi *o, struct str routine)
{
	for (size_t i = 0; o->plan->conf->auth_enabled && i < OPERATIONS; i++)
		if (str_eq(str_from(operations[i].path, sizeof "/rpc/" - 1), routine))
			return true;
	return false;
}
