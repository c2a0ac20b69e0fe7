/* JSONPath as RFC 9535 writes it, to the tree of a role path.
 * SPDX-License-Identifier: MIT */
#include "base/ascii.h"
#include "base/buf.h"
#include "base/jsonc.h"
#include "token/rolepath_tree.h"
#include "token/tokenjson.h"

enum { DEPTH_MAX = 32, TEXT_MAX = 4096 };

static bool segments(struct rolepath_parser *p, const struct segment **out_r, bool *singular_r);
static bool disjunction(struct rolepath_parser *p, const struct condition **out_r);
static bool operand(struct rolepath_parser *p, struct operand *o, bool *singular_r);

static bool want(struct rolepath_parser *p, char c, const char *what)
{
	return scan_char(&p->s, c) || rolepath_expected(p, what);
}

/* Rewrites a quoted string as JSON and lets json-c read the escapes: only the quotes differ between the two. */
static bool string(struct rolepath_parser *p, struct json_object **out_r)
{
	char quote = scan_peek(&p->s) == '\'' ? '\'' : '"';
	struct buf json = buf_new(p->arena, TEXT_MAX);
	if (!want(p, quote, "a string in quotes"))
		return false;
	buf_lit(&json, "{\"s\":\"");
	while (!scan_done(&p->s) && scan_peek(&p->s) != quote) {
		char c = *p->s.cur++;
		bool escape = c == '\\' && !scan_done(&p->s);
		char next = escape ? *p->s.cur++ : '\0';
		if (c == '"' || (escape && next != '\''))
			buf_char(&json, '\\');
		buf_char(&json, escape ? next : c);
	}
	buf_lit(&json, "\"}");
	struct json_object *object = tokenjson_parse(buf_str(&json), p->arena);
	*out_r = json_object_object_get(object, "s");
	return object ? want(p, quote, "a closing quote") : rolepath_expected(p, "a well-formed string");
}

static bool name_selector(struct rolepath_parser *p, struct selector *s)
{
	struct json_object *name;
	s->kind = SELECTOR_NAME;
	if (!string(p, &name))
		return false;
	s->name = json_object_get_string(name);
	return true;
}

static bool slice_bound(struct rolepath_parser *p, struct bound *out_r)
{
	scan_blanks(&p->s);
	out_r->given = rolepath_at_number(p);
	if (out_r->given && !rolepath_int(p, &out_r->at))
		return false;
	scan_blanks(&p->s);
	return true;
}

static bool index_or_slice(struct rolepath_parser *p, struct selector *s)
{
	if (!slice_bound(p, &s->from))
		return false;
	if (!scan_char(&p->s, ':')) {
		s->kind = SELECTOR_INDEX;
		s->index = s->from.at;
		return s->from.given || rolepath_expected(p, "a selector: 'name', 0, 0:1, * or ?filter");
	}
	s->kind = SELECTOR_SLICE;
	return slice_bound(p, &s->to) && (!scan_char(&p->s, ':') || slice_bound(p, &s->step));
}

static bool selector(struct rolepath_parser *p, struct selector *s)
{
	int c = scan_peek(&p->s);
	if (c == '\'' || c == '"')
		return name_selector(p, s);
	if (scan_char(&p->s, '*')) {
		s->kind = SELECTOR_ALL;
		return true;
	}
	if (!scan_char(&p->s, '?'))
		return index_or_slice(p, s);
	s->kind = SELECTOR_FILTER;
	scan_blanks(&p->s);
	return disjunction(p, &s->filter);
}

/* Behind "[". */
static bool bracketed(struct rolepath_parser *p, struct segment *segment)
{
	const struct selector **tail = &segment->selectors;
	do {
		struct selector *s = arena_make(p->arena, struct selector);
		*tail = s;
		tail = &s->next;
		scan_blanks(&p->s);
		if (!selector(p, s))
			return false;
		scan_blanks(&p->s);
	} while (scan_char(&p->s, ','));
	return want(p, ']', "] or ,");
}

static bool in_name(int c, bool at_start)
{
	return ascii_is_letter(c) || c == '_' || c >= 0x80 || (!at_start && ascii_is_digit(c));
}

/* Behind "." or "..": * or a name without quotes. */
static bool shorthand(struct rolepath_parser *p, struct segment *segment)
{
	struct selector *s = arena_make(p->arena, struct selector);
	const char *start = p->s.cur;
	segment->selectors = s;
	segment->dotted = true;
	s->kind = SELECTOR_ALL;
	if (scan_char(&p->s, '*'))
		return true;
	while (in_name(scan_peek(&p->s), p->s.cur == start))
		p->s.cur++;
	s->kind = SELECTOR_NAME;
	s->name = str_cstr(p->arena, (struct str){ start, (size_t)(p->s.cur - start) });
	return p->s.cur > start || rolepath_expected(p, "a name (other names: ['any name'])");
}

