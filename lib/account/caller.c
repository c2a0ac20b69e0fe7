/* What came with the request: body, program, token.
 * SPDX-License-Identifier: MIT */
#include "account/caller.h"

#include "base/jsonc.h"
#include "base/utf8.h"
#include "token/tokenjson.h"

enum { USER_AGENT_MAX = 500 };

bool account_unauthorized(struct account_call *c, struct fault *f, const char *code, struct str message)
{
	*f = (struct fault){ 0 };
	fault_set(f, 401, code, message);
	f->www_authenticate = str_printf(c->arena, "Bearer error=\"invalid_token\", error_description=\"%.*s\"",
		STR_ARG(message));
	return false;
}

/* Of two that read one body, one may take the first of a name and the other the last. */
static bool refuse_twice(struct fault *f)
{
	return fault_set(f, 400, "RGA07", STR("A member is there twice"));
}

/* A form's fields as an object of texts. */
static bool read_form(struct account_call *c, struct fault *f)
{
	struct http_pair *pairs;
	size_t count;
	if (!http_form(&pairs, &count, c->request->body, c->arena, f))
		return fault_set(f, 400, "RGA07", STR("The form cannot be read"));
	c->body = jsonc_keep(json_object_new_object(), c->arena);
	for (size_t i = 0; i < count; i++) {
		struct str value = pairs[i].value.p ? pairs[i].value : STR("");
		if (json_object_object_get_ex(c->body, pairs[i].name.p, NULL))
			return refuse_twice(f);
		json_object_object_add(c->body, pairs[i].name.p, json_object_new_string_len(value.p, (int)value.n));
	}
	return true;
}

/* application/json and the types built on it, whatever parameters follow. */
static bool is_json(struct str type)
{
	struct str rest = type, bare = str_trim(str_cut(&rest, ';'));
	return str_eq_nocase(bare, STR("application/json"))
		|| (bare.n > 5 && str_eq_nocase(str_from(bare, bare.n - 5), STR("+json")));
}

/* A character that no text of PostgreSQL's holds. Of JSON only a string has a backslash. */
static bool escapes_nul(struct str json)
{
	for (size_t i = str_index(json, '\\'); i < json.n; i += 2 + str_index(str_from(json, i + 2), '\\'))
		if (str_starts(str_from(json, i), STR("\\u0000")))
			return true;
	return false;
}

static bool read_body(struct account_call *c, struct fault *f)
{
	struct str type = request_field(c->request, STR("content-type")), body = c->request->body;
	if (body.n > ACCOUNT_BODY_MAX)
		return fault_set(f, 413, "RGA07", STR("The body is longer than any account needs"));
	if (str_starts_nocase(type, STR("application/x-www-form-urlencoded")))
		return read_form(c, f);
	if (c->request->method == HTTP_GET || c->request->method == HTTP_HEAD || !str_trim(body).n)
		body = STR("{}");
	else if (type.n && !is_json(type))
		return fault_set(f, 415, "RGA07", STR("The body must be JSON or a form"));
	c->body = tokenjson_parse(body, c->arena);
	if (!c->body)
		return fault_set(f, 400, "RGA07", STR("The body is not a JSON object"));
	if (escapes_nul(body))
		return fault_set(f, 400, "RGA07", STR("A text has a NUL character in it"));
	return tokenjson_count(body) == (size_t)json_object_object_length(c->body) || refuse_twice(f);
}

/* The beginning of a field as a text: what is no UTF-8 is still told apart by the rest. */
static struct str printable(struct str field, struct arena *a)
{
	struct str shown = utf8_cut(field, USER_AGENT_MAX);
	if (str_is_text(shown))
		return shown;
	char *copy = arena_bytes(a, shown.n);
	for (size_t i = 0; i < shown.n; i++)
		copy[i] = shown.p[i] > ' ' && shown.p[i] < 0x7f ? shown.p[i] : shown.p[i] == ' ' ? ' ' : '?';
	return (struct str){ copy, shown.n };
}

bool account_read(struct account_call *c, struct fault *f)
{
	struct str agent = request_field(c->request, STR("user-agent"));
	c->user_agent = agent.p ? printable(agent, c->arena) : STR_NONE;
	return read_body(c, f);
}

typedef bool identify_fn(struct auth_identity *out_r, const struct auth *auth, const struct request *r, int64_t now,
	struct arena *a, struct fault *f);

static bool identify_by(struct account_call *c, identify_fn *identify, struct fault *f)
{
	struct auth_identity who;
	if (!auth_is_presented(c->auth, c->request))
		return true;
	if (!identify(&who, c->auth, c->request, c->now, c->arena, f))
		return false;
	struct str user = tokenjson_raw(who.claims, STR("user_id"), c->arena);
	int64_t number;
	if (!who.session.p || !str_to_i64(user, &number))
		return true;
	c->user_id = user;
	c->session = who.session;
	c->issued_at = who.issued_at;
	c->email = tokenjson_unquote(tokenjson_raw(who.claims, STR("email"), c->arena), c->arena);
	c->role = who.role;
	return true;
}

bool account_identify(struct account_call *c, struct fault *f)
{
	return identify_by(c, auth_identify, f);
}

bool account_identify_expired(struct account_call *c, struct fault *f)
{
	return identify_by(c, auth_identify_expired, f);
}

bool account_text(struct account_call *c, const char *name, bool wanted, struct str *out_r, struct fault *f)
{
	struct json_object *value = json_object_object_get(c->body, name);
	*out_r = jsonc_text(value);
	bool good = value ? out_r->p && str_is_text(*out_r) : !wanted;
	if (good)
		return true;
	fault_printf(f, c->arena, 400, "RGA07", "\"%s\" is missing or not a text", name);
	return false;
}
