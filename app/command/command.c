/* How every command begins and ends: its words, its help, its complaints.
 * SPDX-License-Identifier: MIT */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"

enum { COMMAND_MEMORY = 256 * 1024, HELP_MAX = 64 * 1024 };

/* A command within a command has both names: "user add". */
struct called {
	const struct command *command;
	const char *name;
	struct arena *arena;
};

int command_misused(const char *name, const char *mistake)
{
	fprintf(stderr, "rowgate: %s\nTry `rowgate %s%s--help`.\n", mistake, name ? name : "", name ? " " : "");
	return EXIT_FAILURE;
}

int command_failed(const struct fault *f)
{
	fprintf(stderr, "rowgate: %.*s%s%.*s\n", STR_ARG(f->message), f->details.n ? ": " : "", STR_ARG(f->details));
	return EXIT_FAILURE;
}

int command_print(struct str text)
{
	fwrite(text.p, 1, text.n, stdout);
	if (fflush(stdout) == 0)
		return EXIT_SUCCESS;
	perror("rowgate: standard output");
	return EXIT_FAILURE;
}

const struct command *command_find(const struct command *const *commands, const char *word)
{
	for (const struct command *c; (c = *commands); commands++)
		if (str_eq(str_of(word), str_of(c->name)) || (c->alias && str_eq(str_of(word), str_of(c->alias))))
			return c;
	return NULL;
}

void command_list(const struct command *const *commands, struct buf *out)
{
	for (; *commands; commands++)
		buf_printf(out, "  %-21s %s\n", (*commands)->name, (*commands)->what);
}

/* A line for each way of calling it; only the first of a text begins with "Usage". */
static void put_usage(struct buf *out, const char *name, const struct command *c)
{
	struct str rest = str_of(c->usage);
	while (rest.p) {
		struct str line = str_cut(&rest, '\n');
		buf_put(out, out->n ? STR("       ") : STR("Usage: "));
		buf_printf(out, "rowgate %s%s%.*s\n", name, line.n ? " " : "", STR_ARG(line));
	}
}

static struct str name_within(const struct called *outer, const struct command *c)
{
	return str_printf(outer->arena, "%s %s", outer->name, c->name);
}

static int show_help(const struct called *k)
{
	const struct command *c = k->command;
	struct buf out = buf_new(k->arena, HELP_MAX);
	put_usage(&out, k->name, c);
	for (size_t i = 0; c->commands && c->commands[i]; i++)
		put_usage(&out, name_within(k, c->commands[i]).p, c->commands[i]);
	buf_printf(&out, "%s.\n\n", c->what);
	if (c->commands) {
		command_list(c->commands, &out);
		buf_printf(&out, "\n`rowgate %s COMMAND --help` says what a command takes.\n", k->name);
	} else {
		args_help(c->options, &out);
	}
	return command_print(buf_str(&out));
}

/* Says which words may come next: "user wants add, list or import". */
static int name_choices(const struct called *k)
{
	struct buf out = buf_new(k->arena, HELP_MAX);
	buf_printf(&out, "%s wants ", k->name);
	for (const struct command *const *each = k->command->commands; *each; each++) {
		buf_put(&out, each == k->command->commands ? STR("") : each[1] ? STR(", ") : STR(" or "));
		buf_put(&out, str_of((*each)->name));
	}
	return command_misused(k->name, str_cstr(k->arena, buf_str(&out)));
}

/* Runs what needs accounts; what it prints counts as done only when it has been written. */
static int run_with_accounts(accounts_job *job, const char *config, const void *wish)
{
	struct generation *g = generation_new();
	struct account_call c;
	struct fault f = { 0 };
	bool good = accounts_open(&c, g, config, false, &f) && job(&c, wish, &f);
	int status = good ? command_print(STR("")) : command_failed(&f);
	generation_free(g);
	return status;
}

static int run_called(const struct called *k, int argc, char *const *argv)
{
	const struct command *c = k->command;
	void *wish = arena_alloc(k->arena, c->wish_size);
	struct args args;
	if (!args_read(&args, k->name, c->options, wish, argc, argv))
		return command_misused(k->name, args.mistake);
	if (args.help)
		return show_help(k);
	const char *mistake = c->check ? c->check(wish) : NULL;
	if (mistake)
		return command_misused(k->name, mistake);
	return c->run ? c->run(args.config, wish) : run_with_accounts(c->run_with_accounts, args.config, wish);
}

static int run_within(const struct called *outer, int argc, char *const *argv)
{
	const char *word = argc > 1 ? argv[1] : "";
	const struct command *c = command_find(outer->command->commands, word);
	if (str_eq(str_of(word), STR("--help")) || str_eq(str_of(word), STR("-h")))
		return show_help(outer);
	if (!c)
		return name_choices(outer);
	struct called inner = { c, name_within(outer, c).p, outer->arena };
	return run_called(&inner, argc - 1, argv + 1);
}

int command_run(const struct command *c, int argc, char *const *argv)
{
	struct called k = { c, c->name, arena_new(COMMAND_MEMORY) };
	int status = c->commands ? run_within(&k, argc, argv) : run_called(&k, argc, argv);
	arena_free(k.arena);
	return status;
}
