/* A JSON validator for speed: eight bytes at a time within strings, no tree, no recursion.
 * SPDX-License-Identifier: MIT */
#include "base/json_scan.h"

#include <string.h>

#include "base/arena.h"
#include "base/hex.h"
#include "base/utf8.h"

void json_scan_start(struct json_scan *s, struct str text)
{
	s->cur = (const unsigned char *)(text.p ? text.p : "");
	s->end = s->cur + text.n;
	s->depth = 0;
	s->depth_max = JSON_DEPTH_MAX;
	s->way = (struct watch_way){ 0 };
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
	size_t n = utf8_length(json_scan_rest(s));
	s->cur += n;
	return n > 0;
}

/* The four hexadecimal digits at p, or JSON_BAD_ESCAPE. */
static int32_t hex4(const char *p)
{
	int32_t value = 0;
	for (size_t i = 0; i < 4; i++) {
		int digit = hex_digit(p[i]);
		if (digit < 0)
			return JSON_BAD_ESCAPE;
		value = value * 16 + digit;
	}
	return value;
}

/* At the u of \u: one unit, or a high surrogate with its low one (RFC 8259 section 7). */
static int32_t unicode_escape(struct str s, size_t *length_r)
{
	*length_r = s.n < 5 ? s.n : 5;
	int32_t unit = s.n < 5 ? JSON_BAD_ESCAPE : hex4(s.p + 1);
	if (unit < 0xd800 || unit > 0xdfff)
		return unit;
	int32_t low = s.n >= 11 && s.p[5] == '\\' && s.p[6] == 'u' ? hex4(s.p + 7) : JSON_BAD_ESCAPE;
	if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff)
		return JSON_HALF_PAIR;
	*length_r = 11;
	return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

int32_t json_escaped(struct str s, size_t *length_r)
{
	static const char plain[256] = {
		['"'] = '"',
		['\\'] = '\\',
		['/'] = '/',
		['b'] = '\b',
		['f'] = '\f',
		['n'] = '\n',
		['r'] = '\r',
		['t'] = '\t',
	};
	if (s.n > 0 && s.p[0] == 'u')
		return unicode_escape(s, length_r);
	*length_r = s.n > 0;
	char c = s.n > 0 ? plain[(unsigned char)s.p[0]] : 0;
	return c ? c : JSON_BAD_ESCAPE;
}

/* At a backslash. */
static bool skip_escape(struct json_scan *s)
{
	size_t length;
	s->cur++;
	int32_t c = json_escaped(json_scan_rest(s), &length);
	s->cur += length;
	return c >= 0;
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

static void push(struct json_scan *s, bool object)
{
	uint8_t bit = (uint8_t)(1u << s->depth % 8);
	uint8_t *byte = &s->stack[s->depth / 8];
	if (s->depth % 8 == 0)
		*byte = 0;
	*byte = (uint8_t)(object ? *byte | bit : *byte & ~bit);
	s->depth++;
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
	if (s->depth == s->depth_max)
		return STEP_INVALID;
	json_blanks(s);
	if (json_take(s, object ? '}' : ']'))
		return STEP_VALUE_DONE;
	push(s, object);
	return !object || skip_key(s) ? STEP_VALUE_NEXT : STEP_INVALID;
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
		if (watch_left(&s->way, s->cur))
			return false;
		if (step != STEP_VALUE_NEXT)
			return step == STEP_VALUE_DONE;
	}
}

size_t json_decode(struct json_string string, char *to)
{
	size_t n = 0;
	for (struct str rest = string.raw; rest.n > 0;) {
		size_t plain = str_index(rest, '\\'), length;
		memcpy(to + n, rest.p, plain);
		n += plain;
		rest = str_from(rest, plain + 1);
		if (rest.n > 0) {
			n += utf8_encode(to + n, (uint32_t)json_escaped(rest, &length));
			rest = str_from(rest, length);
		}
	}
	return n;
}

struct str json_decoded(struct json_string string, struct arena *a)
{
	if (!string.escaped)
		return string.raw;
	char *to = arena_bytes(a, string.raw.n);
	return (struct str){ to, json_decode(string, to) };
}
