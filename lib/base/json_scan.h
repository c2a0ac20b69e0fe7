/* Reads over a JSON text without making anything of it: each taker checks one construct and moves behind it.
 *
 * RFC 8259, strict. Strings must be UTF-8 and hold no half of a surrogate pair, since PostgreSQL would refuse them
 * later; the text need not end in NUL. Nesting costs one bit a level on a fixed stack, nothing recurses.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_JSON_SCAN_H
#define ROWGATE_BASE_JSON_SCAN_H

#include "base/str.h"
#include "base/watch.h"

enum { JSON_DEPTH_MAX = 10000 };

struct json_scan {
	const unsigned char *cur, *end;
	size_t depth, depth_max;               /* containers that are open, and that may be */
	struct watch_way way;                  /* set it to have json_skip_value() end when the client has left */
	uint8_t stack[JSON_DEPTH_MAX / 8 + 1]; /* a bit a level: whether it is an object */
};

/* A string as it stands in the text. */
struct json_string {
	struct str raw; /* between the quotes */
	bool escaped;   /* it holds a backslash */
};

/* A cursor over the text that takes JSON_DEPTH_MAX containers one in another; who wants fewer sets depth_max. */
void json_scan_start(struct json_scan *s, struct str text);

/* What is still to be read. */
static inline struct str json_scan_rest(const struct json_scan *s)
{
	return (struct str){ (const char *)s->cur, (size_t)(s->end - s->cur) };
}

static inline void json_blanks(struct json_scan *s)
{
	while (
		s->cur < s->end && *s->cur <= ' ' && (*s->cur == ' ' || *s->cur == '\n' || *s->cur == '\r' || *s->cur == '\t'))
		s->cur++;
}

/* Takes the byte if it comes next. */
static inline bool json_take(struct json_scan *s, char c)
{
	if (s->cur == s->end || *s->cur != (unsigned char)c)
		return false;
	s->cur++;
	return true;
}

/* Takes blanks, a colon, blanks: what stands between a key and its value. */
static inline bool json_colon(struct json_scan *s)
{
	json_blanks(s);
	if (!json_take(s, ':'))
		return false;
	json_blanks(s);
	return true;
}

/* Takes the rest of a string whose opening quote was taken. */
bool json_string_rest(struct json_scan *s, struct json_string *out_r);
/* Takes a whole value of any kind, blanks before it allowed. */
bool json_skip_value(struct json_scan *s);
/* What json_escaped() says of an escape that stands for nothing: no known letter or not four digits; one unit of a
 * surrogate pair without the other. */
enum { JSON_BAD_ESCAPE = -1, JSON_HALF_PAIR = -2 };

/* The code point of the escape that s starts with, behind its backslash; *length_r: how many bytes of s that is, of a
 * bad one those it has. Two escapes that make a pair count as one. */
int32_t json_escaped(struct str s, size_t *length_r);
/* Writes the decoded string to `to`, which has room for raw.n bytes, and returns its length. The string must have
 * passed json_string_rest(). */
size_t json_decode(struct json_string string, char *to);
/* The decoded string: a view, or in the arena when there is an escape in it. The same holds of it. */
struct str json_decoded(struct json_string string, struct arena *a);

#endif
