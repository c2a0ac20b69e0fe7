/* Names, quoted values, JSON paths: what every parameter's grammar is made of.
 * SPDX-License-Identifier: MIT */
#include "query/grammar.h"

#include <string.h>

#include "base/buf.h"

/* Letters, digits, `_`, `$` and the blank; every character beyond ASCII counts as a letter. */
static const struct parse_class identifier = {
	.in = { [' '] = true,
		['$'] = true,
		['_'] = true,
		['0' ... '9'] = true,
		['A' ... 'Z'] = true,
		['a' ... 'z'] = true,
		[0x80 ... 0xff] = true },
	.expected = { LABEL_LETTER, LABEL_DIGIT },
};
static const struct parse_class digits = { .in = { ['0' ... '9'] = true }, .expected = { LABEL_DIGIT } };
/* All but `(-:.,>)`. */
static const struct parse_class json_key = {
	.in = { [0 ... '\''] = true,
		['*' ... '+'] = true,
		['/' ... '9'] = true,
		[';' ... '='] = true,
		['?' ... 0xff] = true },
};
/* All but `"` and the backslash. */
static const struct parse_class unescaped = {
	.in = { [0 ... '!'] = true, ['#' ... '['] = true, [']' ... 0xff] = true },
};
const struct parse_class grammar_until_list_end = {
	.in = { [0 ... '('] = true, ['*' ... '+'] = true, ['-' ... 0xff] = true },
};

bool grammar_comma(struct parse *p)
{
	parse_blanks(p);
	if (!parse_char(p, ','))
		return false;
	parse_blanks(p);
	return true;
}

bool grammar_plain_comma(struct parse *p)
{
	return parse_char(p, ',');
}

bool grammar_parenthesis(struct parse *p, char c)
{
	parse_blanks(p);
	if (!parse_char(p, c))
		return false;
	parse_blanks(p);
	return true;
}

bool grammar_delimiter(struct parse *p)
{
	struct parse_mark m = parse_open(p);
	bool ok = parse_char(p, '.');
	return parse_named(p, &m, ok, LABEL_DELIMITER);
}

bool grammar_identifier(struct parse *p, struct str *out_r)
{
	if (!parse_run(p, &identifier, 1, out_r))
		return false;
	*out_r = str_trim(*out_r);
	return true;
}

static bool json_key_part(struct parse *p, struct str *out_r)
{
	if (!parse_run(p, &json_key, 1, out_r))
		return false;
	*out_r = str_trim(*out_r);
	return true;
}

/* The text between the quotes with its escapes taken off: a backslash stands for the byte behind it. */
static struct str without_escapes(struct str raw, struct arena *a)
{
	if (!str_has(raw, '\\'))
		return raw;
	char *to = arena_bytes(a, raw.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < raw.n; i++) {
		i += raw.p[i] == '\\';
		to[n++] = raw.p[i];
	}
	to[n] = '\0';
	return (struct str){ to, n };
}

static bool escaped_character(struct parse *p)
{
	return parse_char(p, '\\') && parse_any(p);
}

bool grammar_quoted(struct parse *p, struct str *out_r)
{
	struct str unused;
	if (!parse_char(p, '"'))
		return false;
	const char *at = p->cur;
	for (;;) {
		parse_run(p, &unescaped, 0, &unused);
		const char *escape = p->cur;
		if (escaped_character(p))
			continue;
		if (p->cur != escape)
			return false;
		break;
	}
	*out_r = without_escapes((struct str){ at, (size_t)(p->cur - at) }, p->arena);
	return parse_char(p, '"');
}

/* A dash that is not the beginning of an arrow. */
static bool dash(struct parse *p)
{
	struct parse_mark m = parse_open(p);
	bool ok = parse_char(p, '-') && parse_not_char(p, '>');
	return parse_try(p, &m, ok);
}

typedef bool part_fn(struct parse *p, struct str *out_r);
struct dashed {
	part_fn *part;
	struct str name;
	struct buf copy; /* holds the name when it is no longer a view */
};

static void append_part(struct parse *p, struct dashed *d, struct str part)
{
	if (!d->copy.arena) {
		d->copy = buf_new(p->arena, (size_t)(p->end - p->start));
		buf_put(&d->copy, d->name);
	}
	buf_char(&d->copy, '-');
	buf_put(&d->copy, part);
	d->name = buf_str(&d->copy);
}

/* One part more: as a view while nothing was trimmed off the parts, else glued together. */
static bool dashed_part(struct parse *p, void *arg)
{
	struct dashed *d = arg;
	struct str part;
	if (!d->part(p, &part))
		return false;
	if (!d->name.p)
		d->name = part;
	else if (!d->copy.arena && d->name.p + d->name.n + 1 == part.p)
		d->name.n += 1 + part.n;
	else
		append_part(p, d, part);
	return true;
}

