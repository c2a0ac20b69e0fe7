/* Reads the text form of arrays once, from left to right, and writes as it reads.
 * SPDX-License-Identifier: MIT */
#include "reply/array.h"

#include <string.h>

struct walk {
	struct spool *out;
	const char *at, *end;
	value_fn *encode;
	char delimiter;
	unsigned depth; /* braces open */
};

/* `[2:3][-1:0]=`, which is there when an array does not begin at 1, and which JSON has nothing for. */
static bool skip_bounds(struct walk *w)
{
	if (w->at == w->end || *w->at != '[')
		return true;
	while (w->at < w->end && *w->at != '\0' && strchr("[]:-0123456789", *w->at))
		w->at++;
	return w->at[-1] == ']' && w->at < w->end && *w->at++ == '=';
}

/* The opening braces in front of an element. */
static bool open_braces(struct walk *w)
{
	for (; w->at < w->end && *w->at == '{'; w->at++) {
		if (++w->depth > ARRAY_DIMENSIONS)
			return false;
		spool_char(w->out, '[');
	}
	return w->depth > 0;
}

/* The closing braces behind an element. */
static void close_braces(struct walk *w)
{
	for (; w->depth > 0 && w->at < w->end && *w->at == '}'; w->at++) {
		w->depth--;
		spool_char(w->out, ']');
	}
}

/* Whether another element follows, at whichever depth. */
static bool goes_on(struct walk *w)
{
	if (w->depth == 0 || w->at == w->end || *w->at != w->delimiter)
		return false;
	w->at++;
	spool_char(w->out, ',');
	return true;
}

static void find_quote(struct walk *w)
{
	while (w->at < w->end && *w->at != '"' && *w->at != '\\')
		w->at++;
}

/* The rest of a quoted text from its first backslash on; `from` is where it starts. The byte behind a backslash stands
 * for itself. */
static bool put_unescaped(struct walk *w, const char *from)
{
	if (!value_is_text(w->encode))
		return false;
	spool_char(w->out, '"');
	while (w->at < w->end && *w->at == '\\') {
		value_put_escaped(w->out, (struct str){ from, (size_t)(w->at - from) });
		from = ++w->at;
		if (w->at == w->end)
			return false;
		w->at++;
		find_quote(w);
	}
	value_put_escaped(w->out, (struct str){ from, (size_t)(w->at - from) });
	spool_char(w->out, '"');
	return w->at < w->end && *w->at++ == '"';
}

static bool put_quoted(struct walk *w)
{
	const char *from = ++w->at;
	find_quote(w);
	if (w->at == w->end)
		return false;
	if (*w->at == '\\')
		return put_unescaped(w, from);
	value_put(w->out, w->encode, (struct str){ from, (size_t)(w->at - from) });
	w->at++;
	return true;
}

static bool is_bare(const struct walk *w, char c)
{
	return c != w->delimiter && c != '}' && c != '{' && c != '"' && c != '\\';
}

static bool put_element(struct walk *w)
{
	if (w->at < w->end && *w->at == '"')
		return put_quoted(w);
	const char *from = w->at;
	while (w->at < w->end && is_bare(w, *w->at))
		w->at++;
	struct str text = { from, (size_t)(w->at - from) };
	if (str_eq(text, STR("NULL")))
		spool_put(w->out, STR("null"));
	else
		value_put(w->out, w->encode, text);
	return text.n > 0;
}

bool array_put(struct spool *out, struct str text, value_fn *encode, char delimiter)
{
	struct walk w = { out, text.p, text.p + text.n, encode, delimiter, 0 };
	if (str_eq(text, STR("{}"))) {
		spool_put(out, STR("[]"));
		return true;
	}
	if (!skip_bounds(&w))
		return false;
	do {
		if (!open_braces(&w) || !put_element(&w))
			return false;
		close_braces(&w);
	} while (goes_on(&w));
	return w.depth == 0 && w.at == w.end;
}
