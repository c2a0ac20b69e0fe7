/* `rowgate reload`: loads configuration and catalog, and tells all that serve by them to do the same.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/command/become.h"
#include "app/command/commands.h"
#include "app/process/statedir.h"
#include "base/arena.h"
#include "base/log.h"

/* Goes to where the instance is. Root becomes its owner: what it left there could not be read by those it is meant
 * for. */
static bool reload_join(struct generation *g, const char *file, struct fault *f)
{
	struct stat st;
	struct str found = statedir_find(&g->conf, file, g->arena);
	if (found.n)
		g->conf.state_dir = found;
	if (geteuid() != 0 || !g->conf.state_dir.n || stat(str_cstr(g->arena, g->conf.state_dir), &st) < 0
		|| st.st_uid == 0)
		return true;
	return become_owner(st.st_uid, st.st_gid, g->arena, f);
}

static bool reload_load(struct generation *g, const char *file, char *const *vars, struct fault *f)
{
	struct conn *c = generation_connect(g, false, NULL, NULL);
	bool loaded = conn_ready(c, g->arena, f) && generation_load(g, NULL, file, vars, c, f);
	conn_free(c);
	return loaded;
}

/* Saves what was loaded, then tells: who loads for this very configuration finds it done before being told. */
static bool reload_tell(struct statedir *s, const struct generation *g, struct fault *f)
{
	uint64_t number = statedir_number(s) + 1;
	if (statedir_alone(s))
		return fault_set(f, 500, "RG500", STR("nobody serves by this configuration (or not with this state-dir)"));
	return statedir_save(s, g, number, g->arena, f) && statedir_announce(s, number, g->arena, f);
}

static int reload_run(const char *config, const void *wish)
{
	(void)wish;
	struct generation *g = generation_new();
	struct statedir *s = NULL;
	struct fault f = { 0 };
	bool told = generation_configure(g, config, environ, &f) && reload_join(g, config, &f)
		&& statedir_open(&s, g, config, &f) && reload_load(g, config, environ, &f) && reload_tell(s, g, &f);
	if (!told)
		log_error("nothing was reloaded: %.*s%s%.*s", STR_ARG(f.message), f.details.n ? ": " : "", STR_ARG(f.details));
	statedir_close(s);
	generation_free(g);
	return told ? EXIT_SUCCESS : EXIT_FAILURE;
}

const struct command reload_command = {
	.name = "reload",
	.what = "load configuration and catalog, and tell all that serve by them",
	.usage = "[CONFIG]",
	.options = args_config_only,
	.run = reload_run,
};
