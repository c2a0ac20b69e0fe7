/* Cross-origin resource sharing (Fetch standard, "CORS protocol").
 * SPDX-License-Identifier: MIT */
#include "cors.h"

#include "base/arena.h"

#define CORS_FIELDS_MAX 65536

static bool cors_origin_allowed(const struct conf *c, struct str origin)
{
	const struct conf_list *allowed = &c->server_cors_allowed_origins;
	if (!origin.p)
		return false;
	for (size_t i = 0; i < allowed->count; i++)
		if (str_eq(allowed->items[i], origin))
			return true;
	return allowed->count == 0;
}

/* With a list of origins the one that asked is named and may send credentials; without one anybody may ask. */
static void cors_allow_origin(struct reply *reply, const struct conf *c, struct str origin)
{
	if (c->server_cors_allowed_origins.count == 0) {
		reply_field(reply, STR("Access-Control-Allow-Origin"), STR("*"));
		return;
	}
	reply_field(reply, STR("Access-Control-Allow-Origin"), origin);
	reply_field(reply, STR("Access-Control-Allow-Credentials"), STR("true"));
}

/* What was asked for, and of the fields anybody may send those that were not. */
static struct str cors_allow_headers(struct str requested, struct arena *a)
{
	static const struct str simple[] = {
		STR_INIT("Accept"),
		STR_INIT("Accept-Language"),
		STR_INIT("Content-Language"),
	};
	enum { SIMPLE = COUNT_OF(simple) };
	bool asked[SIMPLE] = { false };
	struct buf b = buf_new(a, requested.n * 2 + 128);
	buf_lit(&b, "Authorization");
	while (requested.p) {
		struct str name = str_trim(str_cut(&requested, ','));
		if (!name.n)
			continue;
		for (size_t i = 0; i < SIMPLE; i++)
			asked[i] = asked[i] || str_eq_nocase(name, simple[i]);
		buf_lit(&b, ", ");
		buf_put(&b, name);
	}
	for (size_t i = 0; i < SIMPLE; i++)
		if (!asked[i]) {
			buf_lit(&b, ", ");
			buf_put(&b, simple[i]);
		}
	return buf_str(&b);
}

bool cors_preflight(struct reply *out_r, const struct request *r, const struct conf *c, struct arena *a)
{
	struct str origin = request_field(r, STR("origin"));
	struct str method = request_field(r, STR("access-control-request-method"));
	if (r->method != HTTP_OPTIONS || !cors_origin_allowed(c, origin) || !method.p)
		return false;
	if (http_method_from(method) == HTTP_OTHER)
		return false;
	*out_r = (struct reply){ .status = 200,
		.fields = buf_new(a, CORS_FIELDS_MAX),
		.body = spool_new(a, 1, STR_NONE, 0) };
	cors_allow_origin(out_r, c, origin);
	reply_field(out_r, STR("Access-Control-Allow-Methods"), STR("GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD"));
	struct str requested = request_field(r, STR("access-control-request-headers"));
	if (requested.p)
		reply_field(out_r, STR("Access-Control-Allow-Headers"), cors_allow_headers(requested, a));
	reply_field(out_r, STR("Access-Control-Max-Age"), STR("86400"));
	return true;
}

void cors_answer(struct reply *reply, const struct request *r, const struct conf *c)
{
	struct str origin = request_field(r, STR("origin"));
	/* OPTIONS that is no preflight says by itself that anybody may ask. */
	if (r->method == HTTP_OPTIONS || !cors_origin_allowed(c, origin))
		return;
	if (!reply_has_field(reply, STR("Access-Control-Allow-Origin")))
		cors_allow_origin(reply, c, origin);
	reply_field(reply, STR("Access-Control-Expose-Headers"),
		STR("Content-Encoding, Content-Location, Content-Range, "
			"Content-Type, Date, Location, Server, Transfer-Encoding, Range-Unit"));
}
