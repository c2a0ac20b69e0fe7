/* Escapes text as a JSON string.
 * SPDX-License-Identifier: MIT */
#include "base/jsonesc.h"

#include "base/utf8.h"

/* What stands behind the backslash for a byte with a short escape, or 0. */
static char short_escape(unsigned char c)
{
	switch (c) {
	case '\b':
		return 'b';
	case '\f':
		return 'f';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	case '"':
		return '"';
	case '\\':
		return '\\';
	default:
		return 0;
	}
}

static void escape_byte(struct buf *out, unsigned char c)
{
	char letter = short_escape(c);
	if (letter) {
		buf_char(out, '\\');
		buf_char(out, letter);
	} else {
		buf_printf(out, "\\u%04x", c);
	}
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* Escapes one special byte or copies one UTF-8 sequence; returns how many bytes of s that was. */
static size_t escape_one(struct buf *out, struct str s)
{
	unsigned char c = (unsigned char)s.p[0];
	if (c < 0x80) {
		escape_byte(out, c);
		return 1;
	}
	size_t n = utf8_length(s);
	buf_put(out, n ? str_sub(s, 0, n) : UTF8_REPLACEMENT);
	return n ? n : 1;
}

void json_escape(struct buf *out, struct str text)
{
	buf_char(out, '"');
	size_t i = 0;
	while (i < text.n && !out->overflow) {
		size_t from = i;
		while (i < text.n && is_plain((unsigned char)text.p[i]))
			i++;
		buf_put(out, str_sub(text, from, i - from));
		if (i < text.n)
			i += escape_one(out, str_from(text, i));
	}
	buf_char(out, '"');
}
