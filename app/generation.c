/* One generation of what a worker serves by: configuration, keys, catalog. Never changed, only replaced.
 * SPDX-License-Identifier: MIT */
#include "generation.h"

#include "base/arena.h"
#include "catalog/load.h"
#include "catalog/role_settings.h"

/* A catalog of 10,000 tables takes some tens of megabytes, and as much again while it is built. */
#define GENERATION_MEMORY ((size_t)4 << 30)

struct generation *generation_new(void)
{
	struct arena *a = arena_new(GENERATION_MEMORY);
	struct generation *g = arena_make(a, struct generation);
	g->arena = a;
	return g;
}

void generation_free(struct generation *g)
{
	arena_free(g->arena);
}

static bool generation_read(struct generation *g, struct conf_source source, struct fault *f)
{
	return conf_load(&g->conf, &source, g->arena, f) && auth_new(&g->auth, &g->conf, g->arena, f);
}

bool generation_configure(struct generation *g, const char *file, char *const *vars, struct fault *f)
{
	return generation_read(g, (struct conf_source){ .file = file, .environ = vars }, f);
}

struct conn *generation_connect(const struct generation *g, conn_wait_fn *wait, void *wait_arg)
{
	struct conn_options options = {
		.uri = g->conf.db_uri,
		.application_name = STR("rowgate " PACKAGE_VERSION),
		.prepared = g->conf.db_prepared_statements,
		.statement_cache = (size_t)g->conf.db_statement_cache,
	};
	return conn_new(&options, wait, wait_arg);
}

static void generation_disconnect(void *arg)
{
	conn_free(arg);
}

/* Fills the source's settings of the database with what is kept there, if db-config wants it. */
static bool generation_ask(struct generation *g, struct conf_source *source, struct conn *c, struct fault *f)
{
	struct conf_setting *settings = NULL;
	if (!g->conf.db_config)
		return true;
	if (!role_settings_load(&settings, &source->database_count, c, g->conf.db_pre_config, g->arena, f))
		return false;
	source->database = settings;
	return true;
}

bool generation_dump(struct generation *g, const char *file, char *const *vars, bool own, struct buf *out,
	struct fault *f)
{
	struct fault unread = { 0 };
	struct conf_source source = { .file = file, .environ = vars };
	if (!generation_read(g, source, f))
		return false;
	struct conn *c = generation_connect(g, NULL, NULL);
	arena_on_reset(g->arena, generation_disconnect, c);
	if (g->conf.db_config && !(conn_ready(c, g->arena, &unread) && generation_ask(g, &source, c, &unread)))
		log_error("Failed to query database settings for the config parameters. %.*s", STR_ARG(unread.message));
	else if (source.database && !generation_read(g, source, f))
		return false;
	auth_normalise(&g->conf, g->auth, g->arena);
	conf_dump(&g->conf, own, out);
	return true;
}

bool generation_load(struct generation *g, const char *file, char *const *vars, conn_wait_fn *wait,
	void *wait_arg, struct fault *f)
{
	struct arena *a = arena_new(GENERATION_MEMORY);
	struct conn *c = generation_connect(g, wait, wait_arg);
	arena_on_reset(a, generation_disconnect, c);
	struct conf_source source = { .file = file, .environ = vars };
	bool ok = conn_ready(c, g->arena, f)
		&& generation_ask(g, &source, c, f)
		&& (!source.database || generation_read(g, source, f))
		&& catalog_load(&g->catalog, c, &g->conf, g->arena, f);
	arena_free(a);
	return ok;
}
