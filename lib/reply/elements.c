/* Reads arrays whose elements stand apart by commas.
 * SPDX-License-Identifier: MIT */
#include "reply/elements.h"

bool elements_open(struct elements *e)
{
	return e->at < e->end && *e->at++ == '{';
}

/* To the quote that ends the text, whose first the cursor is behind; whether a backslash was in between. */
static bool find_quote(struct elements *e)
{
	bool escaped = false;
	while (e->at < e->end && *e->at != '"') {
		bool escape = *e->at == '\\';
		e->at += escape && e->end - e->at > 1 ? 2 : 1;
		escaped = escaped || escape;
	}
	return escaped;
}

bool elements_skip(struct elements *e)
{
	if (!elements_open(e))
		return false;
	while (e->at < e->end && *e->at != '}') {
		if (*e->at++ != '"')
			continue;
		find_quote(e);
		e->at += e->at < e->end;
	}
	return e->at < e->end && *e->at++ == '}';
}

static struct element take_quoted(struct elements *e)
{
	const char *from = ++e->at;
	bool escaped = find_quote(e);
	struct element quoted = { .text = { from, (size_t)(e->at - from) }, .escaped = escaped };
	e->at += e->at < e->end;
	return quoted;
}

static struct element take_bare(struct elements *e)
{
	const char *from = e->at;
	while (e->at < e->end && *e->at != ',' && *e->at != '}')
		e->at++;
	struct str text = { from, (size_t)(e->at - from) };
	return (struct element){ .text = str_eq(text, STR("NULL")) ? STR_NONE : text };
}

bool elements_take(struct elements *e, struct element *out_r)
{
	bool quoted = e->at < e->end && *e->at == '"';
	*out_r = quoted ? take_quoted(e) : take_bare(e);
	bool empty = !quoted && out_r->text.p && out_r->text.n == 0;
	if (empty || e->at == e->end)
		return false;
	out_r->last = *e->at++ == '}';
	return out_r->last || e->at[-1] == ',';
}

char *element_unescape(char *to, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		i += text.p[i] == '\\' && i + 1 < text.n;
		*to++ = text.p[i];
	}
	return to;
}
