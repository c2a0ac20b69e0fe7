/* Logic trees: and(...), or(...), not.and(...), and the filters they join.
 * SPDX-License-Identifier: MIT */
#include "query/grammar.h"

static bool logic_filter(struct parse *p, struct logic *out)
{
	struct parse_mark m = parse_open(p);
	out->kind = LOGIC_FILTER;
	bool ok = grammar_field(p, &out->filter.field) && grammar_delimiter(p)
		&& grammar_operation(p, grammar_logic_operand, &out->filter);
	return parse_try(p, &m, ok);
}

static void negation(struct parse *p, bool *negated_r)
{
	struct parse_mark named = parse_open(p);
	struct parse_mark m = parse_open(p);
	*negated_r = parse_try(p, &m, parse_word(p, WORD_NOT) && grammar_delimiter(p));
	parse_named(p, &named, true, LABEL_NEGATION);
}

static bool logic_operator(struct parse *p, enum logic_kind *kind_r)
{
	struct parse_mark named = parse_open(p);
	struct parse_mark m = parse_open(p);
	*kind_r = LOGIC_AND;
	bool ok = parse_try(p, &m, parse_word(p, WORD_AND));
	if (!ok) {
		*kind_r = LOGIC_OR;
		ok = parse_word(p, WORD_OR);
	}
	return parse_named(p, &named, ok, LABEL_LOGIC);
}

/* Where the next operand is linked in. */
struct operands {
	struct logic **tail;
};

static bool operand(struct parse *p, void *arg)
{
	struct operands *operands = arg;
	struct logic *item = arena_make(p->arena, struct logic);
	if (!grammar_logic(p, item))
		return false;
	*operands->tail = item;
	operands->tail = &item->next;
	return true;
}

static bool logic_group(struct parse *p, struct logic *out)
{
	struct operands operands = { &out->children };
	negation(p, &out->negated);
	if (!logic_operator(p, &out->kind) || !grammar_parenthesis(p, '(') || !parse_enter(p)
		|| !parse_list(p, grammar_comma, operand, &operands))
		return false;
	parse_leave(p);
	return grammar_parenthesis(p, ')');
}

bool grammar_logic(struct parse *p, struct logic *out)
{
	if (logic_filter(p, out))
		return true;
	*out = (struct logic){ 0 };
	return logic_group(p, out);
}
