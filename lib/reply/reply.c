/* Header fields: the one place where text becomes a line of a response.
 * SPDX-License-Identifier: MIT */
#include "reply/reply.h"

#include "base/ascii.h"

enum { FIELDS_MAX = 256 * 1024 };

struct reply reply_new(int status, struct arena *a)
{
	return (struct reply){
		.status = status,
		.fields = buf_new(a, FIELDS_MAX),
		.body = spool_of(a, STR("")),
	};
}

/* tchar of RFC 9110 section 5.6.2. */
static bool is_token_byte(unsigned char c)
{
	return ascii_is_alnum(c) || str_has(STR("!#$%&'*+-.^_`|~"), (char)c);
}

static bool is_token(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!is_token_byte((unsigned char)s.p[i]))
			return false;
	}
	return s.n > 0;
}

static bool has_control(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return true;
	}
	return false;
}

bool reply_field(struct reply *r, struct str name, struct str value)
{
	if (!is_token(name) || has_control(value))
		return false;
	char *room = buf_reserve(&r->fields, name.n + value.n + 4);
	if (!room)
		return false;
	buf_put(&r->fields, name);
	buf_lit(&r->fields, ": ");
	buf_put(&r->fields, value);
	buf_lit(&r->fields, "\r\n");
	return true;
}

bool reply_has_field(const struct reply *r, struct str name)
{
	struct str rest = buf_str(&r->fields);
	while (rest.p) {
		struct str line = str_cut(&rest, '\n');
		if (line.n > name.n && line.p[name.n] == ':' && str_starts_nocase(line, name))
			return true;
	}
	return false;
}

void reply_field_default(struct reply *r, struct str name, struct str value)
{
	if (value.p && !reply_has_field(r, name))
		reply_field(r, name, value);
}

void reply_trace(struct reply *r, const struct request *request, const struct conf *conf, struct arena *a)
{
	struct str name = conf->server_trace_header;
	struct str value = name.n ? request_field(request, str_lower(a, name)) : STR_NONE;
	if (value.p)
		reply_field(r, name, value);
}

bool reply_field_is_framing(struct str name)
{
	static const struct str framing[] = {
		STR_INIT("connection"),
		STR_INIT("content-length"),
		STR_INIT("keep-alive"),
		STR_INIT("status"),
		STR_INIT("te"),
		STR_INIT("trailer"),
		STR_INIT("transfer-encoding"),
		STR_INIT("upgrade"),
	};
	for (size_t i = 0; i < COUNT_OF(framing); i++) {
		if (str_eq_nocase(name, framing[i]))
			return true;
	}
	return false;
}

void reply_finish(struct reply *r, bool head_only)
{
	r->no_body = head_only || r->status == 204 || r->status == 304;
	if (r->no_body)
		return;
	reply_field(r, STR("Content-Length"), str_from_i64(r->fields.arena, spool_length(&r->body)));
}
