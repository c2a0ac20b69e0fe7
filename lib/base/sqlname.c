/* Quotes identifiers, constants and the elements of array literals.
 * SPDX-License-Identifier: MIT */
#include "base/sqlname.h"

static void put_quoted(struct buf *out, struct str text, char quote)
{
	buf_char(out, quote);
	while (str_has(text, quote)) {
		size_t upto = str_index(text, quote) + 1;
		buf_put(out, str_sub(text, 0, upto));
		buf_char(out, quote);
		text = str_from(text, upto);
	}
	buf_put(out, text);
	buf_char(out, quote);
}

void sqlname_ident(struct buf *out, struct str name)
{
	put_quoted(out, name, '"');
}

void sqlname_constant(struct buf *out, struct str text)
{
	put_quoted(out, text, '\'');
}

static void put_element(struct buf *out, struct str text)
{
	size_t from = 0;
	buf_char(out, '"');
	for (size_t i = 0; i < text.n; i++)
		if (sqlname_array_escapes(text.p[i])) {
			buf_put(out, str_sub(text, from, i - from));
			buf_char(out, '\\');
			from = i;
		}
	buf_put(out, str_from(text, from));
	buf_char(out, '"');
}

void sqlname_array(struct buf *out, const struct str *texts, size_t count)
{
	buf_char(out, '{');
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_char(out, ',');
		put_element(out, texts[i]);
	}
	buf_char(out, '}');
}