static bool segment_body(struct rolepath_parser *p, struct segment *segment)
{
	segment->descend = scan_lit(&p->s, STR(".."));
	if (scan_char(&p->s, '['))
		return bracketed(p, segment);
	return (segment->descend || want(p, '.', ". or [")) && shorthand(p, segment);
}

static bool is_singular(const struct segment *segment)
{
	const struct selector *s = segment->selectors;
	return !segment->descend && !s->next && (s->kind == SELECTOR_NAME || s->kind == SELECTOR_INDEX);
}

/* Every segment that follows; singular_r: they select one node at most. */
static bool segments(struct rolepath_parser *p, const struct segment **out_r, bool *singular_r)
{
	const struct segment **tail = out_r;
	*singular_r = true;
	for (;;) {
		const char *before = p->s.cur;
		scan_blanks(&p->s);
		int c = scan_peek(&p->s);
		if (c != '.' && c != '[') {
			p->s.cur = before;
			return true;
		}
		struct segment *segment = arena_make(p->arena, struct segment);
		if (!segment_body(p, segment))
			return false;
		*tail = segment;
		tail = &segment->next;
		*singular_r = *singular_r && is_singular(segment);
	}
}

static struct condition *condition(struct rolepath_parser *p, enum condition_kind kind, const struct condition *a,
	const struct condition *b)
{
	struct condition *c = arena_make(p->arena, struct condition);
	*c = (struct condition){ .kind = kind, .a = a, .b = b };
	return c;
}

static bool number(struct rolepath_parser *p, struct operand *o)
{
	struct str text;
	if (!scan_set(&p->s, "0123456789+-.eE", 64, &text))
		return rolepath_expected(p, "a number");
	struct str object = str_printf(p->arena, "{\"n\":%.*s}", STR_ARG(text));
	o->literal = json_object_object_get(tokenjson_parse(object, p->arena), "n");
	return o->literal || rolepath_expected(p, "a number");
}

static bool literal(struct rolepath_parser *p, struct operand *o)
{
	int c = scan_peek(&p->s);
	if (c == '\'' || c == '"')
		return string(p, &o->literal);
	if (rolepath_at_number(p))
		return number(p, o);
	bool yes = scan_lit(&p->s, STR("true"));
	if (!yes && !scan_lit(&p->s, STR("false")))
		return scan_lit(&p->s, STR("null")) || rolepath_expected(p, "@, $, a literal or a function");
	o->literal = jsonc_keep(json_object_new_boolean(yes), p->arena);
	return true;
}

/* The argument of a function behind its "(": of length() a value, of the others whatever a query selects. */
static bool argument(struct rolepath_parser *p, struct operand *o)
{
	struct operand *inner = arena_make(p->arena, struct operand);
	bool singular;
	o->argument = inner;
	scan_blanks(&p->s);
	if (!operand(p, inner, &singular))
		return false;
	if (o->kind == PATH_LENGTH ? !singular : inner->kind != PATH_QUERY)
		return rolepath_expected(p, o->kind == PATH_LENGTH ? "a path to one value, like @ or @.name" : "a path");
	scan_blanks(&p->s);
	return want(p, ')', ")");
}

/* Takes the name of a function that gives a value, and its "(". */
static bool call_begins(struct rolepath_parser *p, struct operand *o)
{
	static const struct {
		struct str text;
		enum path_operand_kind kind;
	} calls[] = {
		{ STR_INIT("length("), PATH_LENGTH },
		{ STR_INIT("count("), PATH_COUNT },
		{ STR_INIT("value("), PATH_VALUE },
	};
	for (size_t i = 0; i < COUNT_OF(calls); i++)
		if (scan_lit(&p->s, calls[i].text)) {
			o->kind = calls[i].kind;
			return true;
		}
	return false;
}

static bool call(struct rolepath_parser *p, struct operand *o)
{
	if (p->depth++ >= DEPTH_MAX)
		return rolepath_expected(p, "fewer nested filters");
	bool good = argument(p, o);
	p->depth--;
	return good;
}

static bool operand(struct rolepath_parser *p, struct operand *o, bool *singular_r)
{
	int c = scan_peek(&p->s);
	*singular_r = true;
	if (call_begins(p, o))
		return call(p, o);
	if (c != '@' && c != '$')
		return literal(p, o);
	p->s.cur++;
	o->kind = PATH_QUERY;
	o->from_root = c == '$';
	return segments(p, &o->query, singular_r);
}

static void free_regex(void *regex)
{
	regfree(regex);
}

