/* The configuration kept in the database: pgrst.* settings of the connecting role, and db-pre-config.
 * SPDX-License-Identifier: MIT */
#include "role_settings.h"

#include "base/arena.h"
#include "base/sqlname.h"
#include "conf/conf_database.h"

#define ROLE_SETTINGS_MAX 256

/* PostgreSQL manual, 53.13 pg_db_role_setting: setdatabase 0 is every database. */
static const char role_query[] =
	"SELECT DISTINCT ON (1) substr(split_part(s, '=', 1), 7), substr(s, strpos(s, '=') + 1)"
	" FROM pg_catalog.pg_db_role_setting, unnest(setconfig) AS s"
	" WHERE setrole = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = session_user)"
	" AND setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))"
	" AND s LIKE 'pgrst.%' ORDER BY 1, setdatabase DESC";

/* The function sets transaction-local settings, so they are read in the statement that calls it: a CTE's row is there
 * before what is beside it is evaluated. The session may be older than the last ALTER ROLE: what it got from the role
 * when it began is not the function's. */
static const char pre_config_query[] =
	"WITH emptied AS MATERIALIZED (SELECT count(set_config('pgrst.' || k, '', true)) FROM unnest($1::text[]) AS k),"
	" called AS MATERIALIZED (SELECT %s() FROM emptied)"
	" SELECT k, current_setting('pgrst.' || k, true) FROM called, unnest($1::text[]) AS k"
	" WHERE current_setting('pgrst.' || k, true) <> ''";

struct role_settings {
	struct conf_setting *list;
	size_t count;
	struct arena *arena;
};

/* conf_load() lets the last of a name win: what the role has beats what the function sets, as in PostgREST. */
static bool role_settings_add(void *arg, const struct row *r)
{
	struct role_settings *s = arg;
	if (s->count == ROLE_SETTINGS_MAX)
		return false;
	s->list[s->count].name = str_dup(s->arena, row_value(r, 0));
	s->list[s->count].value = str_dup(s->arena, row_value(r, 1));
	s->count++;
	return true;
}

static struct str role_pre_config(const struct role_settings *s, struct str configured)
{
	for (size_t i = 0; i < s->count; i++)
		if (str_eq(s->list[i].name, STR("db_pre_config")))
			configured = s->list[i].value;
	return configured;
}

/* schema.function or function, case and all: what stands before the first dot is the schema, as in PostgREST. */
static const char *role_function(struct str name, struct arena *a)
{
	struct buf out = buf_new(a, 2 * name.n + 8);
	size_t dot = str_index(name, '.');
	if (dot < name.n) {
		sqlname_ident(&out, str_sub(name, 0, dot));
		buf_char(&out, '.');
		name = str_from(name, dot + 1);
	}
	sqlname_ident(&out, name);
	return str_cstr(a, buf_str(&out));
}

/* Calls db-pre-config and takes what it has set. */
static bool role_call(struct role_settings *s, struct str function, struct conn *c, struct fault *f)
{
	struct stmt_param keys = { .value = conf_database_keys(s->arena) };
	struct stmt call = {
		.sql = str_printf(s->arena, pre_config_query, role_function(function, s->arena)),
		.params = &keys,
		.param_count = 1,
	};
	return conn_run(c, &call, role_settings_add, s, s->arena, f);
}

bool role_settings_load(struct conf_setting **settings_r, size_t *count_r, struct conn *c, struct str pre_config,
	struct arena *a, struct fault *f)
{
	struct role_settings role = { .list = arena_make_array(a, struct conf_setting, ROLE_SETTINGS_MAX), .arena = a };
	struct role_settings all = { .list = arena_make_array(a, struct conf_setting, 2 * ROLE_SETTINGS_MAX), .arena = a };
	struct stmt query = { .sql = str_of(role_query) };
	if (!conn_run(c, &query, role_settings_add, &role, a, f))
		return false;
	struct str function = role_pre_config(&role, pre_config);
	if (function.n && !role_call(&all, function, c, f))
		return false;
	for (size_t i = 0; i < role.count; i++)
		all.list[all.count++] = role.list[i];
	*settings_r = all.list;
	*count_r = all.count;
	return true;
}
