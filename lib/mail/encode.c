/* Encoded words, quoted-printable, and bodies that need neither.
 * SPDX-License-Identifier: MIT */
#include "mail/encode.h"

#include "base/ascii.h"
#include "base/utf8.h"

/* RFC 2047 section 2: an encoded word has at most 75 characters; =?UTF-8?Q? and ?= take 12 of them.
 * RFC 2045 section 6.7: a line has at most 76, the last of which is the = of a soft break. */
enum { WORD_MAX = 75 - 12, LINE_MAX_QP = 75, LINE_MAX_PLAIN = 998, PLAIN_HEADER_MAX = 60 };

static const char hex[] = "0123456789ABCDEF";

/* Words of letters and digits with some marks between them: they may stand in a phrase as well as in a subject. */
static bool is_plain_header(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!ascii_is_alnum(text.p[i]) && !str_has(STR(" !'*+-/_"), text.p[i]))
			return false;
	return !text.n || (text.n <= PLAIN_HEADER_MAX && text.p[0] != ' ' && text.p[text.n - 1] != ' ');
}

static void put_hex(struct buf *out, char c)
{
	unsigned char u = (unsigned char)c;
	buf_char(out, '=');
	buf_char(out, hex[u >> 4]);
	buf_char(out, hex[u & 15]);
}

/* One character of a "Q" word, as a phrase has it (RFC 2047, section 5, rule 3). */
static void put_word_byte(struct buf *out, char c)
{
	if (c == ' ')
		buf_char(out, '_');
	else if (ascii_is_alnum(c) || str_has(STR("!*+-/"), c))
		buf_char(out, c);
	else
		put_hex(out, c);
}

/* The next character of text as it may be shown: one UTF-8 sequence, a space or a question mark. */
static struct str take_character(struct str *text)
{
	size_t length = utf8_length(*text);
	struct str c = str_sub(*text, 0, length ? length : 1);
	*text = str_from(*text, c.n);
	if (!length)
		return STR("?");
	return c.n == 1 && ((unsigned char)c.p[0] < ' ' || c.p[0] == 0x7f) ? STR(" ") : c;
}

void encode_header_text(struct buf *out, struct str text)
{
	if (is_plain_header(text)) {
		buf_put(out, text);
		return;
	}
	buf_lit(out, "=?UTF-8?Q?");
	size_t used = 0;
	for (struct str rest = text; rest.n;) {
		char memory[16]; /* a sequence of four bytes is twelve characters */
		struct buf coded = buf_over(memory, sizeof memory);
		struct str c = take_character(&rest);
		for (size_t i = 0; i < c.n; i++)
			put_word_byte(&coded, c.p[i]);
		if (used + coded.n > WORD_MAX) {
			buf_lit(out, "?=\r\n =?UTF-8?Q?");
			used = 0;
		}
		buf_put(out, buf_str(&coded));
		used += coded.n;
	}
	buf_lit(out, "?=");
}

/* Takes the next line with its end, of whatever kind, off *rest. False at the end. */
static bool take_line(struct str *rest, struct str *line_r)
{
	if (!rest->n)
		return false;
	size_t end = 0;
	while (end < rest->n && rest->p[end] != '\n' && rest->p[end] != '\r')
		end++;
	*line_r = str_sub(*rest, 0, end);
	*rest = str_from(*rest, end);
	*rest = str_from(*rest, str_starts(*rest, STR("\r\n")) ? 2 : 1);
	return true;
}

bool encode_is_plain(struct str text)
{
	struct str line;
	for (struct str rest = text; take_line(&rest, &line);) {
		if (line.n > LINE_MAX_PLAIN)
			return false;
		for (size_t i = 0; i < line.n; i++)
			if ((unsigned char)line.p[i] < ' ' || (unsigned char)line.p[i] > '~')
				return false;
	}
	return true;
}

void encode_lines(struct buf *out, struct str text)
{
	struct str line;
	for (struct str rest = text; take_line(&rest, &line);) {
		buf_put(out, line);
		buf_lit(out, "\r\n");
	}
}

/* A line that starts with a dot or with "From " means something to programs on the way, blanks at its end get lost. */
static bool needs_hex(struct str line, size_t i)
{
	char c = line.p[i];
	if (c == ' ' || c == '\t')
		return i + 1 == line.n;
	bool odd_start = i == 0 && (c == '.' || str_starts(line, STR("From ")));
	return c < '!' || c > '~' || c == '=' || odd_start;
}

static void put_line(struct buf *out, struct str line)
{
	size_t used = 0;
	for (size_t i = 0; i < line.n; i++) {
		bool as_hex = needs_hex(line, i);
		size_t width = as_hex ? 3 : 1;
		if (used + width > LINE_MAX_QP) {
			buf_lit(out, "=\r\n");
			used = 0;
		}
		if (as_hex)
			put_hex(out, line.p[i]);
		else
			buf_char(out, line.p[i]);
		used += width;
	}
}

void encode_quoted_printable(struct buf *out, struct str text)
{
	struct str line;
	for (struct str rest = text; take_line(&rest, &line);) {
		put_line(out, line);
		buf_lit(out, "\r\n");
	}
}
