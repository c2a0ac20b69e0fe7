/* Takers and the record of what was expected, after Parsec's rules.
 * SPDX-License-Identifier: MIT */
#include "query/parse.h"

#include <string.h>

#include "base/utf8.h"

static const struct str words[] = {
#define PARSE_TEXT(name, text) [name - LABEL_BASE] = STR_INIT(text),
	PARSE_LABELS(PARSE_TEXT, PARSE_TEXT)
};
static_assert(COUNT_OF(words) == PARSE_LABEL_COUNT, "a text for each label");

struct parse parse_of(struct str text, struct arena *a)
{
	const char *start = text.p ? text.p : "";
	return (struct parse){ .start = start, .cur = start, .end = start + text.n, .arena = a };
}

bool parse_again(struct parse *p)
{
	if (p->recording)
		return false;
	p->recording = true;
	p->cur = p->start;
	p->depth = 0;
	p->too_deep = false;
	return true;
}

/* The character at a place, + 1; text is UTF-8 throughout. */
static uint32_t met_at(const struct parse *p, const char *at)
{
	if (at >= p->end)
		return PARSE_MET_END;
	return utf8_decode((struct str){ at, (size_t)(p->end - at) }) + 1;
}

/* How many bytes the character at the cursor has. */
static size_t character_bytes(const struct parse *p)
{
	return utf8_step((struct str){ p->cur, (size_t)(p->end - p->cur) });
}

static bool is_known(const struct parse_error *e)
{
	return e->met || e->count || e->refused[0];
}

static void add_expected(struct parse_error *e, uint8_t label)
{
	if (label == LABEL_NONE || e->count == PARSE_EXPECTED_MAX || memchr(e->expected, label, e->count))
		return;
	e->expected[e->count++] = label;
}

static void add_refused(struct parse_error *e, uint32_t refused)
{
	if (refused && refused != e->refused[0])
		e->refused[e->refused[0] != 0] = refused;
}

/* Joins a later error into an earlier one. */
static void merge(struct parse_error *into, const struct parse_error *later)
{
	if (!is_known(later))
		return;
	if (!is_known(into) || later->at > into->at) {
		*into = *later;
		return;
	}
	if (later->at < into->at)
		return;
	if (!into->met)
		into->met = later->met;
	add_refused(into, later->refused[0]);
	add_refused(into, later->refused[1]);
	for (size_t i = 0; i < later->count; i++)
		add_expected(into, later->expected[i]);
}

/* Records that at `at` something else than the labels was met at `met`. */
static void missed(struct parse *p, const char *at, const char *met, uint8_t label, uint8_t label2)
{
	if (!p->recording)
		return;
	struct parse_error e = { .at = at, .met = met_at(p, met) };
	add_expected(&e, label);
	add_expected(&e, label2);
	merge(&p->error, &e);
}

void parse_forget(struct parse *p)
{
	if (p->recording)
		p->error = (struct parse_error){ .at = p->cur };
}

static bool taken(struct parse *p, size_t n)
{
	p->cur += n;
	parse_forget(p);
	return true;
}

bool parse_char(struct parse *p, char c)
{
	if (p->cur < p->end && *p->cur == c)
		return taken(p, 1);
	missed(p, p->cur, p->cur, (uint8_t)c, LABEL_NONE);
	return false;
}

/* A word that begins to match and then does not has been taken in part; the error is where it began. */
bool parse_word(struct parse *p, enum parse_label label)
{
	struct str word = words[label - LABEL_BASE];
	const char *at = p->cur;
	for (size_t i = 0; i < word.n; i++, p->cur++) {
		if (p->cur < p->end && *p->cur == word.p[i])
			continue;
		if (i > 0)
			parse_forget(p);
		missed(p, at, p->cur, (uint8_t)label, LABEL_NONE);
		return false;
	}
	return taken(p, 0);
}

static bool is_same(char c, char wanted, bool nocase)
{
	return c == wanted || (nocase && wanted >= 'a' && wanted <= 'z' && (c | 0x20) == wanted);
}

bool parse_token(struct parse *p, struct str token, bool nocase)
{
	const char *at = p->cur;
	for (size_t i = 0; i < token.n; i++, p->cur++) {
		if (p->cur < p->end && is_same(*p->cur, token.p[i], nocase))
			continue;
		if (i > 0)
			parse_forget(p);
		missed(p, nocase ? p->cur : at, p->cur, LABEL_NONE, LABEL_NONE);
		return false;
	}
	return taken(p, 0);
}

