/* The account endpoints in the OpenAPI document: they are no functions of the schema that is shown.
 * SPDX-License-Identifier: MIT */
#include "openapi_doc.h"

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

static void put_responses(struct openapi *o, const struct endpoint *e)
{
	bool empty = e->status == 204;
	jsonw_key(&o->w, STR("responses"));
	jsonw_open(&o->w, '{');
	jsonw_key(&o->w, empty ? STR("204") : STR("200"));
	jsonw_open(&o->w, '{');
	jsonw_member(&o->w, STR("description"), empty ? STR("No Content") : STR("OK"));
	if (e->answer[0].name) {
		jsonw_key(&o->w, STR("schema"));
		put_members(o, e->answer);
	}
	jsonw_close(&o->w, '}');
	jsonw_close(&o->w, '}');
}

static void put_operation(struct openapi *o, const struct endpoint *e, struct str method)
{
	jsonw_key(&o->w, method);
	jsonw_open(&o->w, '{');
	jsonw_key(&o->w, STR("tags"));
	jsonw_raw(&o->w, STR("[\"Accounts\"]"));
	jsonw_member(&o->w, STR("summary"), e->summary);
	if (e->body[0].name) {
		put_parameters(o, e);
		jsonw_key(&o->w, STR("consumes"));
		jsonw_raw(&o->w, STR("[\"application/json\",\"application/x-www-form-urlencoded\"]"));
	}
	jsonw_key(&o->w, STR("produces"));
	jsonw_raw(&o->w, STR("[\"application/json\"]"));
	put_responses(o, e);
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
