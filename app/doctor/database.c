/* The database: its server, what stands in front of it, and a query for each thing that can be wrong in it.
 * SPDX-License-Identifier: MIT */
#include <time.h>
#include <unistd.h>

#include "account/migrate.h"
#include "account/schema.h"
#include "app/doctor/looks.h"
#include "app/doctor/releases.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/sqlname.h"

enum { PARAMETERS = 7, ARRAY_MAX = 64 * 1024, QUERY_MAX = 64 * 1024 };
enum { SERVER_MIN = 140000 };

/* What conn_run() gives its rows to. */
struct taken {
	struct doctor *d;
	const char *id;
	struct str first; /* the first value of the first row */
};

static bool take_first(void *arg, const struct row *r)
{
	struct taken *t = arg;
	if (!t->first.p)
		t->first = str_dup(t->d->arena, row_value(r, 0));
	return true;
}

static bool take_finding(void *arg, const struct row *r)
{
	struct taken *t = arg;
	doctor_report(t->d, t->id, row_value(r, 0), row_value(r, 1));
	return true;
}

static bool run(struct doctor *d, struct conn *c, const char *sql)
{
	struct fault f = { 0 };
	struct stmt s = { .sql = str_of(sql) };
	return conn_run(c, &s, NULL, NULL, d->arena, &f);
}

/* The one value of a query, STR_NONE when it cannot be had. */
static struct str ask(struct doctor *d, struct conn *c, const char *sql)
{
	struct fault f = { 0 };
	struct stmt s = { .sql = str_of(sql) };
	struct taken t = { .d = d };
	return conn_run(c, &s, take_first, &t, d->arena, &f) ? t.first : STR_NONE;
}

static struct str array_of(struct doctor *d, const struct str *items, size_t count)
{
	struct buf out = buf_new(d->arena, ARRAY_MAX);
	sqlname_array(&out, items, count);
	return str_dup(d->arena, buf_str(&out));
}

static struct str account_roles(struct doctor *d)
{
	const struct conf_list *roles = &d->conf->auth_roles;
	struct str *names = arena_make_array(d->arena, struct str, roles->count);
	for (size_t i = 0; i < roles->count; i++)
		names[i] = schema_role(d->conf, roles->items[i], d->arena);
	return array_of(d, names, d->conf->auth_enabled ? roles->count : 0);
}

/* The functions that the configuration names. */
static struct str named_functions(struct doctor *d)
{
	const struct conf *c = d->conf;
	const struct str all[] = { c->db_pre_request, c->db_pre_config, c->db_root_spec,
		c->auth_enabled ? c->auth_claims_hook : STR_NONE };
	struct str named[COUNT_OF(all)];
	size_t count = 0;
	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (all[i].n)
			named[count++] = all[i];
	return array_of(d, named, count);
}

static void fill_parameters(struct stmt_param *to, struct doctor *d)
{
	const struct conf *c = d->conf;
	const struct str values[PARAMETERS] = {
		array_of(d, c->db_schemas.items, c->db_schemas.count),
		c->db_anon_role,
		c->auth_schema,
		schema_private(c, d->arena),
		account_roles(d),
		array_of(d, c->db_extra_search_path.items, c->db_extra_search_path.count),
		named_functions(d),
	};
	for (size_t i = 0; i < PARAMETERS; i++)
		to[i] = (struct stmt_param){ .value = values[i] };
}

/* Types and functions come qualified, whatever the role's search_path; nothing outlives the transaction, for it may be
 * a pooler's connection. */
static bool begin(struct doctor *d)
{
	return run(d, d->conn, "BEGIN TRANSACTION READ ONLY")
		&& run(d, d->conn,
			"SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true),"
			" pg_catalog.set_config('jit', 'off', true)");
}

static bool run_check(struct doctor *d, const struct doctor_check *check, const struct stmt_param *params)
{
	struct buf sql = buf_new(d->arena, QUERY_MAX);
	struct fault f = { 0 };
	struct taken t = { .d = d, .id = check->id };
	buf_put(&sql, str_of(checks_given));
	buf_put(&sql, str_of(check->sql));
	buf_lit(&sql, "ORDER BY 1");
	struct stmt s = { .sql = str_dup(d->arena, buf_str(&sql)), .params = params, .param_count = PARAMETERS };
	if (conn_run(d->conn, &s, take_finding, &t, d->arena, &f))
		return true;
	doctor_not_looked(d, str_of(check->id), f.message.n ? f.message : STR("it takes too long"), true);
	return run(d, d->conn, "ROLLBACK") && begin(d);
}

static void run_checks(struct doctor *d)
{
	struct stmt_param params[PARAMETERS];
	fill_parameters(params, d);
	bool good = begin(d);
	for (const struct doctor_check *c = checks; c->id && good; c++)
		good = !c->sql || run_check(d, c, params);
	if (!good || !run(d, d->conn, "ROLLBACK"))
		doctor_not_looked(d, STR("the rest of it"), STR("the connection has ended"), true);
}

