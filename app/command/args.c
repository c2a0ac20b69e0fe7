/* Options and operands by a table; getopt_long(3) knows where one ends and the next begins.
 * SPDX-License-Identifier: MIT */
#include "args.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>

/* The field that a row fills, as a pointer to type. */
#define FIELD(words, o, type) ((type *)(void *)((char *)(words)->wish + (o)->offset))

enum { NAMES_MAX = 24, OPERAND = 1 /* getopt_long's, with a '-' in front of the letters */, FIRST_OPTION = 256 };

static const struct option help_name = { "help", no_argument, NULL, 'h' };

const struct args_option args_config_only[] = { { .kind = ARGS_CONFIG }, { .kind = ARGS_END } };

struct words {
	const char *name;
	const struct args_option *options, *operand; /* operand: the next one's row, or the end */
	void *wish;
	struct args *args;
	struct option names[NAMES_MAX + 2];
	char letters[NAMES_MAX + 4];
};

static bool mistake(struct words *r, const char *subject, const char *verb, const char *what)
{
	snprintf(r->args->mistake, sizeof r->args->mistake, "%s%s%s", subject, verb, what);
	return false;
}

static const char *wanted(const struct args_option *o)
{
	return o->wants ? o->wants : o->kind == ARGS_OPERAND ? o->name : o->value;
}

static bool has_dashes(const struct args_option *o)
{
	return o->kind != ARGS_OPERAND && o->kind != ARGS_CONFIG;
}

static const struct args_option *next_operand(const struct args_option *o)
{
	while (o->kind != ARGS_END && o->kind != ARGS_OPERAND)
		o++;
	return o;
}

/* The first row of that name, which o may be itself: a choice has one for each of its values. */
static const struct args_option *first_of(const struct words *r, const struct args_option *o)
{
	const struct args_option *first = r->options;
	while (!has_dashes(first) || !str_eq(str_of(first->name), str_of(o->name)))
		first++;
	return first;
}

static int argument_of(const struct args_option *o)
{
	return o->kind == ARGS_CHOICE ? optional_argument : o->kind == ARGS_FLAG ? no_argument : required_argument;
}

/* Lists the options for getopt_long(): "-" brings operands in their place, ":" tells a missing value from an unknown
 * option, and each name stands for its first row. */
static void list_names(struct words *r)
{
	size_t count = 0, letters = 0;
	r->letters[letters++] = '-';
	r->letters[letters++] = ':';
	r->letters[letters++] = 'h';
	r->names[count++] = help_name;
	for (const struct args_option *o = r->options; o->kind != ARGS_END; o++) {
		if (!has_dashes(o) || first_of(r, o) != o)
			continue;
		assert(count <= NAMES_MAX);
		r->names[count++] = (struct option){ o->name, argument_of(o), NULL, FIRST_OPTION + (int)(o - r->options) };
		if (o->letter)
			r->letters[letters++] = o->letter;
	}
}

static void set_fallbacks(struct words *r)
{
	for (const struct args_option *o = r->options; o->kind != ARGS_END; o++)
		if (o->kind == ARGS_TEXT)
			*FIELD(r, o, struct str) = str_of(o->fallback);
}

/* The row of what getopt_long() returned: a letter, or the number of a name's first row. NULL: it knows neither. */
static const struct args_option *row_of(const struct words *r, int found)
{
	if (found >= FIRST_OPTION)
		return &r->options[found - FIRST_OPTION];
	for (const struct args_option *o = r->options; o->kind != ARGS_END; o++)
		if (o->letter && o->letter == found)
			return o;
	return NULL;
}

static bool is_choice(const struct args_option *o, const char *name, struct str value)
{
	return o->kind == ARGS_CHOICE && str_eq(str_of(o->name), str_of(name))
		&& (o->value ? value.p && str_eq(value, str_of(o->value)) : !value.p);
}

static bool set_choice(struct words *r, const struct args_option *first, struct str value, const char *word)
{
	const struct args_option *o = first;
	while (o->kind != ARGS_END && !is_choice(o, first->name, value))
		o++;
	if (o->kind == ARGS_END)
		return mistake(r, word, ": ", "unknown option");
	int *field = FIELD(r, o, int);
	if (*field && *field != o->choice)
		return mistake(r, word, ": ", "cannot be combined with what was asked before");
	*field = o->choice;
	return true;
}

static bool set_text(struct words *r, const struct args_option *o, struct str value, const char *word)
{
	*FIELD(r, o, struct str) = value;
	return value.n || o->may_be_empty || mistake(r, word, " wants ", wanted(o));
}

