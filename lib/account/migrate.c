/* The account schema's migrations: which there are, which a database has seen, and the SQL that brings it forward.
 * SPDX-License-Identifier: MIT */
#include "account/migrate.h"

#include <assert.h>

#include "account/migrations.h"
#include "account/schema.h"
#include "base/arena.h"
#include "base/sqlname.h"

/* In order; their numbers are their places, counted from 1. */
static const struct {
	struct str name, sql;
} migrations[] = {
	{ STR_INIT("schema"), { account_001_schema, sizeof account_001_schema - 1 } },
	{ STR_INIT("functions"), { account_002_functions, sizeof account_002_functions - 1 } },
	{ STR_INIT("mail"), { account_003_mail, sizeof account_003_mail - 1 } },
	{ STR_INIT("recovery"), { account_004_recovery, sizeof account_004_recovery - 1 } },
	{ STR_INIT("indexes"), { account_005_indexes, sizeof account_005_indexes - 1 } },
};

/* What stands at the head of the private schema's comment, with the version behind it. */
static const struct str mark = STR_INIT("rowgate accounts, migration ");

/* @NAME@ of the files: schemas and connecting roles have their own words, everything else is a role with its prefix. */
static const struct {
	struct str word, role;
} words[] = {
	{ STR_INIT("owner"), STR_INIT("auth_owner") }, { STR_INIT("account"), STR_INIT("rowgate_account") },
	{ STR_INIT("mail"), STR_INIT("rowgate_mail") },
	{ STR_INIT("channel"), STR_INIT("rowgate_mail") }, /* what the mailer listens to */
};

int migrate_latest(void)
{
	return (int)COUNT_OF(migrations);
}

struct str migrate_name(int version)
{
	assert(version >= 1 && version <= migrate_latest());
	return migrations[version - 1].name;
}

/* What the names of a script are filled in from. */
struct script_names {
	const struct conf *conf;
	struct str single;
};

/* Roles that connect; with db-single-role they are one. */
static bool connects(struct str word)
{
	return str_eq(word, STR("authenticator")) || str_eq(word, STR("account")) || str_eq(word, STR("mail"));
}

/* How a name stands in the script: an identifier or a constant. The names have no quotes in them, but roles of
 * auth-roles may. */
typedef void quote_fn(struct buf *out, struct str text);

static void put_name(struct buf *out, struct str word, const struct script_names *n, quote_fn *put_quoted)
{
	const struct conf *conf = n->conf;
	if (n->single.p && connects(word)) {
		put_quoted(out, n->single);
		return;
	}
	if (str_eq(word, STR("auth"))) {
		put_quoted(out, conf->auth_schema);
		return;
	}
	if (str_eq(word, STR("private"))) {
		put_quoted(out, schema_private(conf, out->arena));
		return;
	}
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq(word, words[i].word))
			word = words[i].role;
	put_quoted(out, schema_role(conf, word, out->arena));
}

/* Copies SQL, its @NAME@ and @'NAME@ filled in. */
static void put_sql(struct buf *out, struct str sql, const struct script_names *n)
{
	while (sql.p) {
		buf_put(out, str_cut(&sql, '@'));
		if (!sql.p)
			break;
		struct str word = str_cut(&sql, '@');
		bool constant = str_starts(word, STR("'"));
		put_name(out, str_from(word, constant), n, constant ? sqlname_constant : sqlname_ident);
	}
}

/* The installer becomes a member of the owner for the length of the transaction, where it is no superuser. */
static const struct str join = STR_INIT("DO $$ BEGIN\n"
										"IF NOT pg_has_role(current_user, @'owner@, 'USAGE') THEN\n"
										"EXECUTE format('GRANT %I TO %I', @'owner@, current_user);\n"
										"END IF;\nEND $$;\n");
static const struct str leave = STR_INIT(
	"RESET ROLE;\nDO $$ BEGIN\n"
	"IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN\n"
	"EXECUTE format('REVOKE %I FROM %I', @'owner@, current_user);\n"
	"END IF;\nEND $$;\n");

static void put_roles(struct buf *out, const struct script_names *n)
{
	const struct conf *conf = n->conf;
	put_sql(out, STR("SELECT @private@.set_roles(ARRAY["), n);
	for (size_t i = 0; i < conf->auth_roles.count; i++) {
		if (i)
			buf_lit(out, ", ");
		sqlname_constant(out, schema_role(conf, conf->auth_roles.items[i], out->arena));
	}
	buf_lit(out, "]::text[]);\n");
}

