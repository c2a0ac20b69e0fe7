/* rowgate migrate: installs the account schema or brings it forward.
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "account/migrate.h"
#include "account/refold.h"
#include "app/command/become.h"
#include "app/command/commands.h"
#include "app/serve/generation.h"

#define SCRIPT_MAX ((size_t)1 << 20)

struct migrate_wish {
	bool dry_run, status, adopt;
	struct str as; /* a user of the machine, or STR_NONE */
	int64_t to;    /* 0: the latest */
};

#define AT(field) .offset = offsetof(struct migrate_wish, field)
static const struct args_option migrate_options[] = {
	{ ARGS_FLAG, "dry-run", AT(dry_run), .help = "print the SQL instead of running it" },
	{ ARGS_FLAG, "status", AT(status), .help = "print what is applied and what is pending; 1 when something is" },
	{ ARGS_FLAG, "adopt-tutorial", AT(adopt), .help = "take over the tables of the PostgREST tutorial" },
	{ ARGS_NUMBER, "to", "N", AT(to), .min = 1, .wants = "the number of a migration",
		.help = "stop behind this migration" },
	{ ARGS_TEXT, "as", "USER", AT(as),
		.help = "become this user once the configuration is read, and connect as the role of that name" },
	{ .kind = ARGS_CONFIG },
	{ .kind = ARGS_END },
};

static const char *migrate_check(const void *wish)
{
	const struct migrate_wish *w = wish;
	return w->to <= migrate_latest() ? NULL : "--to wants the number of a migration";
}

static int migrate_status(const struct migrate_state *state)
{
	for (int version = 1; version <= migrate_latest(); version++)
		printf("%3d %-12s %s\n", version, migrate_name(version).p, version <= state->version ? "applied" : "pending");
	return state->version == migrate_latest() ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool migrate_allowed(const struct migrate_wish *w, const struct migrate_state *state, const struct conf *conf,
	struct arena *a, struct fault *f)
{
	if (w->adopt && state->version)
		return fault_set(f, 500, "RG500", STR("the schema is ours already: there is nothing to adopt"));
	if (state->schema && !state->version && !w->adopt)
		return fault_printf(f, a, 500, "RG500",
			"schema \"%.*s\" was not made by rowgate: choose another auth-schema, "
			"or take the tutorial's tables over with --adopt-tutorial",
			STR_ARG(conf->auth_schema));
	return true;
}

/* Keys of addresses are made here, not by SQL: those of earlier rules once the functions for it are there. */
static bool migrate_keys(struct conn *c, const struct conf *conf, const struct migrate_task *task, struct arena *a,
	struct fault *f)
{
	struct fault second = { 0 };
	struct buf enter = buf_new(a, SCRIPT_MAX), leave = buf_new(a, SCRIPT_MAX);
	if (task->to < migrate_latest())
		return true;
	migrate_enter(&enter, conf, task);
	migrate_leave(&leave, conf, task);
	bool good = conn_script(c, buf_str(&enter), a, f) && refold_run(c, conf, a, f);
	return conn_script(c, buf_str(&leave), a, good ? f : &second) && good;
}

static bool migrate_do(const struct migrate_wish *w, struct generation *g, int *status_r, struct fault *f)
{
	struct str uri = g->conf.auth_install_uri.p ? g->conf.auth_install_uri : g->conf.db_uri;
	struct conn *c = generation_open(g, uri, w->as);
	struct migrate_state state;
	if (!migrate_look(&state, c, &g->conf, g->arena, f))
		return false;
	if (w->status) {
		*status_r = migrate_status(&state);
		return true;
	}
	if (!migrate_allowed(w, &state, &g->conf, g->arena, f))
		return false;
	struct migrate_task task = { .from = state.version,
		.to = w->to ? (int)w->to : migrate_latest(),
		.adopt = w->adopt };
	if (g->conf.db_single_role
		&& !migrate_single(&task.single, generation_open(g, g->conf.db_uri, STR_NONE), g->arena, f))
		return false;
	struct buf script = buf_new(g->arena, SCRIPT_MAX);
	migrate_script(&script, &g->conf, &task);
	if (w->dry_run) {
		fwrite(buf_str(&script).p, 1, buf_str(&script).n, stdout);
		return true;
	}
	if (!conn_script(c, buf_str(&script), g->arena, f) || !migrate_keys(c, &g->conf, &task, g->arena, f))
		return false;
	if (state.version < task.to)
		printf("migrated from %d to %d\n", state.version, task.to);
	else
		printf("up to date\n");
	return true;
}

static int migrate_run(const char *config, const void *wish)
{
	struct generation *g = generation_new();
	struct fault f = { 0 };
	int status = EXIT_SUCCESS;
	const struct migrate_wish *w = wish;
	if (!generation_configure_keyless(g, config, environ, &f) || !become_user(w->as, g->arena, &f)
		|| !migrate_do(w, g, &status, &f))
		status = command_failed(&f);
	generation_free(g);
	return status;
}

const struct command migrate_command = {
	.name = "migrate",
	.what = "install the account schema, or bring it forward",
	.usage = "[--dry-run | --status] [--adopt-tutorial] [--to N] [--as USER] [CONFIG]",
	.options = migrate_options,
	.wish_size = sizeof(struct migrate_wish),
	.check = migrate_check,
	.run = migrate_run,
};
