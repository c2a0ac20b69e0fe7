/* The words of a command by a table of every kind of row.
 * SPDX-License-Identifier: MIT */
#include "../../lib/expect.h"

#include <stdlib.h>
#include <string.h>

#include "app/command/args.h"
#include "base/arena.h"

struct wish {
	bool once;
	struct str text, empty, first, second;
	int64_t number;
	int choice;
};

#define AT(field) .offset = offsetof(struct wish, field)
static const struct args_option options[] = {
	{ ARGS_FLAG, "once", AT(once), .help = "end soon" },
	{ ARGS_TEXT, "text", "TEXT", AT(text), .fallback = "none" },
	{ ARGS_TEXT, "empty", "TEXT", AT(empty), .may_be_empty = true },
	{ ARGS_NUMBER, "number", "N", AT(number), .min = 2, .max = 9, .wants = "2 to 9", .help = "how many" },
	{ ARGS_CHOICE, "pick", .letter = 'p', AT(choice), .choice = 1 },
	{ ARGS_CHOICE, "pick", "two", AT(choice), .choice = 2 },
	{ ARGS_OPERAND, "FIRST", AT(first) },
	{ ARGS_OPERAND, "SECOND", AT(second), .wants = "another word" },
	{ .kind = ARGS_CONFIG },
	{ .kind = ARGS_END },
};
static const struct args_option no_words[] = { { .kind = ARGS_END } };

/* Words apart by blanks; '_' is an empty one. */
static bool read_line(struct args *args, const struct args_option *table, struct wish *wish, const char *line)
{
	static char memory[200];
	char program[] = "it", *argv[12] = { program }, *at = memory;
	int argc = 1;
	snprintf(memory, sizeof memory, "%s", line);
	for (char *word; (word = strsep(&at, " "));)
		if (*word)
			argv[argc++] = *word == '_' ? word + 1 : word;
	*wish = (struct wish){ 0 };
	return args_read(args, "it", table, wish, argc, argv);
}

static void lines(void **state)
{
	(void)state;
	static const struct {
		const char *line, *mistake;
		bool once;
		const char *text, *empty, *first, *second, *config;
		int64_t number;
		int choice;
	} rows[] = {
		{ "a b", NULL, false, "none", NULL, "a", "b", NULL, 0, 0 },
		{ "a --once b c", NULL, true, "none", NULL, "a", "b", "c", 0, 0 },
		{ "a b --text=x --empty _ c --number 2 -p", NULL, false, "x", "", "a", "b", "c", 2, 1 },
		{ "--pick=two --pick=two --text --once a b", NULL, false, "--once", NULL, "a", "b", NULL, 0, 2 },
		{ "-- --once -p --text", NULL, false, "none", NULL, "--once", "-p", "--text", 0, 0 },
		{ "--number=9 - -", NULL, false, "none", NULL, "-", "-", NULL, 9, 0 },
		{ "--onc a b", NULL, true, "none", NULL, "a", "b", NULL, 0, 0 },
		{ "", "it wants FIRST", false, NULL, NULL, NULL, NULL, NULL, 0, 0 },
		{ "_ b", "it wants FIRST", false, NULL, NULL, NULL, NULL, NULL, 0, 0 },
		{ "a --once", "it wants another word", false, NULL, NULL, NULL, NULL, NULL, 0, 0 },
		{ "a b c d", "d: a second configuration file", false, NULL, NULL, NULL, NULL, NULL, 0, 0 },
		{ "a b --text", "--text wants TEXT", false, NULL, NULL, NULL, NULL, NULL, 0, 0 },
		{ "a b --text _", "--text wants TEXT", false, NULL, NULL, NULL, NULL, NULL, 0, 0 },
		{ "--number 1 a b", "--number wants 2 to 9", false, NULL, NULL, NULL, NULL, NULL, 0, 0 },
		{ "--number=10 a b", "--number=10 wants 2 to 9", false, NULL, NULL, NULL, NULL, NULL, 0, 0 },
		{ "--number x a b", "--number wants 2 to 9", false, NULL, NULL, NULL, NULL, NULL, 0, 0 },
		{ "--pick --pick=two", "--pick=two: cannot be combined with what was asked before", false, NULL, NULL, NULL,
			NULL, NULL, 0, 0 },
		{ "--pick=three", "--pick=three: unknown option", false, NULL, NULL, NULL, NULL, NULL, 0, 0 },
		{ "--once=x", "--once=x: unknown option", false, NULL, NULL, NULL, NULL, NULL, 0, 0 },
		{ "a -q", "-q: unknown option", false, NULL, NULL, NULL, NULL, NULL, 0, 0 },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct wish wish;
		struct args args;
		bool good = read_line(&args, options, &wish, rows[i].line);
		expect_text(rows[i].line, str_of(args.mistake), rows[i].mistake ? rows[i].mistake : "");
		expect_int(rows[i].line, good, !rows[i].mistake);
		if (!good)
			continue;
		expect_int(rows[i].line, wish.once, rows[i].once);
		expect_text(rows[i].line, wish.text, rows[i].text);
		expect_text(rows[i].line, wish.empty, rows[i].empty);
		expect_text(rows[i].line, wish.first, rows[i].first);
		expect_text(rows[i].line, wish.second, rows[i].second);
		expect_text(rows[i].line, str_of(args.config), rows[i].config);
		expect_int(rows[i].line, wish.number, rows[i].number);
		expect_int(rows[i].line, wish.choice, rows[i].choice);
	}
}

static void help_is_an_option_of_every_table(void **state)
{
	(void)state;
	struct wish wish;
	struct args args;
	assert_true(read_line(&args, options, &wish, "--once --help --nonsense") && args.help);
	assert_true(read_line(&args, no_words, &wish, "-h") && args.help);
	assert_true(read_line(&args, options, &wish, "--nonsense --help") && args.help);
	assert_true(read_line(&args, no_words, &wish, "one too many --help") && args.help);
	assert_true(read_line(&args, options, &wish, "--number --help") && args.help);
	assert_true(read_line(&args, options, &wish, "-- --help") || !args.help);
	assert_true(read_line(&args, no_words, &wish, "") && !args.help);
	assert_false(read_line(&args, no_words, &wish, "word"));
	expect_text("no operands", str_of(args.mistake), "word: nothing of the kind is taken");
}

/* POSIXLY_CORRECT makes other programs stop at the first operand. */
static void operands_may_stand_anywhere(void **state)
{
	(void)state;
	struct wish wish;
	struct args args;
	setenv("POSIXLY_CORRECT", "1", 1);
	assert_true(read_line(&args, options, &wish, "a b --once") && wish.once);
	unsetenv("POSIXLY_CORRECT");
}

static void help_has_the_rows_that_say_what_they_do(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);
	struct buf out = buf_new(a, 10000);
	args_help(options, &out);
	expect_text("help", buf_str(&out),
		"      --once     end soon\n"
		"      --number N how many\n"
		"  -h, --help     print this text\n");
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(help_is_an_option_of_every_table),
		cmocka_unit_test(operands_may_stand_anywhere),
		cmocka_unit_test(help_has_the_rows_that_say_what_they_do),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
