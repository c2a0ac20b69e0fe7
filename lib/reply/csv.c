/* Records as text.
 * SPDX-License-Identifier: MIT */
#include "reply/csv.h"

static bool is_special(char c)
{
	return c == '"' || c == '\\' || c == '(' || c == ')' || c == ',' || c == ' ' || (c >= '\t' && c <= '\r');
}

static bool needs_quotes(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (is_special(text.p[i]))
			return true;
	}
	return text.n == 0;
}

static bool is_doubled(char c)
{
	return c == '"' || c == '\\';
}

static void put_field_quoted(struct spool *out, struct str text)
{
	spool_put(out, STR("\""));
	while (text.n > 0) {
		size_t n = 0;
		while (n < text.n && !is_doubled(text.p[n]))
			n++;
		if (n < text.n) {
			/* Up to the byte in question and with it; the next run begins with it once more. */
			spool_put(out, str_sub(text, 0, n + 1));
			spool_put(out, str_sub(text, n, 1));
			n++;
		} else {
			spool_put(out, text);
		}
		text = str_from(text, n);
	}
	spool_put(out, STR("\""));
}

void csv_header(struct spool *out, const struct row *r)
{
	for (size_t i = 0; i < row_columns(r); i++) {
		if (i > 0)
			spool_put(out, STR(","));
		spool_put(out, str_of(row_name(r, i)));
	}
}

void csv_row(struct spool *out, const struct row *r)
{
	for (size_t i = 0; i < row_columns(r); i++) {
		struct str text = row_value(r, i);
		if (i > 0)
			spool_put(out, STR(","));
		if (text.p && needs_quotes(text))
			put_field_quoted(out, text);
		else
			spool_put(out, text);
	}
}
