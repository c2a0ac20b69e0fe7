/* From a fault to an answer.
 * SPDX-License-Identifier: MIT */
#include "reply/problem.h"

#include "base/jsonesc.h"

/* What the names, quotes and nulls need; the most that a byte of text becomes. */
enum { BODY_SLACK = 256, BYTE_MOST = 6 };

/* One member of the body, or null. A details value that is JSON already goes as it is. */
static void member(struct buf *out, struct str name, struct str value, bool is_json)
{
	buf_char(out, out->n ? ',' : '{');
	json_escape(out, name);
	buf_char(out, ':');
	if (!value.p)
		buf_lit(out, "null");
	else if (is_json)
		buf_put(out, value);
	else
		json_escape(out, value);
}

static size_t body_max(const struct fault *f)
{
	return BODY_SLACK + BYTE_MOST * (f->code.n + 2 * f->message.n + f->details.n + f->hint.n);
}

static struct str body(const struct fault *f, bool minimal, struct arena *a)
{
	struct buf out = buf_new(a, body_max(f));
	member(&out, STR("code"), f->code.p ? f->code : STR(""), false);
	if (!minimal) {
		member(&out, STR("details"), f->details, f->details_json);
		member(&out, STR("hint"), f->hint, false);
	}
	member(&out, STR("message"), f->message.p ? f->message : STR(""), false);
	/* Where clients of account functions written in SQL look. */
	if (str_starts(f->code, STR("RGA")))
		member(&out, STR("error"), f->message, false);
	buf_char(&out, '}');
	return buf_str(&out);
}

struct str problem_body(const struct fault *f, const struct conf *conf, struct arena *a)
{
	return body(f, conf && conf->client_error_verbosity == CONF_MINIMAL, a);
}

struct str problem_text(const struct fault *f, struct arena *a)
{
	return body(f, false, a);
}

static void fields(struct reply *r, const struct fault *f, struct arena *a)
{
	for (const struct fault_header *h = f->headers; h; h = h->next) {
		if (!reply_field_is_framing(h->name))
			reply_field(r, h->name, h->value);
	}
	reply_field_default(r, STR("Content-Type"), STR("application/json; charset=utf-8"));
	if (f->code.n > 0)
		reply_field_default(r, STR("Proxy-Status"), str_printf(a, "PostgREST; error=%.*s", STR_ARG(f->code)));
	/* What can be refused depends on these, 406 and 416 most of all. */
	reply_field_default(r, STR("Vary"), STR("Accept, Prefer, Range"));
	reply_field_default(r, STR("WWW-Authenticate"), f->www_authenticate);
	if (f->retry_after > 0)
		reply_field_default(r, STR("Retry-After"), str_printf(a, "%d", f->retry_after));
}

/* A status text comes from a user's RAISE: it must stay on the status line. */
static bool is_one_line(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	}
	return true;
}

void problem_reply(struct reply *out_r, const struct fault *f, const struct conf *conf, bool no_body, struct arena *a)
{
	bool sane = f->http_status >= 200 && f->http_status <= 999;
	*out_r = reply_new(sane ? f->http_status : 500, a);
	if (f->reason.n > 0 && is_one_line(f->reason))
		out_r->reason = f->reason;
	out_r->body = spool_of(a, problem_body(f, conf, a));
	fields(out_r, f, a);
	reply_finish(out_r, no_body);
}