static bool named_parts(struct parse *p, part_fn *part, enum parse_label label, struct str *out_r)
{
	struct dashed d = { .part = part };
	struct parse_mark m = parse_open(p);
	bool ok = grammar_quoted(p, &d.name) || (p->cur == m.cur && parse_list(p, dash, dashed_part, &d));
	*out_r = d.name;
	return parse_named(p, &m, ok, label);
}

bool grammar_name(struct parse *p, struct str *out_r)
{
	return named_parts(p, grammar_identifier, LABEL_NAME, out_r);
}

/* ')' ends an index too, although Parsec's record never names it: in rel(data->0) the 0 is an index. */
static bool index_ends(struct parse *p)
{
	if (p->cur < p->end && *p->cur == ')')
		return true;
	return parse_sees_word(p, WORD_ARROW) || parse_sees_word(p, WORD_CAST) || parse_sees(p, '.') || parse_sees(p, ',')
		|| parse_end(p);
}

static bool json_index(struct parse *p, struct str *out_r)
{
	struct parse_mark m = parse_open(p);
	struct str run;
	parse_char(p, '-');
	bool ok = parse_run(p, &digits, 1, &run) && index_ends(p);
	*out_r = (struct str){ m.cur, (size_t)(p->cur - m.cur) };
	return parse_try(p, &m, ok);
}

static bool json_name(struct parse *p, struct str *out_r)
{
	struct parse_mark m = parse_open(p);
	bool ok = named_parts(p, json_key_part, LABEL_KEY, out_r);
	return parse_try(p, &m, ok);
}

static bool json_arrow(struct parse *p, bool *as_text_r)
{
	struct parse_mark m = parse_open(p);
	*as_text_r = parse_try(p, &m, parse_word(p, WORD_ARROW_TEXT));
	if (*as_text_r)
		return true;
	m = parse_open(p);
	return parse_try(p, &m, parse_word(p, WORD_ARROW));
}

/* Appends to steps, which grow by doubling: their number has no limit but the URL's. */
static void add_step(struct field *field, struct json_step **steps, struct json_step step, struct arena *a)
{
	size_t n = field->step_count;
	if ((n & (n + 1)) == 0) {
		struct json_step *grown = arena_make_array(a, struct json_step, 2 * n + 1);
		if (n > 0)
			memcpy(grown, *steps, n * sizeof *grown);
		*steps = grown;
		field->steps = grown;
	}
	(*steps)[n] = step;
	field->step_count = n + 1;
}

static bool json_path(struct parse *p, struct field *field)
{
	struct json_step *steps = NULL;
	for (;;) {
		struct json_step step = { 0 };
		const char *at = p->cur;
		if (!json_arrow(p, &step.as_text))
			return p->cur == at;
		step.is_index = json_index(p, &step.key);
		if (!step.is_index && !json_name(p, &step.key))
			return false;
		add_step(field, &steps, step, p->arena);
		parse_forget(p);
	}
}

bool grammar_field(struct parse *p, struct field *out_r)
{
	*out_r = (struct field){ 0 };
	parse_blanks(p);
	if (!grammar_name(p, &out_r->name) || !json_path(p, out_r))
		return false;
	parse_blanks(p);
	return true;
}

void name_list_add(struct name_list *list, struct str name, struct arena *a)
{
	if (list->count == list->capacity) {
		struct str *grown = arena_make_array(a, struct str, list->capacity * 2 + 4);
		if (list->count > 0)
			memcpy(grown, list->items, list->count * sizeof *grown);
		list->items = grown;
		list->capacity = list->capacity * 2 + 4;
	}
	list->items[list->count++] = name;
}

static bool list_name(struct parse *p, void *list)
{
	struct str name;
	if (!grammar_name(p, &name))
		return false;
	name_list_add(list, name, p->arena);
	return true;
}

bool grammar_names(struct parse *p, struct name_list *out_r)
{
	return parse_list(p, grammar_comma, list_name, out_r);
}

bool grammar_path(struct parse *p, struct name_list *out_r)
{
	return parse_list(p, grammar_delimiter, list_name, out_r);
}

bool grammar_tree_path(struct parse *p, struct name_list *path_r, struct field *field_r)
{
	*field_r = (struct field){ 0 };
	if (!grammar_path(p, path_r) || !json_path(p, field_r))
		return false;
	field_r->name = path_r->items[--path_r->count];
	return true;
}
