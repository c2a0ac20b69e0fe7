/* One generation of what a worker serves by: configuration, keys, catalog. Never changed, only replaced.
 * SPDX-License-Identifier: MIT */
#include "generation.h"

#include "account/migrate.h"
#include "account/schema.h"
#include "base/arena.h"
#include "catalog/load.h"
#include "catalog/role_settings.h"
#include "conf/conf_dump.h"
#include "conf/conf_load.h"

/* A catalog of 10,000 tables takes some tens of megabytes, and as much again while it is built. */
#define GENERATION_MEMORY ((size_t)4 << 30)
/* More than there are functions to call. */
#define ACCOUNT_STATEMENTS 64
#define FINGERPRINT_MAX ((size_t)4 << 20)

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
	return conf_load(&g->conf, &source, g->arena, f) && auth_new(&g->auth, &g->conf, g->arena, f)
		&& (!g->conf.auth_enabled || signer_new(&g->signer, &g->conf, g->arena, f));
}

/* libpq's variables say where the database is, as db-uri does. */
static uint64_t generation_fingerprint(const struct generation *g, char *const *vars)
{
	struct arena *a = arena_new(FINGERPRINT_MAX * 4);
	struct buf all = buf_new(a, FINGERPRINT_MAX);
	buf_lit(&all, PACKAGE_VERSION "\n");
	conf_dump(&g->conf, true, &all);
	for (; vars && *vars; vars++) {
		struct str var = str_of(*vars);
		if (str_starts(var, STR("PG")) && !str_starts(var, STR("PGRST_"))) {
			buf_put(&all, var);
			buf_char(&all, '\n');
		}
	}
	uint64_t hash = str_hash(buf_str(&all));
	arena_free(a);
	return hash;
}

bool generation_configure(struct generation *g, const char *file, char *const *vars, struct fault *f)
{
	if (!generation_read(g, (struct conf_source){ .file = file, .environ = vars }, f))
		return false;
	g->fingerprint = generation_fingerprint(g, vars);
	return true;
}

bool generation_configure_keyless(struct generation *g, const char *file, char *const *vars, struct fault *f)
{
	struct conf_source source = { .file = file, .environ = vars, .without_keys = true };
	return conf_load(&g->conf, &source, g->arena, f);
}

struct conn *generation_connect(const struct generation *g, bool primary, conn_wait_fn *wait, void *wait_arg)
{
	struct conn_options options = {
		.uri = g->conf.db_uri,
		.application_name = STR("PostgREST " CONF_POSTGREST_RELEASE " (rowgate " PACKAGE_VERSION ")"),
		.primary = primary,
		.prepared = g->conf.db_prepared_statements,
		.statement_cache = (size_t)g->conf.db_statement_cache,
		.statement_bytes = (size_t)g->conf.db_statement_cache_bytes,
	};
	return conn_new(&options, wait, wait_arg);
}

/* own: a connection string of its own, or STR_NONE; then role connects by db-uri, or whoever stands in that. */
static struct conn *generation_connect_as(const struct generation *g, struct str own, struct str role, struct str name,
	conn_wait_fn *wait, void *wait_arg)
{
	struct conn_options options = {
		.uri = own.n ? own : g->conf.db_uri,
		.user = own.n || g->conf.db_single_role ? STR_NONE : schema_role(&g->conf, role, g->arena),
		.application_name = name,
		.primary = true,
		.prepared = true,
		.statement_cache = ACCOUNT_STATEMENTS,
		.statement_bytes = (size_t)g->conf.db_statement_cache_bytes,
	};
	return conn_new(&options, wait, wait_arg);
}

struct conn *generation_connect_accounts(const struct generation *g, conn_wait_fn *wait, void *wait_arg)
{
	return generation_connect_as(g, g->conf.auth_db_uri, STR("rowgate_account"),
		STR("rowgate " PACKAGE_VERSION " (accounts)"), wait, wait_arg);
}

struct conn *generation_connect_mail(const struct generation *g, conn_wait_fn *wait, void *wait_arg)
{
	return generation_connect_as(g, g->conf.mail_db_uri, STR("rowgate_mail"), STR("rowgate " PACKAGE_VERSION " (mail)"),
		wait, wait_arg);
}

/* Reads all anew, with what the database says of it; the same when it has nothing to say. */
static bool generation_reread(struct generation *g, const char *file, char *const *vars, struct fault *f)
{
	struct conf_source source = { .file = file,
		.environ = vars,
		.database = g->settings,
		.database_count = g->setting_count };
	return !g->setting_count || generation_read(g, source, f);
}

/* The word of the database is of no use: that of the generation before stays or, when the rest does not go with it any
 * more, none. */