/* match() is about the whole string, search() about any part of it. */
static bool compile(struct rolepath_parser *p, struct condition *c)
{
	struct str pattern = jsonc_text(c->right.literal);
	struct str text = str_printf(p->arena, c->whole ? "^(%.*s)$" : "%.*s", STR_ARG(pattern));
	if (regcomp(&c->regex, text.p, REG_EXTENDED | REG_NOSUB) != 0)
		return rolepath_expected(p, "a valid regular expression");
	arena_on_reset(p->arena, free_regex, &c->regex);
	return true;
}

/* Behind "search(" or "match(". */
static bool regex_call(struct rolepath_parser *p, bool whole, const struct condition **out_r)
{
	struct condition *c = condition(p, CONDITION_REGEX, NULL, NULL);
	bool singular;
	*out_r = c;
	c->whole = whole;
	scan_blanks(&p->s);
	if (!operand(p, &c->left, &singular))
		return false;
	scan_blanks(&p->s);
	if (!singular || !want(p, ',', ","))
		return rolepath_expected(p, "a path to one value, like @ or @.name");
	scan_blanks(&p->s);
	if (!literal(p, &c->right) || !compile(p, c))
		return false;
	scan_blanks(&p->s);
	return want(p, ')', ")");
}

static bool comparison(struct rolepath_parser *p, enum condition_kind *out_r)
{
	static const struct {
		struct str text;
		enum condition_kind kind;
	} operators[] = {
		{ STR_INIT("=="), CONDITION_EQ },
		{ STR_INIT("!="), CONDITION_NE },
		{ STR_INIT("<="), CONDITION_LE },
		{ STR_INIT(">="), CONDITION_GE },
		{ STR_INIT("<"), CONDITION_LT },
		{ STR_INIT(">"), CONDITION_GT },
	};
	for (size_t i = 0; i < COUNT_OF(operators); i++)
		if (scan_lit(&p->s, operators[i].text)) {
			*out_r = operators[i].kind;
			return true;
		}
	return false;
}

/* A comparison, or a test whether a query selects anything. */
static bool test(struct rolepath_parser *p, const struct condition **out_r)
{
	struct condition *c = condition(p, CONDITION_EXISTS, NULL, NULL);
	bool left_singular, right_singular;
	*out_r = c;
	if (!operand(p, &c->left, &left_singular))
		return false;
	scan_blanks(&p->s);
	if (!comparison(p, &c->kind))
		return c->left.kind == PATH_QUERY || rolepath_expected(p, "one of == != < <= > >=");
	scan_blanks(&p->s);
	if (!operand(p, &c->right, &right_singular))
		return false;
	return (left_singular && right_singular) || rolepath_expected(p, "paths to one value in a comparison");
}

static bool parenthesis(struct rolepath_parser *p, const struct condition **out_r)
{
	scan_blanks(&p->s);
	if (!disjunction(p, out_r))
		return false;
	*out_r = condition(p, CONDITION_GROUP, *out_r, NULL);
	scan_blanks(&p->s);
	return want(p, ')', ")");
}

static bool term(struct rolepath_parser *p, const struct condition **out_r)
{
	bool negated = scan_char(&p->s, '!');
	bool good;
	scan_blanks(&p->s);
	if (scan_char(&p->s, '('))
		good = parenthesis(p, out_r);
	else if (scan_lit(&p->s, STR("search(")))
		good = regex_call(p, false, out_r);
	else if (scan_lit(&p->s, STR("match(")))
		good = regex_call(p, true, out_r);
	else
		good = test(p, out_r);
	if (good && negated)
		*out_r = condition(p, CONDITION_NOT, *out_r, NULL);
	return good;
}

/* next, joined by the operator's text: a && b && c, then a || b || c. */
static bool joined(struct rolepath_parser *p, const struct condition **out_r, struct str text, enum condition_kind kind,
	bool (*next)(struct rolepath_parser *p, const struct condition **out_r))
{
	if (!next(p, out_r))
		return false;
	for (;;) {
		const struct condition *right;
		scan_blanks(&p->s);
		if (!scan_lit(&p->s, text))
			return true;
		scan_blanks(&p->s);
		if (!next(p, &right))
			return false;
		*out_r = condition(p, kind, *out_r, right);
	}
}

static bool conjunction(struct rolepath_parser *p, const struct condition **out_r)
{
	return joined(p, out_r, STR("&&"), CONDITION_AND, term);
}

static bool disjunction(struct rolepath_parser *p, const struct condition **out_r)
{
	if (p->depth++ >= DEPTH_MAX)
		return rolepath_expected(p, "fewer nested filters");
	bool good = joined(p, out_r, STR("||"), CONDITION_OR, conjunction);
	p->depth--;
	return good;
}

bool rolepath_rfc(struct rolepath *path, struct rolepath_parser *p)
{
	bool singular;
	return segments(p, &path->segments, &singular);
}
