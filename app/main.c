/* rowgate: reads the command line and the configuration, then does what was asked.
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <unistd.h>

#include "app/command/keygen.h"
#include "app/command/mail.h"
#include "app/command/migrate.h"
#include "app/command/options.h"
#include "app/command/purge.h"
#include "app/command/ready.h"
#include "app/command/reload.h"
#include "app/command/token.h"
#include "app/command/user.h"
#include "app/process/master.h"
#include "app/process/privacy.h"
#include "app/process/standalone.h"
#include "app/serve/generation.h"
#include "base/arena.h"
#include "conf/conf_dump.h"
#include "conf/conf_reference.h"

enum { EXIT_FAILED = 1 };

/* Memory of the whole process: configuration and what is made from it. */
#define FOREVER_CEILING ((size_t)64 << 20)
#define TEXT_MAX ((size_t)1 << 20)

static int complain(const struct fault *f, const char *advice)
{
	fprintf(stderr, "rowgate: %.*s%s\n", STR_ARG(f->message), advice);
	return EXIT_FAILED;
}

static int print(struct str text)
{
	fwrite(text.p, 1, text.n, stdout);
	if (fflush(stdout) == 0)
		return 0;
	perror("rowgate: standard output");
	return EXIT_FAILED;
}

static int dump_config(const char *file, bool own)
{
	struct fault f = { 0 };
	struct generation *g = generation_new();
	struct buf out = buf_new(g->arena, TEXT_MAX);
	int status = generation_dump(g, file, environ, own, &out, &f) ? print(buf_str(&out)) : complain(&f, "");
	generation_free(g);
	return status;
}

/* Asks the database itself: no server need run. */
static int dump_schema(const char *file)
{
	struct fault f = { 0 };
	struct generation *g = generation_new();
	struct conn *c = NULL;
	bool loaded = generation_configure(g, file, environ, &f)
		&& (c = generation_connect(g, false, NULL, NULL), conn_ready(c, g->arena, &f))
		&& generation_load(g, file, environ, c, &f);
	struct buf out = buf_new(g->arena, arena_left(g->arena));
	if (loaded)
		catalog_dump(g->catalog, &out);
	int status = loaded ? print(buf_str(&out)) : complain(&f, "");
	conn_free(c);
	generation_free(g);
	return status;
}

/* What is a word of its own in front of everything else. */
static const struct {
	struct str name;
	int (*run)(struct args args);
	const char *what, *usage;
} commands[] = {
	{ STR_INIT("keygen"), keygen_main, "make a key that signs tokens",
		"[--alg HS256|HS512|EdDSA] [--kid NAME] [--out FILE]" },
	{ STR_INIT("mail"), mail_main, "send the mails of accounts, as a daemon or --once from cron",
		"[--once | --status] [CONFIG]\n"
		"       rowgate mail --try ADDRESS [--template NAME] [--language TAG] [CONFIG]" },
	{ STR_INIT("migrate"), migrate_main, "install the account schema, or bring it forward",
		"[--dry-run | --status] [--adopt-tutorial] [--to N] [CONFIG]" },
	{ STR_INIT("tidy"), purge_main, "remove ended sessions and old lines of the activity log, for cron", "[CONFIG]" },
	{ STR_INIT("token"), token_main, "print an access token", "--user EMAIL | --role ROLE  [--ttl SECONDS] [CONFIG]" },
	{ STR_INIT("user"), user_main, "look after accounts",
		"add EMAIL [--role ROLE] [CONFIG]  (the password on standard input)\n"
		"       rowgate user list [CONFIG]\n"
		"       rowgate user set-role EMAIL ROLE [CONFIG]\n"
		"       rowgate user activate | deactivate | end-sessions EMAIL [CONFIG]\n"
		"       rowgate user import FILE [CONFIG]  (CSV or JSON: email, password_hash, role, active)" },
};

enum { COMMANDS = COUNT_OF(commands) };

static void help(struct buf *out)
{
	options_help(out);
	for (size_t i = 0; i < COMMANDS; i++)
		buf_printf(out, "  %-21s %s\n", commands[i].name.p, commands[i].what);
	buf_lit(out, "\n`rowgate COMMAND --help` says what a command takes.\n");
}

static int act(const struct options *o, char *const *argv, struct arena *forever)
{
	struct buf out = buf_new(forever, TEXT_MAX);
	switch (o->action) {
	case OPTIONS_HELP:
		help(&out);
		return print(buf_str(&out));
	case OPTIONS_VERSION:
		return print(STR("rowgate " PACKAGE_VERSION "\n"));
	case OPTIONS_EXAMPLE:
		conf_example(&out);
		return print(buf_str(&out));
	case OPTIONS_REFERENCE:
		conf_reference(&out);
		return print(buf_str(&out));
	case OPTIONS_REFERENCE_OWN:
		conf_reference_own(&out);
		return print(buf_str(&out));
	case OPTIONS_DUMP_CONFIG:
		return dump_config(o->config, false);
	case OPTIONS_DUMP_CONFIG_ALL:
		return dump_config(o->config, true);
	case OPTIONS_DUMP_SCHEMA:
		return dump_schema(o->config);
	case OPTIONS_READY:
		return ready_ask(o->config, environ);
	case OPTIONS_RELOAD:
		return reload_run(o->config, environ);
	case OPTIONS_WORKER:
		return standalone_run(o->config, environ, false);
	case OPTIONS_ACCOUNT_WORKER:
		return standalone_run(o->config, environ, true);
	case OPTIONS_SERVE:
		return master_run(o->config, environ, argv);
	}
	return EXIT_FAILED;
}

static int run_command(size_t i, int argc, char *const *argv)
{
	log_to_stderr(LOG_LEVEL_WARN, "rowgate");
	if (argc < 3 || !str_eq(str_of(argv[2]), STR("--help")))
		return commands[i].run(args_of(argc, argv));
	printf("Usage: rowgate %s %s\n%s.\n", commands[i].name.p, commands[i].usage, commands[i].what);
	return 0;
}

int main(int argc, char **argv)
{
	privacy_begin();
	for (size_t i = 0; argc > 1 && i < COMMANDS; i++)
		if (str_eq(str_of(argv[1]), commands[i].name))
			return run_command(i, argc, argv);
	struct arena *forever = arena_new(FOREVER_CEILING);
	struct options options;
	struct fault f = { 0 };
	log_to_stderr(LOG_LEVEL_WARN, "rowgate");
	int status = options_read(&options, argc, argv, forever, &f) ? act(&options, argv, forever)
																 : complain(&f, "\nTry `rowgate --help`.");
	arena_free(forever);
	return status;
}
