/* rowgate migrate: installs the account schema or brings it forward.
 * SPDX-License-Identifier: MIT */
#include "migrate.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "account/migrate.h"
#include "app/serve/generation.h"

#define SCRIPT_MAX ((size_t)1 << 20)

struct migrate_wish {
	bool dry_run, status, adopt;
	int64_t to;
	const char *config;
};

static bool migrate_read(struct migrate_wish *w, struct args *args, struct fault *f)
{
	*w = (struct migrate_wish){ .to = migrate_latest() };
	for (struct str word; args_next(args, &word);) {
		if (str_eq(word, STR("--dry-run")))
			w->dry_run = true;
		else if (str_eq(word, STR("--status")))
			w->status = true;
		else if (str_eq(word, STR("--adopt-tutorial")))
			w->adopt = true;
		else if (str_eq(word, STR("--to"))) {
			if (!str_to_i64(args_value(args), &w->to) || w->to < 1 || w->to > migrate_latest())
				return fault_set(f, 500, "RG500", STR("--to wants the number of a migration"));
		} else if (!args_config(args, word, &w->config, f)) {
			return false;
		}
	}
	return true;
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

static bool migrate_run(const struct migrate_wish *w, struct generation *g, int *status_r, struct fault *f)
{
	struct conn *c = generation_open(g, g->conf.auth_install_uri.p ? g->conf.auth_install_uri : g->conf.db_uri);
	struct migrate_state state;
	if (!migrate_look(&state, c, &g->conf, g->arena, f))
		return false;
	if (w->status) {
		*status_r = migrate_status(&state);
		return true;
	}
	if (!migrate_allowed(w, &state, &g->conf, g->arena, f))
		return false;
	struct migrate_task task = { .from = state.version, .to = (int)w->to, .adopt = w->adopt };
	if (g->conf.db_single_role && !migrate_single(&task.single, generation_open(g, g->conf.db_uri), g->arena, f))
		return false;
	struct buf script = buf_new(g->arena, SCRIPT_MAX);
	migrate_script(&script, &g->conf, &task);
	if (w->dry_run) {
		fwrite(buf_str(&script).p, 1, buf_str(&script).n, stdout);
		return true;
	}
	if (!conn_script(c, buf_str(&script), g->arena, f))
		return false;
	if (state.version < w->to)
		printf("migrated from %d to %d\n", state.version, (int)w->to);
	else
		printf("up to date\n");
	return true;
}

int migrate_main(struct args args)
{
	struct generation *g = generation_new();
	struct migrate_wish wish;
	struct fault f = { 0 };
	int status = EXIT_SUCCESS;
	bool good = migrate_read(&wish, &args, &f) && generation_configure(g, wish.config, environ, &f)
		&& migrate_run(&wish, g, &status, &f);
	if (!good)
		status = args_complain(&f);
	generation_free(g);
	return status;
}
