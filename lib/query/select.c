/* The select list: fields, aggregates, embeds and spreads, nested.
 * SPDX-License-Identifier: MIT */
#include "query/grammar.h"

static bool item_end(struct parse *p)
{
	return parse_sees(p, ')') || parse_sees(p, ',') || parse_end(p);
}

/* `alias:`, but not the `::` of a cast. */
static void alias(struct parse *p, struct str *out_r)
{
	struct parse_mark m = parse_open(p);
	struct str name;
	bool ok = grammar_name(p, &name) && parse_char(p, ':') && parse_not_char(p, ':');
	*out_r = parse_try(p, &m, ok) ? name : STR_NONE;
}

/* `::type`, or nothing; false when it began and did not end. */
static bool cast(struct parse *p, struct str *out_r)
{
	const char *at = p->cur;
	if (parse_word(p, WORD_CAST))
		return grammar_identifier(p, out_r);
	return p->cur == at;
}

static bool star(struct parse *p, struct select_item *out)
{
	struct parse_mark m = parse_open(p);
	out->kind = SELECT_ALL;
	return parse_try(p, &m, parse_char(p, '*') && item_end(p));
}

static bool count_of_rows(struct parse *p, struct select_item *out)
{
	struct parse_mark m = parse_open(p);
	*out = (struct select_item){ .kind = SELECT_FIELD, .aggregate = AGGREGATE_COUNT };
	alias(p, &out->alias);
	return parse_try(p, &m, parse_word(p, WORD_COUNT_CALL) && cast(p, &out->aggregate_cast) && item_end(p));
}

static bool try_word(struct parse *p, enum parse_label word)
{
	struct parse_mark m = parse_open(p);
	return parse_try(p, &m, parse_word(p, word));
}

/* One of the names; those that share a beginning are put back when they fail. */
static bool aggregate_name(struct parse *p, enum aggregate *out_r)
{
	static const struct {
		enum parse_label word;
		enum aggregate aggregate;
		bool put_back;
	} names[] = {
		{ WORD_SUM, AGGREGATE_SUM, false },
		{ WORD_AVG, AGGREGATE_AVG, false },
		{ WORD_COUNT, AGGREGATE_COUNT, false },
		{ WORD_MAX, AGGREGATE_MAX, true },
		{ WORD_MIN, AGGREGATE_MIN, true },
	};
	const char *at = p->cur;
	for (size_t i = 0; i < COUNT_OF(names) && p->cur == at; i++) {
		*out_r = names[i].aggregate;
		if (names[i].put_back ? try_word(p, names[i].word) : parse_word(p, names[i].word))
			return true;
	}
	return false;
}

static void aggregate(struct parse *p, enum aggregate *out_r)
{
	struct parse_mark m = parse_open(p);
	enum aggregate found = AGGREGATE_NONE;
	if (parse_try(p, &m, parse_char(p, '.') && aggregate_name(p, &found) && parse_word(p, WORD_CALL)))
		*out_r = found;
}

static bool plain_field(struct parse *p, struct select_item *out)
{
	*out = (struct select_item){ .kind = SELECT_FIELD };
	alias(p, &out->alias);
	if (!grammar_field(p, &out->field) || !cast(p, &out->cast))
		return false;
	aggregate(p, &out->aggregate);
	return cast(p, &out->aggregate_cast) && item_end(p);
}

static bool field_item(struct parse *p, struct select_item *out)
{
	parse_blanks(p);
	if (!star(p, out) && !count_of_rows(p, out) && !plain_field(p, out))
		return false;
	parse_blanks(p);
	return true;
}

static bool try_name(struct parse *p, struct str *out_r)
{
	struct parse_mark m = parse_open(p);
	return parse_try(p, &m, grammar_name(p, out_r));
}

/* `!inner`, `!left` or `!hint`; of two of a kind the first counts. */
static bool embed_parameter(struct parse *p, struct select_item *out)
{
	struct str hint;
	if (!parse_char(p, '!'))
		return true;
	enum join_type join = try_word(p, WORD_LEFT) ? JOIN_LEFT : try_word(p, WORD_INNER) ? JOIN_INNER : JOIN_DEFAULT;
	if (join != JOIN_DEFAULT)
		out->join = out->join == JOIN_DEFAULT ? join : out->join;
	else if (!try_name(p, &hint))
		return false;
	else if (!out->hint.p)
		out->hint = hint;
	return true;
}

static bool embed_target(struct parse *p, struct select_item *out)
{
	return grammar_name(p, &out->relation) && !(out->kind == SELECT_EMBED && str_eq(out->relation, STR("count")))
		&& embed_parameter(p, out) && embed_parameter(p, out) && parse_sees(p, '(');
}

static bool spread(struct parse *p, struct select_item *out)
{
	struct parse_mark m = parse_open(p);
	*out = (struct select_item){ .kind = SELECT_SPREAD };
	parse_blanks(p);
	bool ok = parse_word(p, WORD_SPREAD) && embed_target(p, out);
	if (ok)
		parse_blanks(p);
	return parse_try(p, &m, ok);
}

static bool embed(struct parse *p, struct select_item *out)
{
	struct parse_mark m = parse_open(p);
	*out = (struct select_item){ .kind = SELECT_EMBED };
	parse_blanks(p);
	alias(p, &out->alias);
	bool ok = embed_target(p, out);
	if (ok)
		parse_blanks(p);
	return parse_try(p, &m, ok);
}

static bool children(struct parse *p, struct select_item *out)
{
	if (!parse_char(p, '(') || !parse_enter(p) || !grammar_select(p, &out->children))
		return false;
	parse_leave(p);
	return parse_char(p, ')');
}

struct items {
	struct select_item **tail;
};

static bool item(struct parse *p, void *arg)
{
	struct items *items = arg;
	struct select_item *made = arena_make(p->arena, struct select_item);
	bool embeds = spread(p, made) || embed(p, made);
	if (embeds ? !children(p, made) : !field_item(p, made))
		return false;
	*items->tail = made;
	items->tail = &made->next;
	return true;
}

bool grammar_select(struct parse *p, struct select_item **out_r)
{
	struct items items = { out_r };
	const char *at = p->cur;
	*out_r = NULL;
	return parse_list(p, grammar_comma, item, &items) || p->cur == at;
}
