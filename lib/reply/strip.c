/* Stripping nulls by one pass over the text, with one byte of state for each open bracket.
 * SPDX-License-Identifier: MIT */
#include "reply/strip.h"

#include <string.h>

#include "base/buf.h"
#include "base/json_scan.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "reply/escape.h"

struct strip {
	struct buf open; /* a '{' or '[' for each open bracket */
	bool first;      /* nothing was written yet behind the innermost bracket */
	struct str key;  /* read but not yet written: the value decides; STR_NONE: none */
};

struct strip *strip_new(struct arena *a)
{
	struct strip *s = arena_make(a, struct strip);
	s->open = buf_new(a, arena_left(a));
	return s;
}

bool strip_is_null(struct str json)
{
	return str_eq(str_trim(json), STR("null"));
}

static void put_escaped(struct spool *out, struct str text)
{
	char *to = spool_room(out, ESCAPE_MOST * text.n);
	if (to)
		out->n += (size_t)(escape_to(to, text) - to);
}

/* Writes the escape that s starts with (behind the backslash) as PostgreSQL would; returns its length. What no text of
 * PostgreSQL can hold, U+0000 and half of a surrogate pair, is kept. */
static size_t put_escape(struct spool *out, struct str s)
{
	size_t length;
	char bytes[UTF8_MOST];
	int32_t c = json_escaped(s, &length);
	if (c > 0) {
		put_escaped(out, (struct str){ bytes, utf8_encode(bytes, (uint32_t)c) });
	} else {
		spool_put(out, STR("\\"));
		spool_put(out, str_sub(s, 0, length));
	}
	return length;
}

/* token: with its quotes. */
static void put_string(struct spool *out, struct str token)
{
	struct str rest = str_sub(token, 1, token.n - 2);
	spool_put(out, STR("\""));
	while (rest.n > 0) {
		size_t clean = str_index(rest, '\\');
		spool_put(out, str_sub(rest, 0, clean));
		rest = str_from(rest, clean + 1);
		if (rest.n > 0)
			rest = str_from(rest, put_escape(out, rest));
	}
	spool_put(out, STR("\""));
}

static void skip_blanks(struct scan *in)
{
	scan_set(in, " \t\r\n", SIZE_MAX, NULL);
}

/* The string literal at the cursor, with its quotes. */
static struct str take_string(struct scan *in)
{
	struct str rest = scan_rest(in);
	size_t n = 1;
	while (n < rest.n && rest.p[n] != '"')
		n += rest.p[n] == '\\' ? 2 : 1;
	n = n < rest.n ? n + 1 : rest.n;
	in->cur += n;
	return str_sub(rest, 0, n);
}

static struct str take_token(struct scan *in)
{
	if (scan_peek(in) == '"')
		return take_string(in);
	struct str rest = scan_rest(in);
	size_t n = 1;
	if (!strchr("{}[],:", rest.p[0])) {
		while (n < rest.n && !strchr("{}[],: \t\r\n", rest.p[n]))
			n++;
	}
	in->cur += n;
	return str_sub(rest, 0, n);
}

static bool in_object(const struct strip *s)
{
	return s->open.n > 0 && s->open.p[s->open.n - 1] == '{';
}

/* What stands in front of a value: the comma, and in an object the key. */
static void put_lead(struct strip *s, struct spool *out)
{
	if (s->open.n > 0 && !s->first)
		spool_put(out, STR(","));
	if (s->key.p) {
		put_string(out, s->key);
		spool_put(out, STR(":"));
	}
	s->key = STR_NONE;
	s->first = false;
}

static void put_scalar(struct strip *s, struct spool *out, struct str token)
{
	bool is_key = in_object(s) && !s->key.p;
	if (is_key) {
		s->key = token;
	} else if (s->key.p && str_eq(token, STR("null"))) {
		s->key = STR_NONE;
	} else {
		put_lead(s, out);
		if (token.p[0] == '"')
			put_string(out, token);
		else
			spool_put(out, token);
	}
}

static void put_token(struct strip *s, struct spool *out, struct str token)
{
	switch (token.p[0]) {
	case '{':
	case '[':
		put_lead(s, out);
		spool_put(out, token);
		buf_put(&s->open, token);
		s->first = true;
		break;
	case '}':
	case ']':
		spool_put(out, token);
		s->open.n -= s->open.n > 0;
		s->first = false;
		break;
	case ',':
	case ':':
		break;
	default:
		put_scalar(s, out, token);
	}
}

void strip_json(struct strip *s, struct spool *out, struct str json)
{
	struct scan in = scan_of(json);
	s->open.n = 0;
	s->key = STR_NONE;
	s->first = true;
	for (skip_blanks(&in); !scan_done(&in); skip_blanks(&in))
		put_token(s, out, take_token(&in));
}