bool parse_run(struct parse *p, const struct parse_class *c, size_t min, struct str *out_r)
{
	const char *at = p->cur;
	while (p->cur < p->end && c->in[(unsigned char)*p->cur])
		p->cur++;
	*out_r = (struct str){ at, (size_t)(p->cur - at) };
	if (out_r->n > 0)
		parse_forget(p);
	missed(p, p->cur, p->cur, c->expected[0], c->expected[1]);
	return out_r->n >= min;
}

bool parse_any(struct parse *p)
{
	if (p->cur == p->end) {
		missed(p, p->cur, p->cur, LABEL_NONE, LABEL_NONE);
		return false;
	}
	return taken(p, character_bytes(p));
}

struct str parse_rest(struct parse *p)
{
	struct str rest = { p->cur, (size_t)(p->end - p->cur) };
	taken(p, rest.n);
	return rest;
}

void parse_blanks(struct parse *p)
{
	static const struct parse_class blank = { .in = { [' '] = true, ['\t'] = true } };
	struct str unused;
	parse_run(p, &blank, 0, &unused);
}

/* Records that the character before or at `at` must not be there. */
static bool refuse_next(struct parse *p, const char *at, uint32_t character)
{
	struct parse_error e = { .at = at, .refused = { character } };
	if (p->recording)
		merge(&p->error, &e);
	return false;
}

bool parse_not_char(struct parse *p, char c)
{
	if (p->cur < p->end && *p->cur == c)
		return refuse_next(p, p->cur + 1, (unsigned char)c + 1u);
	missed(p, p->cur, p->cur, (uint8_t)c, LABEL_NONE);
	return true;
}

bool parse_not_class(struct parse *p, const struct parse_class *c)
{
	if (p->cur < p->end && c->in[(unsigned char)*p->cur])
		return refuse_next(p, p->cur + character_bytes(p), met_at(p, p->cur));
	missed(p, p->cur, p->cur, LABEL_NONE, LABEL_NONE);
	return true;
}

bool parse_end(struct parse *p)
{
	if (p->cur == p->end) {
		missed(p, p->cur, p->cur, LABEL_END, LABEL_NONE);
		return true;
	}
	struct parse_error e = { .at = p->cur, .refused = { met_at(p, p->cur) } };
	add_expected(&e, LABEL_END);
	if (p->recording)
		merge(&p->error, &e);
	return false;
}

bool parse_sees(struct parse *p, char c)
{
	if (p->cur < p->end && *p->cur == c)
		return true;
	missed(p, p->cur, p->cur, (uint8_t)c, LABEL_NONE);
	return false;
}

bool parse_sees_word(struct parse *p, enum parse_label word)
{
	struct parse_mark m = parse_open(p);
	if (!parse_word(p, word))
		return parse_try(p, &m, false);
	p->cur = m.cur;
	if (p->recording)
		p->error = m.error;
	return true;
}

struct parse_mark parse_open(struct parse *p)
{
	struct parse_mark m;
	m.cur = p->cur;
	if (p->recording)
		m.error = p->error;
	parse_forget(p);
	return m;
}

/* What took nothing adds to what was expected before it; what took something has replaced it. */
static void settle(struct parse *p, const struct parse_mark *m)
{
	if (!p->recording || p->cur != m->cur)
		return;
	struct parse_error own = p->error;
	p->error = m->error;
	merge(&p->error, &own);
}

bool parse_try(struct parse *p, const struct parse_mark *m, bool ok)
{
	if (!ok)
		p->cur = m->cur;
	settle(p, m);
	return ok;
}

bool parse_named(struct parse *p, const struct parse_mark *m, bool ok, enum parse_label name)
{
	if (p->recording && p->cur == m->cur && (!ok || is_known(&p->error))) {
		p->error.count = 0;
		add_expected(&p->error, (uint8_t)name);
	}
	settle(p, m);
	return ok;
}

bool parse_list(struct parse *p, bool (*sep)(struct parse *p), bool (*item)(struct parse *p, void *arg), void *arg)
{
	if (!item(p, arg))
		return false;
	for (bool first = true;; first = false) {
		if (!first)
			parse_forget(p);
		const char *at = p->cur;
		if (!sep(p))
			return p->cur == at;
		if (!item(p, arg))
			return false;
	}
}

bool parse_enter(struct parse *p)
{
	if (p->depth == PARSE_DEPTH_MAX)
		p->too_deep = true;
	p->depth++;
	return !p->too_deep;
}

void parse_leave(struct parse *p)
{
	assert(p->depth > 0);
	p->depth--;
}