/* Two connections that are there at the same time have two servers' ends, unless somebody lends one to both. */
static bool is_lent(struct doctor *d)
{
	static const char which[] = "SELECT pg_catalog.pg_backend_pid()";
	struct fault f = { 0 };
	struct conn *second = generation_connect(d->g, false, doctor_wait, NULL);
	bool there = conn_ready(second, d->arena, &f);
	struct str one = ask(d, d->conn, which), other = there ? ask(d, second, which) : STR_NONE;
	conn_free(second);
	return one.p && other.p && str_eq(one, other);
}

static void look_at_pooler(struct doctor *d)
{
	if (!is_lent(d))
		return;
	if (d->conf->db_prepared_statements)
		doctor_report(d, "RGD24", conn_peer(d->conn, d->arena), STR_NONE);
	if (d->conf->db_channel_enabled)
		doctor_report(d, "RGD25", d->conf->db_channel, STR_NONE);
}

static struct str today(struct arena *a)
{
	time_t now = (time_t)clock_wall_s();
	struct tm tm;
	gmtime_r(&now, &tm);
	return str_printf(a, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

static void look_at_version(struct doctor *d)
{
	int version = conn_server_version(d->conn);
	struct str hole = releases_hole(version, d->arena), ended = releases_ended(version, today(d->arena));
	struct str name = conn_server_name(d->conn, d->arena);
	if (version < SERVER_MIN)
		doctor_found(d, "RGD21", "%.*s: rowgate needs 14 or later", STR_ARG(name));
	else if (version < MIGRATE_SERVER_MIN && d->conf->auth_enabled)
		doctor_found(d, "RGD21", "%.*s: accounts need 15 or later", STR_ARG(name));
	if (hole.p)
		doctor_found(d, "RGD22", "%.*s: %.*s", STR_ARG(name), STR_ARG(hole));
	if (ended.p)
		doctor_found(d, "RGD23", "%.*s: ended on %.*s", STR_ARG(name), STR_ARG(ended));
}

/* How many connections the API holds at most: its workers, and the one that loads the catalog and listens. */
static int64_t api_connections(const struct conf *c)
{
	int64_t workers = c->workers > 0 && c->workers < c->db_pool ? c->workers : c->db_pool;
	return workers + 1;
}

/* And what accounts have beside them. Processes that the web server starts share db-pool when they share a role. */
static int64_t account_connections(const struct conf *c)
{
	if (!c->auth_enabled || (c->db_single_role && !c->auth_listen.n))
		return 0;
	return c->auth_workers > 0 ? c->auth_workers : sysconf(_SC_NPROCESSORS_ONLN);
}

static void compare_connections(struct doctor *d, const char *sql, const char *whose, int64_t needed)
{
	int64_t allowed = 0;
	struct str found = ask(d, d->conn, sql);
	if (found.p && str_to_i64(found, &allowed) && allowed < needed)
		doctor_found(d, "RGD27", "%s: %lld are allowed, %lld are needed", whose, (long long)allowed, (long long)needed);
}

static void look_at_connections(struct doctor *d)
{
	static const char server[] = "SELECT pg_catalog.sum(CASE name WHEN 'max_connections' THEN 1 ELSE -1 END"
								 " * setting::bigint) FROM pg_catalog.pg_settings WHERE name IN ('max_connections',"
								 " 'superuser_reserved_connections', 'reserved_connections')";
	static const char role[] = "SELECT NULLIF(rolconnlimit, -1) FROM pg_catalog.pg_roles WHERE rolname = session_user";
	int64_t api = api_connections(d->conf), all = api + account_connections(d->conf);
	compare_connections(d, server, "max_connections", all);
	compare_connections(d, role, "CONNECTION LIMIT", d->conf->db_single_role ? all : api);
}

bool doctor_connect(struct doctor *d)
{
	struct fault f = { 0 };
	struct conn *c = generation_connect(d->g, false, doctor_wait, NULL);
	conn_free_with(c, d->arena);
	if (conn_ready(c, d->arena, &f)) {
		d->conn = c;
		return true;
	}
	struct str why = f.details.n ? f.details : f.message.n ? f.message : STR("it does not answer");
	doctor_report(d, "RGD20", str_trim(why), STR_NONE);
	return false;
}

void doctor_look_database(struct doctor *d)
{
	struct conn *c = d->conn;
	if (!c) {
		doctor_not_looked(d, STR("database"), STR("it cannot be reached"), true);
		return;
	}
	doctor_looked(d, STR("database"),
		str_printf(d->arena, "%.*s, %.*s at %.*s", STR_ARG(conn_server_name(c, d->arena)), STR_ARG(conn_database(c)),
			STR_ARG(conn_peer(c, d->arena))));
	look_at_version(d);
	look_at_pooler(d);
	look_at_connections(d);
	run_checks(d);
}
