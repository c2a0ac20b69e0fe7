/* Escapes text for HTML.
 * SPDX-License-Identifier: MIT */
#include "base/html.h"

/* The reference for a character that has a meaning, or STR_NONE. */
static struct str reference(char c)
{
	switch (c) {
	case '&':
		return STR("&amp;");
	case '<':
		return STR("&lt;");
	case '>':
		return STR("&gt;");
	case '"':
		return STR("&quot;");
	case '\'':
		return STR("&#39;");
	default:
		return STR_NONE;
	}
}

void html_escape(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		struct str named = reference(text.p[i]);
		buf_put(out, named.p ? named : str_sub(text, i, 1));
	}
}
