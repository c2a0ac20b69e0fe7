/* The CSV cursor.
 * SPDX-License-Identifier: MIT */
#include "query/csv.h"

#include <string.h>

#include "base/sqlname.h"
#include "base/utf8.h"

struct scan csv_scan(struct str text)
{
	return scan_of(str_starts(text, UTF8_MARK) ? str_from(text, UTF8_MARK.n) : text);
}

/* CR, LF or both; false at neither. */
static bool line_end(struct scan *s)
{
	bool cr = scan_char(s, '\r');
	return scan_char(s, '\n') || cr;
}

bool csv_more(struct scan *s)
{
	while (line_end(s))
		;
	return !scan_done(s);
}

/* The rest of a quoted field, up to a quote that stands alone. */
static bool quoted(struct scan *s, struct csv_field *out_r)
{
	const char *from = s->cur;
	for (;;) {
		const char *quote = memchr(s->cur, '"', (size_t)(s->end - s->cur));
		s->cur = quote ? quote + 1 : s->end;
		if (!quote)
			return false;
		if (!scan_char(s, '"'))
			break;
		out_r->doubled = true;
	}
	out_r->text = (struct str){ from, (size_t)(s->cur - 1 - from) };
	return true;
}

/* Up to a comma, a line's end or a quote. */
static struct str bare(struct scan *s)
{
	const char *from = s->cur, *p = from;
	while (p < s->end && *p != ',' && *p != '\n' && *p != '\r' && *p != '"')
		p++;
	s->cur = p;
	return (struct str){ from, (size_t)(p - from) };
}

enum csv_end csv_next(struct scan *s, struct csv_field *out_r)
{
	*out_r = (struct csv_field){ .quoted = scan_char(s, '"') };
	if (!out_r->quoted)
		out_r->text = bare(s);
	else if (!quoted(s, out_r))
		return CSV_BROKEN;
	if (scan_char(s, ','))
		return CSV_COMMA;
	return scan_done(s) || line_end(s) ? CSV_LINE : CSV_BROKEN;
}

bool csv_is_null_word(const struct csv_field *f)
{
	return str_eq(f->text, STR("NULL"));
}

struct str csv_value(const struct csv_field *f, struct arena *a)
{
	if (!f->doubled)
		return f->text;
	char *to = arena_bytes(a, f->text.n);
	size_t n = 0;
	for (size_t i = 0; i < f->text.n; i++) {
		to[n++] = f->text.p[i];
		i += f->text.p[i] == '"';
	}
	return (struct str){ to, n };
}

/* What has a meaning in an array literal, blanks among it since those around an element would be cut off. */
static bool needs_quotes(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (c <= ' ' || c == '"' || c == ',' || c == '\\' || c == '{' || c == '}')
			return true;
	}
	return text.n == 0 || str_eq_nocase(text, STR("null"));
}

static size_t quoted_element(char *to, struct str text)
{
	size_t n = 0;
	if (to)
		to[n] = '"';
	n++;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool escaped = sqlname_array_escapes(c);
		if (to && escaped)
			to[n] = '\\';
		n += escaped;
		if (to)
			to[n] = c;
		n++;
		i += c == '"'; /* which is doubled */
	}
	if (to)
		to[n] = '"';
	return n + 1;
}

size_t csv_element(char *to, const struct csv_field *f)
{
	struct str text = f->is_null ? STR("NULL") : f->text;
	if (!f->is_null && needs_quotes(text))
		return quoted_element(to, text);
	if (to && text.n)
		memcpy(to, text.p, text.n);
	return text.n;
}
