/* The account endpoints in the OpenAPI document: they are no functions of the schema that is shown.
 * SPDX-License-Identifier: MIT */
#include "http/status.h"
#include "openapi_doc.h"

/* All that an account operation is refused with, and what is said then: a `problem` (lib/reply/problem.c). */
static const int refusals[] = { 400, 401, 403, 404, 409, 413, 415, 429 };
static const struct endpoint_member problem[] = {
	{ "code", "string", "text", true },
	{ "message", "string", "text", true },
	{ "error", "string", "text", false },
	{ "details", "string", "text", false },
	{ "hint", "string", "text", false },
	{ NULL, NULL, NULL, false },
};

/* Swagger wants this list to be absent rather than empty. */
static void put_wanted(struct openapi *o, const struct endpoint_member *members)
{
	if (!members->wanted)
		return;
	jsonw_key(&o->w, STR("required"));
	jsonw_open(&o->w, '[');
	for (const struct endpoint_member *m = members; m->name; m++)
		if (m->wanted)
			jsonw_text(&o->w, str_of(m->name));
	jsonw_close(&o->w, ']');
}

/* A schema object of these members. */
static void put_members(struct openapi *o, const struct endpoint_member *members)
{
	jsonw_open(&o->w, '{');
	jsonw_member(&o->w, STR("type"), STR("object"));
	put_wanted(o, members);
	jsonw_key(&o->w, STR("properties"));
	jsonw_open(&o->w, '{');
	for (const struct endpoint_member *m = members; m->name; m++) {
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
static void put_parameters(struct openapi *o, const struct endpoint *e)
{
	jsonw_key(&o->w, STR("parameters"));
	jsonw_open(&o->w, '[');
	jsonw_open(&o->w, '{');
	jsonw_member(&o->w, STR("name"), STR("args"));
	jsonw_key(&o->w, STR("required"));
	jsonw_bool(&o->w, e->body[0].wanted);
	jsonw_member(&o->w, STR("in"), STR("body"));
	jsonw_key(&o->w, STR("schema"));
	put_members(o, e->body);
	jsonw_close(&o->w, '}');
	jsonw_close(&o->w, ']');
}

/* Whether a request to it may be refused with that status. */
static bool may_refuse(const struct openapi *o, const struct endpoint *e, int status)
{
	bool of_body = status == 400 || status == 413 || status == 415;
	bool of_caller = (status == 401 && e->signed_in) || (status == 403 && o->plan->conf->auth_cookie);
	bool own = false;
	for (const int *refusal = e->refusals; *refusal && !own; refusal++)
		own = *refusal == status;
	return own || of_caller || (of_body && e->body[0].name);
}

/* By reference to openapi_put_account_responses(). */
static void put_refusals(struct openapi *o, const struct endpoint *e)
{
	for (size_t i = 0; i < COUNT_OF(refusals); i++) {
		struct str status = str_printf(o->scratch, "%d", refusals[i]);
		if (!may_refuse(o, e, refusals[i]))
			continue;
		jsonw_key(&o->w, status);
		jsonw_open(&o->w, '{');
		jsonw_member(&o->w, STR("$ref"), str_printf(o->scratch, "#/responses/%.*s", STR_ARG(status)));
		jsonw_close(&o->w, '}');
	}
}

static void put_responses(struct openapi *o, const struct endpoint *e)
{
	jsonw_key(&o->w, STR("responses"));
	jsonw_open(&o->w, '{');
	jsonw_key(&o->w, str_printf(o->scratch, "%d", e->status));
	jsonw_open(&o->w, '{');
	jsonw_member(&o->w, STR("description"), http_reason(e->status));
	if (e->answer[0].name) {
		jsonw_key(&o->w, STR("schema"));
		put_members(o, e->answer);
	}
	jsonw_close(&o->w, '}');
	put_refusals(o, e);
	jsonw_close(&o->w, '}');
}

/* Who must have a token, and who needs none, whatever is said of the document as a whole. */
static void put_security(struct openapi *o, const struct endpoint *e)
{
	jsonw_key(&o->w, STR("security"));
	jsonw_raw(&o->w, e->signed_in ? STR("[{\"JWT\":[]}]") : STR("[]"));
}

/* What generators of clients call it: the name of the function, which for the second method must be another. */
static struct str operation_id(struct openapi *o, const struct endpoint *e, struct str method)
{
	struct str name = str_from(e->path, str_rindex(e->path, '/') + 1);
	bool second = e->post && str_eq(method, STR("get"));
	return second ? str_printf(o->scratch, "get_%.*s", STR_ARG(name)) : name;
}

static void put_operation(struct openapi *o, const struct endpoint *e, struct str method)
{
	jsonw_key(&o->w, method);
	jsonw_open(&o->w, '{');
	jsonw_key(&o->w, STR("tags"));
	jsonw_raw(&o->w, STR("[\"Accounts\"]"));
	jsonw_member(&o->w, STR("summary"), e->summary);
	jsonw_member(&o->w, STR("operationId"), operation_id(o, e, method));
	if (e->body[0].name) {
		put_parameters(o, e);
		jsonw_key(&o->w, STR("consumes"));
		jsonw_raw(&o->w, STR("[\"application/json\",\"application/x-www-form-urlencoded\"]"));
	}
	jsonw_key(&o->w, STR("produces"));
	jsonw_raw(&o->w, STR("[\"application/json\"]"));
	put_responses(o, e);
	put_security(o, e);
	jsonw_close(&o->w, '}');
}

/* The next that the document shows, from *i on, which is then behind it; NULL: there is none. */
static const struct endpoint *next_shown(const struct openapi *o, size_t *i)
{
	const struct endpoint *e = NULL;
	while (o->accounts && (e = o->accounts((*i)++)) && !e->summary.p)
		continue;
	return e;
}

void openapi_put_account_paths(struct openapi *o)
{
	const struct endpoint *e;
	for (size_t i = 0; (e = next_shown(o, &i));) {
		jsonw_key(&o->w, e->path);
		jsonw_open(&o->w, '{');
		if (e->get)
			put_operation(o, e, STR("get"));
		if (e->post)
			put_operation(o, e, STR("post"));
		jsonw_close(&o->w, '}');
	}
	openapi_flush(o);
}

bool openapi_is_account(const struct openapi *o, struct str routine)
{
	const struct endpoint *e;
	for (size_t i = 0; (e = next_shown(o, &i));)
		if (str_eq(str_from(e->path, sizeof "/rpc/" - 1), routine))
			return true;
	return false;
}

void openapi_put_account_responses(struct openapi *o)
{
	if (!o->accounts)
		return;
	jsonw_key(&o->w, STR("responses"));
	jsonw_open(&o->w, '{');
	for (size_t i = 0; i < COUNT_OF(refusals); i++) {
		jsonw_key(&o->w, str_printf(o->scratch, "%d", refusals[i]));
		jsonw_open(&o->w, '{');
		jsonw_member(&o->w, STR("description"), http_reason(refusals[i]));
		jsonw_key(&o->w, STR("schema"));
		put_members(o, problem);
		jsonw_close(&o->w, '}');
	}
	jsonw_close(&o->w, '}');
	openapi_flush(o);
}
