/* What rowgate prints of itself, of its configuration and of a database.
 * SPDX-License-Identifier: MIT */
#include "print.h"

#include <unistd.h>

#include "app/command/commands.h"
#include "app/command/options.h"
#include "app/serve/generation.h"
#include "base/arena.h"
#include "base/log.h"
#include "conf/conf_dump.h"
#include "conf/conf_reference.h"

#define TEXT_MAX ((size_t)1 << 20)

/* A text that depends on nothing but the program. */
static int print_made(void (*make)(struct buf *out))
{
	struct arena *a = arena_new(4 * TEXT_MAX);
	struct buf out = buf_new(a, TEXT_MAX);
	make(&out);
	int status = command_print(buf_str(&out));
	arena_free(a);
	return status;
}

static void make_help(struct buf *out)
{
	options_help(out);
	commands_list(out);
	buf_lit(out, "\n`rowgate COMMAND --help` says what a command takes.\n");
}

int print_help(void)
{
	return print_made(make_help);
}

int print_version(void)
{
	return command_print(STR("rowgate " PACKAGE_VERSION " (PostgREST " CONF_POSTGREST_RELEASE ")\n"));
}

int print_example(void)
{
	return print_made(conf_example);
}

int print_reference(bool own)
{
	return print_made(own ? conf_reference_own : conf_reference);
}

int print_config(const char *config, bool own)
{
	struct fault f = { 0 };
	struct generation *g = generation_new();
	struct buf out = buf_new(g->arena, TEXT_MAX);
	/* All of it is for a program that goes on to start the server, which warns. */
	if (own)
		log_set_level(LOG_LEVEL_ERROR);
	int status = generation_dump(g, config, environ, own, &out, &f) ? command_print(buf_str(&out)) : command_failed(&f);
	generation_free(g);
	return status;
}

int print_schema(const char *config)
{
	struct fault f = { 0 };
	struct generation *g = generation_new();
	struct conn *c = NULL;
	bool loaded = generation_configure(g, config, environ, &f)
		&& (c = generation_connect(g, false, NULL, NULL), conn_ready(c, g->arena, &f))
		&& generation_load(g, NULL, config, environ, c, &f);
	struct buf out = buf_new(g->arena, arena_left(g->arena));
	if (loaded)
		catalog_dump(g->catalog, &out);
	int status = loaded ? command_print(buf_str(&out)) : command_failed(&f);
	conn_free(c);
	generation_free(g);
	return status;
}