static bool set_number(struct words *r, const struct args_option *o, struct str value, const char *word)
{
	int64_t *field = FIELD(r, o, int64_t);
	bool good = str_to_i64(value, field) && *field >= o->min && (!o->max || *field <= o->max);
	return good || mistake(r, word, " wants ", wanted(o));
}

/* Takes an option; word is how it was typed, for messages. */
static bool take_option(struct words *r, const struct args_option *o, struct str value, const char *word)
{
	switch (o->kind) {
	case ARGS_FLAG:
		*FIELD(r, o, bool) = true;
		return true;
	case ARGS_TEXT:
		return set_text(r, o, value, word);
	case ARGS_NUMBER:
		return set_number(r, o, value, word);
	default:
		assert(o->kind == ARGS_CHOICE);
		return set_choice(r, o, value, word);
	}
}

static bool takes_config(const struct args_option *o)
{
	while (o->kind != ARGS_END && o->kind != ARGS_CONFIG)
		o++;
	return o->kind == ARGS_CONFIG;
}

static bool take_operand(struct words *r, const char *word)
{
	if (r->operand->kind == ARGS_OPERAND && *word) {
		*FIELD(r, r->operand, struct str) = str_of(word);
		r->operand = next_operand(r->operand + 1);
		return true;
	}
	if (r->operand->kind == ARGS_OPERAND)
		return mistake(r, r->name, " wants ", wanted(r->operand));
	if (!takes_config(r->options))
		return mistake(r, word, ": ", "nothing of the kind is taken");
	if (r->args->config)
		return mistake(r, word, ": ", "a second configuration file");
	r->args->config = word;
	return true;
}

/* Takes what getopt_long() found; false at a mistake. */
static bool take(struct words *r, int found, const char *word)
{
	if (found == OPERAND)
		return take_operand(r, optarg);
	if (found == ':')
		return mistake(r, word, " wants ", wanted(row_of(r, optopt)));
	const struct args_option *o = row_of(r, found);
	return o ? take_option(r, o, str_of(optarg), word) : mistake(r, word, ": ", "unknown option");
}

/* Whether help is asked for anywhere: then whatever else was typed, right or wrong, does not matter. */
static bool asks_for_help(int argc, char *const *argv)
{
	for (int i = 1; i < argc && !str_eq(str_of(argv[i]), STR("--")); i++)
		if (str_eq(str_of(argv[i]), STR("--help")) || str_eq(str_of(argv[i]), STR("-h")))
			return true;
	return false;
}

bool args_read(struct args *out_r, const char *name, const struct args_option *options, void *wish, int argc,
	char *const *argv)
{
	struct words r = { .name = name, .options = options, .operand = next_operand(options), .wish = wish };
	*out_r = (struct args){ .help = asks_for_help(argc, argv) };
	if (out_r->help)
		return true;
	r.args = out_r;
	list_names(&r);
	set_fallbacks(&r);
	optind = 0; /* getopt_long() begins anew */
	opterr = 0;
	for (int found, at = 1; (found = getopt_long(argc, argv, r.letters, r.names, NULL)) != -1; at = optind) {
		out_r->help = found == help_name.val;
		if (out_r->help)
			return true;
		if (!take(&r, found, argv[at]))
			return false;
	}
	for (int i = optind; i < argc; i++)
		if (!take_operand(&r, argv[i]))
			return false;
	return r.operand->kind == ARGS_END || mistake(&r, name, " wants ", wanted(r.operand));
}

/* An option as it is typed: "--example", "--alg ALG" or "--worker=api". */
static struct str spelling(const struct args_option *o, struct arena *a)
{
	const char *glue = !o->value ? "" : o->kind == ARGS_CHOICE ? "=" : " ";
	return str_printf(a, "--%s%s%s", o->name, glue, o->value ? o->value : "");
}

static void put_help(struct buf *out, const struct args_option *o, size_t width)
{
	const char letter[] = { '-', o->letter, ',', ' ', '\0' };
	buf_printf(out, "  %s%-*s %s\n", o->letter ? letter : "    ", (int)width, spelling(o, out->arena).p, o->help);
}

void args_help(const struct args_option *options, struct buf *out)
{
	const struct args_option help = { ARGS_FLAG, help_name.name, .letter = 'h', .help = "print this text" };
	size_t width = spelling(&help, out->arena).n;
	for (const struct args_option *o = options; o->kind != ARGS_END; o++)
		if (o->help && spelling(o, out->arena).n > width)
			width = spelling(o, out->arena).n;
	for (const struct args_option *o = options; o->kind != ARGS_END; o++)
		if (o->help)
			put_help(out, o, width);
	put_help(out, &help, width);
}
