/* Operator expressions: `not.in.(1,2)`, `eq(any).{1,2}`, `fts(english).word`.
 * SPDX-License-Identifier: MIT */
#include "query/grammar.h"

struct operator_name {
	enum filter_operator op;
	struct str text;
};

/* In the order in which they are tried: a name before the names it begins. */
static const struct operator_name text_search[] = {
	{ OP_FTS, STR_INIT("fts") },
	{ OP_PLFTS, STR_INIT("plfts") },
	{ OP_PHFTS, STR_INIT("phfts") },
	{ OP_WFTS, STR_INIT("wfts") },
};
static const struct operator_name simple[] = {
	{ OP_NEQ, STR_INIT("neq") },
	{ OP_CS, STR_INIT("cs") },
	{ OP_CD, STR_INIT("cd") },
	{ OP_OV, STR_INIT("ov") },
	{ OP_SL, STR_INIT("sl") },
	{ OP_SR, STR_INIT("sr") },
	{ OP_NXR, STR_INIT("nxr") },
	{ OP_NXL, STR_INIT("nxl") },
	{ OP_ADJ, STR_INIT("adj") },
};
/* Those that take (any) and (all). */
static const struct operator_name quantified[] = {
	{ OP_EQ, STR_INIT("eq") },
	{ OP_GTE, STR_INIT("gte") },
	{ OP_GT, STR_INIT("gt") },
	{ OP_LTE, STR_INIT("lte") },
	{ OP_LT, STR_INIT("lt") },
	{ OP_LIKE, STR_INIT("like") },
	{ OP_ILIKE, STR_INIT("ilike") },
	{ OP_MATCH, STR_INIT("match") },
	{ OP_IMATCH, STR_INIT("imatch") },
};
static const struct {
	enum filter_is is;
	struct str text;
} is_values[] = {
	{ IS_NULL, STR_INIT("null") },
	{ IS_NOT_NULL, STR_INIT("not_null") },
	{ IS_TRUE, STR_INIT("true") },
	{ IS_FALSE, STR_INIT("false") },
	{ IS_UNKNOWN, STR_INIT("unknown") },
};

static bool try_token(struct parse *p, struct str token, bool nocase)
{
	struct parse_mark m = parse_open(p);
	return parse_try(p, &m, parse_token(p, token, nocase));
}

static bool operator_of(struct parse *p, const struct operator_name *names, size_t count, enum filter_operator *op_r)
{
	for (size_t i = 0; i < count; i++) {
		if (!try_token(p, names[i].text, false))
			continue;
		*op_r = names[i].op;
		return true;
	}
	return false;
}

/* `in.` and the like: taken as a whole or not at all. */
static bool prefix(struct parse *p, struct str name)
{
	struct parse_mark m = parse_open(p);
	return parse_try(p, &m, parse_token(p, name, false) && grammar_delimiter(p));
}

static bool list_element(struct parse *p, void *list)
{
	struct str value;
	struct parse_mark m = parse_open(p);
	if (!parse_try(p, &m, grammar_quoted(p, &value) && parse_not_class(p, &grammar_until_list_end)))
		parse_run(p, &grammar_until_list_end, 0, &value);
	name_list_add(list, value, p->arena);
	return true;
}

static bool value_list(struct parse *p, struct filter *out)
{
	struct name_list list = { 0 };
	if (!grammar_parenthesis(p, '(') || !parse_list(p, grammar_plain_comma, list_element, &list)
		|| !grammar_parenthesis(p, ')'))
		return false;
	/* PostgREST takes one empty element for no element: in.() */
	out->value_count = list.count == 1 && list.items[0].n == 0 ? 0 : list.count;
	out->values = list.items;
	return true;
}

static bool is_value(struct parse *p, struct filter *out)
{
	struct parse_mark m = parse_open(p);
	bool ok = false;
	for (size_t i = 0; i < COUNT_OF(is_values) && !ok; i++) {
		ok = try_token(p, is_values[i].text, true);
		out->is = is_values[i].is;
	}
	return parse_named(p, &m, ok, LABEL_IS);
}

/* Between '(' and ')', all or nothing; else nothing is taken */
static void text_search_language(struct parse *p, struct str *out_r)
{
	struct parse_mark m = parse_open(p);
	struct str language;
	if (parse_try(p, &m, parse_char(p, '(') && grammar_identifier(p, &language) && parse_char(p, ')')))
		*out_r = language;
}

