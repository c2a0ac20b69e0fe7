/* How every serving process begins: a configuration, a listening socket, a place in the state directory, a log.
 * SPDX-License-Identifier: MIT */
#include "startup.h"

#include "app/front/listen.h"
#include "app/process/postgrest_log.h"
#include "base/log.h"

void startup_log(const struct conf *c, const char *ident)
{
	if (c->log_syslog)
		log_to_syslog((enum log_level)c->log_level, ident);
	else
		log_to_stderr((enum log_level)c->log_level, ident);
}

/* Warns of db-single-role: whoever can run SQL with set_config('role', 'none') in it is the role that connects. */
static void startup_warn(const struct conf *c)
{
	if (c->auth_enabled && c->db_single_role)
		log_event("db-single-role: a function with dynamic SQL that a caller can steer reaches the functions of the "
				  "account service, and with them password hashes and sessions");
}

struct generation *startup(const char *file, char *const *vars, int *listener, struct statedir **state_r)
{
	struct generation *g = generation_new();
	struct fault f = { 0 };
	log_to_stderr(LOG_LEVEL_INFO, "rowgate");
	log_event("Starting PostgREST " CONF_POSTGREST_RELEASE " (rowgate " PACKAGE_VERSION ")...");
	if (generation_configure(g, file, vars, &f)) {
		startup_log(&g->conf, "rowgate");
		startup_warn(&g->conf);
		postgrest_log_deprecated(g);
		if (*listener < 0)
			*listener = listen_socket(&g->conf, g->arena, &f);
		if (*listener >= 0 && statedir_open(state_r, g, file, &f))
			return g;
		if (*listener >= 0)
			listen_close(*listener, g->conf.server_listen);
	}
	log_crit("%.*s", STR_ARG(f.message));
	generation_free(g);
	return NULL;
}
