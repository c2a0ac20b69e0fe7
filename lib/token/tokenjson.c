/* What is asked of the JSON of tokens and keys, and the one edit made to it.
 * SPDX-License-Identifier: MIT */
#include "token/tokenjson.h"

#include <limits.h>

#include "base/json_scan.h"
#include "base/jsonc.h"
#include "base/jsonesc.h"

bool tokenjson_is_object(struct str text)
{
	struct json_scan s;
	json_scan_start(&s, text);
	s.depth_max = TOKENJSON_DEPTH;
	json_blanks(&s);
	if (s.cur == s.end || *s.cur != '{' || !json_skip_value(&s))
		return false;
	json_blanks(&s);
	return s.cur == s.end;
}

/* Any value; text was scanned before. */
static struct json_object *parse_value(struct str text, struct arena *a)
{
	struct json_tokener *t = json_tokener_new_ex(TOKENJSON_DEPTH + 1);
	if (!t || text.n > INT_MAX) {
		json_tokener_free(t);
		return NULL;
	}
	struct json_object *value = json_tokener_parse_ex(t, text.p, (int)text.n);
	json_tokener_free(t);
	return jsonc_keep(value, a);
}

struct json_object *tokenjson_parse(struct str text, struct arena *a)
{
	return tokenjson_is_object(text) ? parse_value(text, a) : NULL;
}

struct str tokenjson_member(struct json_object *object, const char *name)
{
	return jsonc_text(json_object_object_get(object, name));
}

struct str tokenjson_quote(struct str text, struct arena *a)
{
	struct buf out = buf_new(a, 6 * text.n + 2);
	json_escape(&out, text);
	return buf_str(&out);
}

struct str tokenjson_unquote(struct str raw, struct arena *a)
{
	if (!raw.n || raw.p[0] != '"')
		return STR_NONE;
	return json_decoded((struct json_string){ str_sub(raw, 1, raw.n - 2), str_has(raw, '\\') }, a);
}

struct member {
	struct json_string key;
	struct str value;
	struct str whole; /* name and value with the blanks around them */
};

/* Walks the members of an object: *s starts out behind the opening brace. */
static bool next_member(struct json_scan *s, struct member *out_r)
{
	struct str from = json_scan_rest(s);
	json_blanks(s);
	if (!json_take(s, '"') || !json_string_rest(s, &out_r->key) || !json_colon(s))
		return false;
	struct str value = json_scan_rest(s);
	if (!json_skip_value(s))
		return false;
	out_r->value = str_sub(value, 0, value.n - json_scan_rest(s).n);
	json_blanks(s);
	out_r->whole = str_sub(from, 0, from.n - json_scan_rest(s).n);
	json_take(s, ',');
	return true;
}

static void start_members(struct json_scan *s, struct str object)
{
	json_scan_start(s, str_from(object, str_index(object, '{') + 1));
}

/* Names are compared decoded. */
static bool is_named(const struct member *m, struct str name, struct arena *a)
{
	return str_eq(json_decoded(m->key, a), name);
}

struct str tokenjson_raw(struct str object, struct str name, struct arena *a)
{
	struct str raw = STR_NONE;
	struct json_scan s;
	struct member m;
	start_members(&s, object);
	while (next_member(&s, &m))
		if (is_named(&m, name, a))
			raw = m.value;
	return raw;
}

size_t tokenjson_count(struct str object)
{
	struct json_scan s;
	struct member m;
	size_t n = 0;
	start_members(&s, object);
	while (next_member(&s, &m))
		n++;
	return n;
}

struct str tokenjson_set(struct str object, struct str name, struct str value, struct arena *a)
{
	struct buf out = buf_new(a, object.n + name.n + value.n + 8);
	struct json_scan s;
	struct member m;
	start_members(&s, object);
	buf_char(&out, '{');
	while (next_member(&s, &m)) {
		if (is_named(&m, name, a))
			continue;
		buf_put(&out, m.whole);
		buf_char(&out, ',');
	}
	buf_char(&out, '"');
	buf_put(&out, name);
	buf_lit(&out, "\":");
	buf_put(&out, value);
	buf_char(&out, '}');
	return buf_str(&out);
}