static void quantifier(struct parse *p, enum filter_quantifier *out_r)
{
	struct parse_mark m = parse_open(p);
	enum filter_quantifier found = QUANTIFIER_NONE;
	if (parse_char(p, '(')) {
		if (try_token(p, STR("any"), false))
			found = QUANTIFIER_ANY;
		else if (parse_token(p, STR("all"), false))
			found = QUANTIFIER_ALL;
	}
	if (parse_try(p, &m, found != QUANTIFIER_NONE && parse_char(p, ')')))
		*out_r = found;
}

static bool try_text_search(struct parse *p, grammar_operand_fn *operand, struct filter *out)
{
	struct parse_mark m = parse_open(p);
	bool ok = operator_of(p, text_search, COUNT_OF(text_search), &out->op);
	if (ok) {
		text_search_language(p, &out->language);
		ok = grammar_delimiter(p) && operand(p, &out->value);
	}
	return parse_try(p, &m, ok);
}

static bool try_simple(struct parse *p, grammar_operand_fn *operand, struct filter *out)
{
	struct parse_mark m = parse_open(p);
	bool ok = operator_of(p, simple, COUNT_OF(simple), &out->op) && grammar_delimiter(p) && operand(p, &out->value);
	return parse_try(p, &m, ok);
}

/* `*` is how a URL writes the `%` of like. */
static struct str like_pattern(struct str value, struct arena *a)
{
	struct str copy = str_dup(a, value);
	char *to = arena_bytes(a, value.n + 1);
	for (size_t i = 0; i <= value.n; i++)
		to[i] = copy.p[i] == '*' ? '%' : copy.p[i];
	return (struct str){ to, value.n };
}

static bool try_quantified(struct parse *p, grammar_operand_fn *operand, struct filter *out)
{
	struct parse_mark m = parse_open(p);
	bool ok = operator_of(p, quantified, COUNT_OF(quantified), &out->op);
	if (ok) {
		quantifier(p, &out->quantifier);
		ok = grammar_delimiter(p) && operand(p, &out->value);
	}
	if (ok && (out->op == OP_LIKE || out->op == OP_ILIKE))
		out->value = like_pattern(out->value, p->arena);
	return parse_try(p, &m, ok);
}

static bool in_operation(struct parse *p, struct filter *out)
{
	out->op = OP_IN;
	return prefix(p, STR("in")) && value_list(p, out);
}

static bool is_operation(struct parse *p, struct filter *out)
{
	out->op = OP_IS;
	return prefix(p, STR("is")) && is_value(p, out);
}

static bool isdistinct_operation(struct parse *p, grammar_operand_fn *operand, struct filter *out)
{
	out->op = OP_ISDISTINCT;
	return prefix(p, STR("isdistinct")) && operand(p, &out->value);
}

bool grammar_operation(struct parse *p, grammar_operand_fn *operand, struct filter *out)
{
	struct parse_mark m = parse_open(p);
	out->negated = parse_try(p, &m, parse_word(p, WORD_NOT) && grammar_delimiter(p));
	m = parse_open(p);
	const char *at = p->cur;
	bool ok = in_operation(p, out) || (p->cur == at && is_operation(p, out))
		|| (p->cur == at && isdistinct_operation(p, operand, out))
		|| (p->cur == at
			&& (try_text_search(p, operand, out) || try_simple(p, operand, out) || try_quantified(p, operand, out)));
	return parse_named(p, &m, ok, LABEL_OPERATOR);
}

bool grammar_operand(struct parse *p, struct str *out_r)
{
	*out_r = parse_rest(p);
	return true;
}

/* {1,2}: an array literal, whose commas are its own. */
static bool braced(struct parse *p, struct str *out_r)
{
	static const struct parse_class inside = {
		.in = { [0 ... 'z'] = true, ['|'] = true, ['~' ... 0xff] = true },
	};
	struct str unused;
	const char *at = p->cur;
	if (!parse_char(p, '{') || !parse_run(p, &inside, 0, &unused) || !parse_char(p, '}'))
		return false;
	*out_r = (struct str){ at, (size_t)(p->cur - at) };
	return true;
}

bool grammar_logic_operand(struct parse *p, struct str *out_r)
{
	struct str value;
	struct parse_mark m = parse_open(p);
	bool ok = parse_try(p, &m, grammar_quoted(p, &value) && parse_not_class(p, &grammar_until_list_end));
	if (!ok) {
		m = parse_open(p);
		ok = parse_try(p, &m, braced(p, &value)) || parse_run(p, &grammar_until_list_end, 0, &value);
	}
	*out_r = str_dup(p->arena, value);
	return ok;
}