/* Everything set_roles() needs comes with the second migration. */
enum { MIGRATE_SET_ROLES = 2 };

void migrate_script(struct buf *out, const struct conf *conf, const struct migrate_task *task)
{
	const struct script_names n = { conf, task->single };
	buf_lit(out, "BEGIN;\nSET LOCAL client_min_messages = warning;\n");
	if (task->adopt)
		put_sql(out, (struct str){ account_adopt_before, sizeof account_adopt_before - 1 }, &n);
	if (task->from > 0)
		put_sql(out, join, &n);
	for (int version = task->from + 1; version <= task->to; version++) {
		put_sql(out, migrations[version - 1].sql, &n);
		put_sql(out, STR("SET LOCAL ROLE @owner@;\nINSERT INTO @private@.migrations (version, name) VALUES ("), &n);
		buf_i64(out, version);
		buf_lit(out, ", ");
		sqlname_constant(out, migrations[version - 1].name);
		put_sql(out, STR(");\nCOMMENT ON SCHEMA @private@ IS '"), &n);
		buf_put(out, mark);
		buf_i64(out, version);
		buf_lit(out, "';\nRESET ROLE;\n");
	}
	if (task->adopt)
		put_sql(out, (struct str){ account_adopt_after, sizeof account_adopt_after - 1 }, &n);
	put_sql(out, STR("SET LOCAL ROLE @owner@;\n"), &n);
	if (task->to >= MIGRATE_SET_ROLES)
		put_roles(out, &n);
	put_sql(out, leave, &n);
	buf_lit(out, "COMMIT;\n");
}

void migrate_enter(struct buf *out, const struct conf *conf, const struct migrate_task *task)
{
	const struct script_names n = { conf, task->single };
	buf_lit(out, "BEGIN;\n");
	put_sql(out, join, &n);
	put_sql(out, STR("COMMIT;\nSET ROLE @owner@;\n"), &n);
}

void migrate_leave(struct buf *out, const struct conf *conf, const struct migrate_task *task)
{
	const struct script_names n = { conf, task->single };
	buf_lit(out, "BEGIN;\n");
	put_sql(out, leave, &n);
	buf_lit(out, "COMMIT;\n");
}

/* conn_run's row: whether the schema is there, and the comment on the private one. */
static bool take_state(void *arg, const struct row *r)
{
	struct migrate_state *state = arg;
	struct str comment = row_value(r, 1);
	int64_t version = 0;
	state->schema = str_eq(row_value(r, 0), STR("t"));
	if (comment.p && str_starts(comment, mark) && str_to_i64(str_from(comment, mark.n), &version))
		state->version = (int)version;
	return true;
}

bool migrate_look(struct migrate_state *out_r, struct conn *c, const struct conf *conf, struct arena *a,
	struct fault *f)
{
	const struct stmt_param params[] = { { .value = conf->auth_schema }, { .value = schema_private(conf, a) } };
	struct stmt look = {
		.sql = STR("SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1), (SELECT "
				   "pg_catalog.obj_description(oid, 'pg_namespace') FROM pg_catalog.pg_namespace WHERE nspname = $2)"),
		.params = params,
		.param_count = 2,
	};
	*out_r = (struct migrate_state){ 0 };
	if (!conn_ready(c, a, f) || !conn_run(c, &look, take_state, out_r, a, f))
		return false;
	if (conn_server_version(c) < MIGRATE_SERVER_MIN)
		return fault_set(f, 500, "RGA10", STR("accounts need PostgreSQL 15 or later"));
	return out_r->version <= migrate_latest()
		|| fault_set(f, 500, "RGA10", STR("the database has migrations of a later version of rowgate"));
}

struct found_role {
	struct str role;
	struct arena *arena;
};

/* conn_run's row. */
static bool take_role(void *arg, const struct row *r)
{
	struct found_role *found = arg;
	found->role = str_dup(found->arena, row_value(r, 0));
	return true;
}

bool migrate_single(struct str *role_r, struct conn *c, struct arena *a, struct fault *f)
{
	struct found_role found = { STR_NONE, a };
	struct stmt ask = { .sql = STR("SELECT session_user") };
	if (!conn_ready(c, a, f) || !conn_run(c, &ask, take_role, &found, a, f))
		return false;
	*role_r = found.role;
	return true;
}
