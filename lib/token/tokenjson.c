/* The strict scanner for the JSON of tokens and keys, and the one edit made to it.
 * SPDX-License-Identifier: MIT */
#include "token/tokenjson.h"

#include <limits.h>
#include <string.h>

#include "base/jsonesc.h"
#include "base/scan.h"

static bool scan_value(struct scan *s, unsigned depth);

/* RFC 8259's, which include line ends. */
static void skip_blanks(struct scan *s)
{
	while (s->cur < s->end && (*s->cur == ' ' || *s->cur == '\n' || *s->cur == '\r' || *s->cur == '\t'))
		s->cur++;
}

static bool scan_hex4(struct scan *s, unsigned *out_r)
{
	*out_r = 0;
	for (int i = 0; i < 4; i++) {
		int c = scan_peek(s);
		unsigned digit;
		if (c >= '0' && c <= '9')
			digit = (unsigned)c - '0';
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			digit = (unsigned)(c | 32) - 'a' + 10;
		else
			return false;
		*out_r = *out_r << 4 | digit;
		s->cur++;
	}
	return true;
}

/* Behind the backslash. PostgreSQL refuses lone surrogates in jsonb, so they are refused here. */
static bool scan_escape(struct scan *s)
{
	unsigned unit;
	int c = scan_peek(s);
	if (c <= 0 || !strchr("\"\\/bfnrtu", c))
		return false;
	s->cur++;
	if (c != 'u')
		return true;
	if (!scan_hex4(s, &unit) || (unit & 0xfc00) == 0xdc00)
		return false;
	if ((unit & 0xfc00) != 0xd800)
		return true;
	return scan_lit(s, STR("\\u")) && scan_hex4(s, &unit) && (unit & 0xfc00) == 0xdc00;
}

/* key_r: what is between the quotes, escapes and all; may be NULL. */
static bool scan_string(struct scan *s, struct str *key_r)
{
	if (!scan_char(s, '"'))
		return false;
	const char *start = s->cur;
	for (;;) {
		int c = scan_peek(s);
		if (c < 0x20)
			return false;
		s->cur++;
		if (c == '"')
			break;
		if (c == '\\' && !scan_escape(s))
			return false;
	}
	if (key_r)
		*key_r = (struct str){ start, (size_t)(s->cur - start) - 1 };
	return true;
}

static bool scan_digits(struct scan *s)
{
	return scan_set(s, "0123456789", SIZE_MAX, NULL);
}

static bool scan_number(struct scan *s)
{
	scan_char(s, '-');
	if (!scan_char(s, '0') && !scan_digits(s))
		return false;
	if (scan_char(s, '.') && !scan_digits(s))
		return false;
	if (!scan_char(s, 'e') && !scan_char(s, 'E'))
		return true;
	if (!scan_char(s, '+'))
		scan_char(s, '-');
	return scan_digits(s);
}

/* One "name": value with the blanks around it. */
static bool scan_member(struct scan *s, unsigned depth, struct str *key_r)
{
	skip_blanks(s);
	if (!scan_string(s, key_r))
		return false;
	skip_blanks(s);
	return scan_char(s, ':') && scan_value(s, depth);
}

static bool scan_object(struct scan *s, unsigned depth)
{
	skip_blanks(s);
	if (scan_char(s, '}'))
		return true;
	do {
		if (!scan_member(s, depth, NULL))
			return false;
	} while (scan_char(s, ','));
	return scan_char(s, '}');
}

static bool scan_array(struct scan *s, unsigned depth)
{
	skip_blanks(s);
	if (scan_char(s, ']'))
		return true;
	do {
		if (!scan_value(s, depth))
			return false;
	} while (scan_char(s, ','));
	return scan_char(s, ']');
}

static bool scan_scalar(struct scan *s)
{
	if (scan_peek(s) == '"')
		return scan_string(s, NULL);
	return scan_lit(s, STR("true")) || scan_lit(s, STR("false")) || scan_lit(s, STR("null")) || scan_number(s);
}

/* A value with the blanks around it; depth: how many more levels it may open. */
static bool scan_value(struct scan *s, unsigned depth)
{
	bool good;
	skip_blanks(s);
	if (scan_char(s, '{'))
		good = depth > 0 && scan_object(s, depth - 1);
	else if (scan_char(s, '['))
		good = depth > 0 && scan_array(s, depth - 1);
	else
		good = scan_scalar(s);
	skip_blanks(s);
	return good;
}

bool tokenjson_is_object(struct str text)
{
	struct scan s = scan_of(text);
	skip_blanks(&s);
	return scan_peek(&s) == '{' && scan_value(&s, TOKENJSON_DEPTH) && scan_done(&s) && str_is_text(text);
}

static void put_object(void *object)
{
	json_object_put(object);
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
	if (value)
		arena_on_reset(a, put_object, value);
	return value;
}

struct json_object *tokenjson_parse(struct str text, struct arena *a)
{
	return tokenjson_is_object(text) ? parse_value(text, a) : NULL;
}

struct str tokenjson_str(struct json_object *value)
{
	if (!json_object_is_type(value, json_type_string))
		return STR_NONE;
	return (struct str){ json_object_get_string(value), (size_t)json_object_get_string_len(value) };
}

struct str tokenjson_member(struct json_object *object, const char *name)
{
	return tokenjson_str(json_object_object_get(object, name));
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
	return str_has(raw, '\\') ? tokenjson_str(parse_value(raw, a)) : str_sub(raw, 1, raw.n - 2);
}

/* A key spelled with escapes is decoded before it is compared. */
static bool key_is(struct str raw, struct str name, struct arena *a)
{
	if (!str_has(raw, '\\'))
		return str_eq(raw, name);
	return str_eq(tokenjson_unquote((struct str){ raw.p - 1, raw.n + 2 }, a), name);
}

/* Walks the members of an object: *s starts out behind the opening brace, whole_r spans name and value. */
static bool next_member(struct scan *s, struct str *key_r, struct str *whole_r)
{
	const char *start = s->cur;
	if (!scan_member(s, TOKENJSON_DEPTH, key_r))
		return false;
	*whole_r = (struct str){ start, (size_t)(s->cur - start) };
	scan_char(s, ',');
	return true;
}

static struct scan members_of(struct str object)
{
	return scan_of(str_from(object, str_index(object, '{') + 1));
}

struct str tokenjson_raw(struct str object, struct str name, struct arena *a)
{
	struct str key, whole, raw = STR_NONE;
	struct scan s = members_of(object);
	while (next_member(&s, &key, &whole))
		if (key_is(key, name, a)) {
			struct str rest = str_from(whole, (size_t)(key.p + key.n + 1 - whole.p));
			raw = str_trim(str_from(rest, str_index(rest, ':') + 1));
		}
	return raw;
}

size_t tokenjson_count(struct str object)
{
	struct str key, whole;
	struct scan s = members_of(object);
	size_t n = 0;
	while (next_member(&s, &key, &whole))
		n++;
	return n;
}

struct str tokenjson_set(struct str object, struct str name, struct str value, struct arena *a)
{
	struct buf out = buf_new(a, object.n + name.n + value.n + 8);
	struct scan s = members_of(object);
	struct str key, whole;
	buf_char(&out, '{');
	while (next_member(&s, &key, &whole)) {
		if (key_is(key, name, a))
			continue;
		buf_put(&out, whole);
		buf_char(&out, ',');
	}
	buf_char(&out, '"');
	buf_put(&out, name);
	buf_lit(&out, "\":");
	buf_put(&out, value);
	buf_char(&out, '}');
	return buf_str(&out);
}
