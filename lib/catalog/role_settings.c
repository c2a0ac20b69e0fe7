/* The configuration kept in the database: pgrst.* settings of the connecting role, and db-pre-config.
 * SPDX-License-Identifier: MIT */
#include "role_settings.h"

#include "base/arena.h"

#define ROLE_SETTINGS_MAX 256

/* PostgreSQL manual, 53.13 pg_db_role_setting: setdatabase 0 is every database. */
static const char role_query[] =
	"SELECT DISTINCT ON (1) substr(split_part(s, '=', 1), 7), substr(s, strpos(s, '=') + 1)"
	" FROM pg_catalog.pg_db_role_setting, unnest(setconfig) AS s"
	" WHERE setrole = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = session_user)"
	" AND setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))"
	" AND s LIKE 'pgrst.%' ORDER BY 1, setdatabase DESC";

/* The function sets transaction-local settings, so they are read in the statement that calls it: the CTE's row is
 * there before the list beside it is evaluated. */
static const char pre_config_query[] =
	"WITH called AS MATERIALIZED (SELECT %.*s())"
	" SELECT k, current_setting('pgrst.' || k, true) FROM called, unnest($1::text[]) AS k"
	" WHERE current_setting('pgrst.' || k, true) <> ''";

/* In-database keys (PARITY 1.12, D). */
static const char in_database_keys[] =
	"{client_error_verbosity,db_aggregates_enabled,db_anon_role,db_extra_search_path,db_hoisted_tx_settings,"
	"db_max_rows,"
	"db_plan_enabled,db_pre_request,db_prepared_statements,db_root_spec,db_schemas,db_tx_end,jwt_aud,"
	"jwt_role_claim_key,jwt_secret,jwt_secret_is_base64,openapi_mode,openapi_security_active,"
	"openapi_server_proxy_uri,server_cors_allowed_origins,server_timing_enabled,server_trace_header,"
	"url_use_legacy_target_names}";

struct role_settings {
	struct conf_setting *list;
	size_t count;
	struct arena *arena;
};

/* A later source overrides an earlier one: conf_load() lets the last of a name win. */
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

/* schema.function, each part an identifier as PostgreSQL would fold it: the value comes from the host's own
 * configuration, but it must not be able to be anything else than a name. */
static bool role_name_plain(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.'
			|| c == '$' || (c & 0x80);
		if (!word)
			return false;
	}
	return name.n > 0;
}

bool role_settings_load(struct conf_setting **settings_r, size_t *count_r, struct conn *c, struct str pre_config,
	struct arena *a, struct fault *f)
{
	struct role_settings s = { .list = arena_make_array(a, struct conf_setting, ROLE_SETTINGS_MAX), .arena = a };
	struct stmt query = { .sql = str_of(role_query) };
	if (!conn_run(c, &query, role_settings_add, &s, a, f))
		return false;
	struct str function = role_pre_config(&s, pre_config);
	if (function.n) {
		if (!role_name_plain(function))
			return fault_printf(f, a, 500, "RG500", "db-pre-config: \"%.*s\" is not a function's name",
				STR_ARG(function));
		struct stmt_param keys = { .value = str_of(in_database_keys) };
		struct stmt call = {
			.sql = str_printf(a, pre_config_query, STR_ARG(function)), .params = &keys, .param_count = 1
		};
		if (!conn_run(c, &call, role_settings_add, &s, a, f))
			return false;
	}
	*settings_r = s.list;
	*count_r = s.count;
	return true;
}
