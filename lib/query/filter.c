/* Operator expressions: `not.in.(1,2)`, `eq(any).{1,2}`, `fts(english).word`.
 * SPDX-License-Identifier: MIT */
#include "query/grammar.h"

static bool try_token(struct parse *p, struct str token, bool nocase)
{
	struct parse_mark m = parse_open(p);
	return parse_try(p, &m, parse_token(p, token, nocase));
}

/* The first row whose name comes next is the operator. */
static bool operator_of(struct parse *p, enum filter_operator *op_r)
{
	for (size_t i = 0; i < FILTER_OPERATOR_COUNT; i++) {
		if (!try_token(p, filter_operators[i].name, false))
			continue;
		*op_r = (enum filter_operator)i;
		return true;
	}
	return false;
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
	/* PostgREST takes one empty element for no element: in.() and in.(""). */
	out->value_count = list.count == 1 && list.items[0].n == 0 ? 0 : list.count;
	out->values = list.items;
	return true;
}

static bool is_value(struct parse *p, struct filter *out)
{
	struct parse_mark m = parse_open(p);
	bool ok = false;
	for (size_t i = 0; i < FILTER_IS_COUNT && !ok; i++) {
		ok = try_token(p, filter_is_words[i].name, true);
		out->is = (enum filter_is)i;
	}
	return parse_named(p, &m, ok, LABEL_IS);
}

/* A configuration between '(' and ')'; if it is not whole nothing is taken. */
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
		if (try_token(p, filter_quantifiers[QUANTIFIER_ANY].name, false))
			found = QUANTIFIER_ANY;
		else if (parse_token(p, filter_quantifiers[QUANTIFIER_ALL].name, false))
			found = QUANTIFIER_ALL;
	}
	if (parse_try(p, &m, found != QUANTIFIER_NONE && parse_char(p, ')')))
		*out_r = found;
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

/* What stands in parentheses before the dot, where there is any. */
static void parenthesized(struct parse *p, struct filter *out)
{
	const struct operator_row *row = &filter_operators[out->op];
	if (row->operand == OPERAND_QUERY)
		text_search_language(p, &out->language);
	if (row->quantified)
		quantifier(p, &out->quantifier);
}

/* `eq.`, `eq(any).`, `fts(english).`: taken as a whole or not at all. */
static bool operator_and_dot(struct parse *p, struct filter *out)
{
	struct parse_mark m = parse_open(p);
	bool ok = operator_of(p, &out->op);
	if (ok)
		parenthesized(p, out);
	return parse_try(p, &m, ok && grammar_delimiter(p));
}

static bool operand_of(struct parse *p, grammar_operand_fn *operand, struct filter *out)
{
	switch (filter_operators[out->op].operand) {
	case OPERAND_LIST:
		return value_list(p, out);
	case OPERAND_IS:
		return is_value(p, out);
	case OPERAND_PATTERN:
		if (!operand(p, &out->value))
			return false;
		out->value = like_pattern(out->value, p->arena);
		return true;
	default:
		return operand(p, &out->value);
	}
}

bool grammar_operation(struct parse *p, grammar_operand_fn *operand, struct filter *out)
{
	struct parse_mark m = parse_open(p);
	out->negated = parse_try(p, &m, parse_word(p, WORD_NOT) && grammar_delimiter(p));
	m = parse_open(p);
	bool ok = operator_and_dot(p, out) && operand_of(p, operand, out);
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
