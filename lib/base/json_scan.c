/* A JSON validator for speed: eight bytes at a time within strings, no tree, no recursion.
 * SPDX-License-Identifier: MIT */
#include "base/json_scan.h"

#include <string.h>

#include "base/utf8.h"

void json_scan_start(struct json_scan *s, struct str text)
{
	s->cur = (const unsigned char *)(text.p ? text.p : "");
	s->end = s->cur + text.n;
	s->depth = 0;
}

/* The high bit of the lowest byte that is a quote, a backslash, a control character or not ASCII; bits above the
 * lowest may be wrong. 0 when all eight are plain. */
static uint64_t first_special(uint64_t eight)
{
	const uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
	uint64_t quote = eight ^ ones * '"', backslash = eight ^ ones * '\\';
	return (((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) | ((eight - ones * ' ') & ~eight) | eight)
		& high;
}

/* Eight bytes with the first as the lowest. */
static uint64_t load_eight(const unsigned char *from)
{
	uint64_t eight;
	memcpy(&eight, from, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	eight = __builtin_bswap64(eight);
#endif
	return eight;
}

/* Moves to the next byte of a string that needs a look. */
static void skip_plain(struct json_scan *s)
{
	while (s->end - s->cur >= 8) {
		uint64_t special = first_special(load_eight(s->cur));
		if (special) {
			s->cur += __builtin_ctzll(special) / 8;
			return;
		}
		s->cur += 8;
	}
	while (s->cur < s->end && *s->cur >= ' ' && *s->cur < 0x80 && *s->cur != '"' && *s->cur != '\\')
		s->cur++;
}

/* One character beyond ASCII. */
static bool skip_utf8(struct json_scan *s)
{
	size_t n = utf8_length((struct str){ (const char *)s->cur, (size_t)(s->end - s->cur) });
	s->cur += n;
	return n > 0;
}

static int hex_digit(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four hexadecimal digits, or -1. */
static int32_t hex4(const unsigned char *c)
{
	int32_t value = 0;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(c[i]);
		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* Behind `\u`: one unit, or a high surrogate with its low one. */
static bool skip_unicode_escape(struct json_scan *s)
{
	int32_t unit = s->end - s->cur >= 4 ? hex4(s->cur) : -1;
	if (unit < 0 || (unit >= 0xdc00 && unit <= 0xdfff))
		return false;
	s->cur += 4;
	if (unit < 0xd800 || unit > 0xdfff)
		return true;
	if (s->end - s->cur < 6 || s->cur[0] != '\\' || s->cur[1] != 'u')
		return false;
	int32_t low = hex4(s->cur + 2);
	s->cur += 6;
	return low >= 0xdc00 && low <= 0xdfff;
}

/* At a backslash. */
static bool skip_escape(struct json_scan *s)
{
	if (s->end - s->cur < 2)
		return false;
	unsigned char c = s->cur[1];
	s->cur += 2;
	if (c == 'u')
		return skip_unicode_escape(s);
	return c != '\0' && strchr("\"\\/bfnrt", c);
}

bool json_string_rest(struct json_scan *s, struct json_string *out_r)
{
	const unsigned char *from = s->cur;
	out_r->escaped = false;
	for (;;) {
		skip_plain(s);
		if (s->cur == s->end || *s->cur < ' ')
			return false;
		if (*s->cur == '"')
			break;
		if (*s->cur == '\\') {
			out_r->escaped = true;
			if (!skip_escape(s))
				return false;
		}
		while (s->cur < s->end && *s->cur >= 0x80)
			if (!skip_utf8(s))
				return false;
	}
	out_r->raw = (struct str){ (const char *)from, (size_t)(s->cur - from) };
	s->cur++;
	return true;
}

static bool skip_digits(struct json_scan *s)
{
	const unsigned char *from = s->cur;
	while (s->cur < s->end && *s->cur >= '0' && *s->cur <= '9')
		s->cur++;
	return s->cur > from;
}

static bool skip_number(struct json_scan *s)
{
	json_take(s, '-');
	if (!json_take(s, '0') && !skip_digits(s))
		return false;
	if (json_take(s, '.') && !skip_digits(s))
		return false;
	if (json_take(s, 'e') || json_take(s, 'E')) {
		if (!json_take(s, '+'))
			json_take(s, '-');
		return skip_digits(s);
	}
	return true;
}

static bool skip_literal(struct json_scan *s, struct str literal)
{
	if ((size_t)(s->end - s->cur) < literal.n || memcmp(s->cur, literal.p, literal.n) != 0)
		return false;
	s->cur += literal.n;
	return true;
}

static bool skip_scalar(struct json_scan *s)
{
	struct json_string unused;
	if (s->cur == s->end)
		return false;
	switch (*s->cur) {
	case '"':
		s->cur++;
		return json_string_rest(s, &unused);
	case 't':
		return skip_literal(s, STR("true"));
	case 'f':
		return skip_literal(s, STR("false"));
	case 'n':
		return skip_literal(s, STR("null"));
	default:
		return skip_number(s);
	}
}

static bool push(struct json_scan *s, bool object)
{
	if (s->depth == JSON_DEPTH_MAX)
		return false;
	uint8_t bit = (uint8_t)(1u << s->depth % 8);
	uint8_t *byte = &s->stack[s->depth / 8];
	*byte = (uint8_t)(object ? *byte | bit : *byte & ~bit);
	s->depth++;
	return true;
}

static bool in_object(const struct json_scan *s)
{
	return s->stack[(s->depth - 1) / 8] >> (s->depth - 1) % 8 & 1;
}

static bool skip_key(struct json_scan *s)
{
	struct json_string unused;
	json_blanks(s);
	return json_take(s, '"') && json_string_rest(s, &unused) && json_colon(s);
}

enum step { STEP_VALUE_NEXT, STEP_VALUE_DONE, STEP_INVALID };

/* Takes a scalar, an empty container or the opening of another one. */
static enum step open_value(struct json_scan *s)
{
	json_blanks(s);
	bool object = json_take(s, '{');
	if (!object && !json_take(s, '['))
		return skip_scalar(s) ? STEP_VALUE_DONE : STEP_INVALID;
	json_blanks(s);
	if (json_take(s, object ? '}' : ']'))
		return STEP_VALUE_DONE;
	if (!push(s, object) || (object && !skip_key(s)))
		return STEP_INVALID;
	return STEP_VALUE_NEXT;
}

/* Behind a value within a container: the next value's beginning, or the end of one container or more. */
static enum step close_value(struct json_scan *s, size_t base)
{
	while (s->depth > base) {
		bool object = in_object(s);
		json_blanks(s);
		if (json_take(s, ','))
			return !object || skip_key(s) ? STEP_VALUE_NEXT : STEP_INVALID;
		if (!json_take(s, object ? '}' : ']'))
			return STEP_INVALID;
		s->depth--;
	}
	return STEP_VALUE_DONE;
}

bool json_skip_value(struct json_scan *s)
{
	size_t base = s->depth;
	for (;;) {
		enum step step = open_value(s);
		if (step == STEP_VALUE_DONE)
			step = close_value(s, base);
		if (step != STEP_VALUE_NEXT)
			return step == STEP_VALUE_DONE;
	}
}

static char plain_escape(char c)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *at = strchr(from, c);
	return at ? to[at - from] : c;
}

size_t json_decode(struct json_string string, char *to)
{
	size_t n = 0;
	for (size_t i = 0; i < string.raw.n; i++) {
		const char *c = string.raw.p + i;
		if (*c != '\\') {
			to[n++] = *c;
			continue;
		}
		i++;
		if (c[1] != 'u') {
			to[n++] = plain_escape(c[1]);
			continue;
		}
		uint32_t unit = (uint32_t)hex4((const unsigned char *)c + 2);
		i += 4;
		if (unit >= 0xd800 && unit <= 0xdfff) {
			unit = 0x10000 + ((unit - 0xd800) << 10) + ((uint32_t)hex4((const unsigned char *)c + 8) - 0xdc00);
			i += 6;
		}
		n += utf8_encode(to + n, unit);
	}
	return n;
}
