/* PostgREST's older role path: .key."any key"[0][?(@ == "x")][1:-1]
 * SPDX-License-Identifier: MIT */
#include "token/rolepath_tree.h"

#include "base/jsonc.h"

static const char name_bytes[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_$@";

static struct selector *add_segment(const struct segment ***tail, struct arena *a)
{
	struct segment *segment = arena_make(a, struct segment);
	struct selector *selector = arena_make(a, struct selector);
	segment->selectors = selector;
	**tail = segment;
	*tail = &segment->next;
	return selector;
}

/* Between double quotes, without escapes. */
static bool quoted(struct rolepath_parser *p, struct str *out_r)
{
	if (!scan_char(&p->s, '"'))
		return rolepath_expected(p, "a quoted value");
	*out_r = scan_until(&p->s, "\"");
	return scan_char(&p->s, '"') || rolepath_expected(p, "a closing quote");
}

static bool key(struct rolepath_parser *p, struct selector *s)
{
	struct str name;
	if (!scan_set(&p->s, name_bytes, SIZE_MAX, &name) && !quoted(p, &name)) {
		p->expected = "a key (letters, digits, _ $ @, or in quotes)";
		return false;
	}
	*s = (struct selector){ .kind = SELECTOR_NAME, .name = str_cstr(p->arena, name) };
	return true;
}

static bool operator(struct rolepath_parser *p, enum condition_kind *out_r)
{
	static const struct {
		struct str text;
		enum condition_kind kind;
	} operators[] = {
		{ STR_INIT("==^"), CONDITION_ENDS },
		{ STR_INIT("=="), CONDITION_EQ },
		{ STR_INIT("!="), CONDITION_DIFFERS },
		{ STR_INIT("^=="), CONDITION_STARTS },
		{ STR_INIT("*=="), CONDITION_CONTAINS },
	};
	for (size_t i = 0; i < COUNT_OF(operators); i++)
		if (scan_lit(&p->s, operators[i].text)) {
			*out_r = operators[i].kind;
			return true;
		}
	return rolepath_expected(p, "one of == != ^== ==^ *==");
}

/* Behind "[?(". */
static bool filter(struct rolepath_parser *p, struct selector *s)
{
	struct condition *c = arena_make(p->arena, struct condition);
	struct str text;
	if (!scan_char(&p->s, '@'))
		return rolepath_expected(p, "@");
	scan_blanks(&p->s);
	if (!operator(p, &c->kind))
		return false;
	scan_blanks(&p->s);
	if (!quoted(p, &text))
		return false;
	if (!scan_lit(&p->s, STR(")]")))
		return rolepath_expected(p, ")]");
	c->left = (struct operand){ .kind = PATH_QUERY };
	c->right.literal = jsonc_keep(json_object_new_string_len(text.p, (int)text.n), p->arena);
	*s = (struct selector){ .kind = SELECTOR_FILTER, .filter = c, .arrays_only = true };
	return true;
}

static bool cut_bound(struct rolepath_parser *p, struct bound *out_r)
{
	out_r->given = rolepath_at_number(p);
	return !out_r->given || rolepath_int(p, &out_r->at);
}

/* Behind "[": an index, or the slice of a string. */
static bool index_or_cut(struct rolepath_parser *p, struct selector *s)
{
	struct bound from, to;
	if (!cut_bound(p, &from))
		return false;
	if (scan_char(&p->s, ':')) {
		if (!cut_bound(p, &to))
			return false;
		*s = (struct selector){ .kind = SELECTOR_SLICE, .from = from, .to = to };
	} else if (from.given && from.at >= 0) {
		*s = (struct selector){ .kind = SELECTOR_INDEX, .index = from.at };
	} else {
		return rolepath_expected(p, "an index from 0, or a slice");
	}
	return scan_char(&p->s, ']') || rolepath_expected(p, "]");
}

static bool step(struct rolepath_parser *p, struct selector *s)
{
	if (scan_char(&p->s, '.'))
		return key(p, s);
	if (scan_lit(&p->s, STR("[?(")))
		return filter(p, s);
	return scan_char(&p->s, '[') ? index_or_cut(p, s) : rolepath_expected(p, "one of . [ $");
}

bool rolepath_old(struct rolepath *path, struct rolepath_parser *p)
{
	const struct segment **segments = &path->segments;
	const struct selector **cuts = &path->cuts;
	do {
		struct selector s;
		if (!step(p, &s))
			return false;
		if (path->cuts && s.kind != SELECTOR_SLICE)
			return rolepath_expected(p, "nothing but slices behind a slice");
		struct selector *kept = s.kind == SELECTOR_SLICE ? arena_make(p->arena, struct selector)
														 : add_segment(&segments, p->arena);
		*kept = s;
		if (s.kind == SELECTOR_SLICE) {
			*cuts = kept;
			cuts = &kept->next;
		}
	} while (!scan_done(&p->s));
	return true;
}
