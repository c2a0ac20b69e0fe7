/* Order terms: a.desc.nullsfirst, data->>k, rel(a).asc, rel(other(a)).
 * SPDX-License-Identifier: MIT */
#include "query/grammar.h"

/* `.word`, all or nothing. */
static bool suffix(struct parse *p, enum parse_label word)
{
	struct parse_mark m = parse_open(p);
	return parse_try(p, &m, grammar_delimiter(p) && parse_word(p, word));
}

static bool order_end(struct parse *p)
{
	return parse_sees(p, ',') || parse_end(p);
}

/* Direction, nulls, and that nothing else follows. */
static bool order_suffixes(struct parse *p, struct order_term *out)
{
	if (suffix(p, WORD_ASC))
		out->direction = ORDER_ASC;
	else if (suffix(p, WORD_DESC))
		out->direction = ORDER_DESC;
	if (suffix(p, WORD_NULLS_FIRST))
		out->nulls = NULLS_FIRST;
	else if (suffix(p, WORD_NULLS_LAST))
		out->nulls = NULLS_LAST;
	return order_end(p);
}

static bool relation_name(struct parse *p, struct str *out_r)
{
	struct parse_mark m = parse_open(p);
	return parse_try(p, &m, grammar_name(p, out_r) && parse_char(p, '('));
}

/* `rel(` or `rel(other(`, and so on. */
static bool relation_names(struct parse *p, struct order_term *out)
{
	struct name_list names = { 0 };
	struct str name;
	while (relation_name(p, &name))
		name_list_add(&names, name, p->arena);
	out->relations = names.items;
	out->relation_count = names.count;
	return names.count > 0;
}

static bool relations_end(struct parse *p, size_t count)
{
	bool ended = true;
	for (size_t i = 0; i < count && ended; i++)
		ended = parse_char(p, ')');
	return ended;
}

static bool related_term(struct parse *p, struct order_term *out)
{
	struct parse_mark m = parse_open(p);
	bool ok = relation_names(p, out) && grammar_field(p, &out->field) && relations_end(p, out->relation_count)
		&& order_suffixes(p, out);
	return parse_try(p, &m, ok);
}

static bool plain_term(struct parse *p, struct order_term *out)
{
	*out = (struct order_term){ 0 };
	return grammar_field(p, &out->field) && order_suffixes(p, out);
}

struct terms {
	struct order_term **tail;
};

static bool order_term(struct parse *p, void *arg)
{
	struct terms *terms = arg;
	struct order_term *term = arena_make(p->arena, struct order_term);
	parse_blanks(p);
	if (!related_term(p, term) && !plain_term(p, term))
		return false;
	parse_blanks(p);
	*terms->tail = term;
	terms->tail = &term->next;
	return true;
}

bool grammar_order(struct parse *p, struct order_term **out_r)
{
	struct terms terms = { out_r };
	*out_r = NULL;
	return parse_list(p, grammar_plain_comma, order_term, &terms);
}
