/* The command line as a table.
 * SPDX-License-Identifier: MIT */
#include "../../lib/expect.h"

#include "app/command/options.h"
#include "base/arena.h"

static void command_lines(void **state)
{
	(void)state;
	static const struct {
		const char *arguments[4];
		enum options_action action;
		const char *config, *mistake;
	} rows[] = {
		{ { NULL }, OPTIONS_SERVE, NULL, NULL },
		{ { "x.conf" }, OPTIONS_SERVE, "x.conf", NULL },
		{ { "x.conf", "reload" }, OPTIONS_SERVE, NULL, "reload: a second configuration file" },
		{ { "./reload" }, OPTIONS_SERVE, "./reload", NULL },
		{ { "--", "--help" }, OPTIONS_SERVE, "--help", NULL },
		{ { "-" }, OPTIONS_SERVE, "-", NULL },
		{ { "--dump-config", "x.conf" }, OPTIONS_DUMP_CONFIG, "x.conf", NULL },
		{ { "x.conf", "--dump-config" }, OPTIONS_DUMP_CONFIG, "x.conf", NULL },
		{ { "--worker" }, OPTIONS_WORKER, NULL, NULL },
		{ { "--worker=api", "x.conf" }, OPTIONS_WORKER, "x.conf", NULL },
		{ { "-e" }, OPTIONS_EXAMPLE, NULL, NULL },
		{ { "--example" }, OPTIONS_EXAMPLE, NULL, NULL },
		{ { "--reference" }, OPTIONS_REFERENCE, NULL, NULL },
		{ { "--reference=own" }, OPTIONS_REFERENCE_OWN, NULL, NULL },
		{ { "-v" }, OPTIONS_VERSION, NULL, NULL },
		{ { "--version", "--version" }, OPTIONS_VERSION, NULL, NULL },
		{ { "-h" }, OPTIONS_HELP, NULL, NULL },
		{ { "--dump-schema", "x.conf" }, OPTIONS_DUMP_SCHEMA, "x.conf", NULL },
		{ { "--ready" }, OPTIONS_READY, NULL, NULL },
		{ { "--ready", "x.conf" }, OPTIONS_READY, "x.conf", NULL },
		{ { "--dump-config=all", "x.conf" }, OPTIONS_DUMP_CONFIG_ALL, "x.conf", NULL },
		{ { "--worker=account" }, OPTIONS_ACCOUNT_WORKER, NULL, NULL },
		{ { "--worker=x" }, OPTIONS_SERVE, NULL, "--worker=x: unknown option" },
		{ { "-x" }, OPTIONS_SERVE, NULL, "-x: unknown option" },
		{ { "--worker=" }, OPTIONS_SERVE, NULL, "--worker=: unknown option" },
		{ { "--version=3" }, OPTIONS_SERVE, NULL, "--version=3: unknown option" },
		{ { "--dump" }, OPTIONS_SERVE, NULL, "--dump: unknown option" },
		{ { "--example", "--help" }, OPTIONS_HELP, NULL, NULL },
		{ { "-ev" }, OPTIONS_SERVE, NULL, "-ev: cannot be combined with what was asked before" },
		{ { "a", "b" }, OPTIONS_SERVE, NULL, "b: a second configuration file" },
		{ { "--example", "--worker" }, OPTIONS_SERVE, NULL, "--worker: cannot be combined with what was asked before" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char program[] = "rowgate", *argv[5] = { program };
		int argc = 1;
		for (; argc < 5 && rows[i].arguments[argc - 1]; argc++)
			argv[argc] = (char *)(uintptr_t)rows[i].arguments[argc - 1];
		const char *row = argc > 1 ? argv[1] : "nothing";
		struct options o;
		bool good = options_read(&o, argc, argv);
		expect_text(row, str_of(o.args.mistake), rows[i].mistake ? rows[i].mistake : "");
		expect_int(row, good, !rows[i].mistake);
		if (!good)
			continue;
		expect_int(row, o.action, rows[i].action);
		expect_text(row, str_of(o.args.config), rows[i].config);
	}
}

static void help_lists_what_exists(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);
	struct buf out = buf_new(a, 10000);
	options_help(&out);
	struct str help = buf_str(&out);
	assert_true(str_find(help, STR("--dump-config ")) < help.n);
	assert_true(str_find(help, STR("-h, --help ")) < help.n);
	assert_true(str_find(help, STR("--ready ")) < help.n);
	assert_true(str_find(help, STR("--worker=account")) < help.n);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_lines),
		cmocka_unit_test(help_lists_what_exists),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