static bool generation_stay(struct generation *g, const struct generation *before, const char *file, char *const *vars,
	struct fault *f)
{
	struct fault ignored = { 0 };
	g->setting_count = before ? before->setting_count : 0;
	g->settings = arena_make_array(g->arena, struct conf_setting, g->setting_count);
	for (size_t i = 0; i < g->setting_count; i++)
		g->settings[i] = (struct conf_setting){ str_dup(g->arena, before->settings[i].name),
			str_dup(g->arena, before->settings[i].value) };
	*f = (struct fault){ 0 };
	if (g->setting_count && generation_reread(g, file, vars, &ignored))
		return true;
	g->setting_count = 0;
	return generation_read(g, (struct conf_source){ .file = file, .environ = vars }, f);
}

/* Asks what is kept in the database, if db-config wants it. */
static bool generation_ask(struct generation *g, struct conn *c, struct fault *f)
{
	return !g->conf.db_config
		|| role_settings_load(&g->settings, &g->setting_count, c, g->conf.db_pre_config, g->arena, f);
}

struct conn *generation_open(struct generation *g, struct str uri, struct str user)
{
	struct conn_options options = { .uri = uri, .user = user, .application_name = STR("rowgate " PACKAGE_VERSION) };
	struct conn *c = conn_new(&options, NULL, NULL);
	conn_free_with(c, g->arena);
	return c;
}

bool generation_dump(struct generation *g, const char *file, char *const *vars, bool own, struct buf *out,
	struct fault *f)
{
	struct fault unread = { 0 };
	if (!generation_configure(g, file, vars, f))
		return false;
	struct conn *c = generation_connect(g, false, NULL, NULL);
	conn_free_with(c, g->arena);
	if (g->conf.db_config && !(conn_ready(c, g->arena, &unread) && generation_ask(g, c, &unread)))
		log_error("Failed to query database settings for the config parameters. %.*s", STR_ARG(unread.message));
	else if (!generation_reread(g, file, vars, f))
		return false;
	auth_normalise(&g->conf, g->auth, g->arena);
	conf_dump(&g->conf, own, out);
	return true;
}

bool generation_settle(struct generation *g, const char *file, char *const *vars, struct conn *c, struct fault *f)
{
	return generation_ask(g, c, f) && generation_reread(g, file, vars, f);
}

/* Asks what is kept in the database and takes it over. What it has to say that is wrong is logged, and keeps nobody
 * from the catalog. */
static bool generation_heed(struct generation *g, const struct generation *before, const char *file, char *const *vars,
	struct conn *c, struct fault *f)
{
	if (generation_ask(g, c, f)) {
		if (generation_reread(g, file, vars, f))
			return true;
		log_event("Failed reloading config: %.*s", STR_ARG(f->message));
	} else {
		if (conn_backend_pid(c) == 0 || f->http_status == CONN_STOPPED)
			return false;
		log_event("Failed to query database settings for the config parameters. %.*s", STR_ARG(f->message));
	}
	return generation_stay(g, before, file, vars, f);
}

/* Whether what the accounts need is installed. A later version's is left to itself: it knows its predecessors. */
static bool generation_accounts(const struct generation *g, struct conn *c, struct fault *f)
{
	struct migrate_state state;
	struct str schema = schema_private(&g->conf, g->arena);
	if (!g->conf.auth_enabled)
		return true;
	if (!migrate_look(&state, c, &g->conf, g->arena, f) && state.version <= migrate_latest())
		return false;
	*f = (struct fault){ 0 };
	if (state.version == 0)
		return fault_printf(f, g->arena, 503, "PGRST002",
			"The schema of the accounts, \"%.*s\", is missing: run rowgate migrate", STR_ARG(schema));
	return state.version >= migrate_latest()
		|| fault_printf(f, g->arena, 503, "PGRST002",
			"The schema of the accounts, \"%.*s\", is at %d of %d: run rowgate migrate", STR_ARG(schema), state.version,
			migrate_latest());
}

bool generation_load(struct generation *g, const struct generation *before, const char *file, char *const *vars,
	struct conn *c, struct fault *f)
{
	return generation_heed(g, before, file, vars, c, f) && generation_accounts(g, c, f)
		&& catalog_load(&g->catalog, c, &g->conf, g->arena, f);
}

bool generation_adopt(struct generation *g, const char *file, char *const *vars, struct conf_setting *settings,
	size_t setting_count, struct str block, struct fault *f)
{
	g->settings = settings;
	g->setting_count = setting_count;
	return generation_reread(g, file, vars, f) && catalog_open(&g->catalog, block.p, block.n, g->arena, f);
}
