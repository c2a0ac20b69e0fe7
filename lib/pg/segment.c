/* What a flight sends: the statements of one segment, in their order.
 * SPDX-License-Identifier: MIT */
#include "attempt.h"

/* The session as a connection starts with it, after user code had it that wrote or failed: settings, temporary tables
 * that would shadow others, cursors. DISCARD ALL is refused in a pipeline; the role is set by the settings. RESET ALL
 * comes too late for the defaults this transaction has begun with, and when the first snapshot is taken nothing can be
 * done about them any more: the first four go in front of every SELECT. */
enum {
	CLEANSING_SETTINGS = 0,
	CLEANSING_READ_WRITE = 1,
	CLEANSING_ISOLATION = 3,
	CLEANSING_FIRST = 4,
	CLEANSING_CURSORS = 5
};
static const struct stmt cleansing[] = {
	{ .sql = STR_INIT("RESET ALL") },
	{ .sql = STR_INIT("SET transaction_read_only = off") },
	{ .sql = STR_INIT("SET transaction_deferrable = off") },
	{ .sql = STR_INIT("SET transaction_isolation = 'read committed'") },
	{ .sql = STR_INIT("DISCARD TEMP") },
	{ .sql = STR_INIT("CLOSE ALL") },
};
static_assert(COUNT_OF(cleansing) > CLEANSING_FIRST, "the first four, and what needs no place");

/* Channels: at the end, where it undoes a LISTEN of the same transaction; at the start it would only act at its end. */
static const struct stmt unlisten = { .sql = STR_INIT("UNLISTEN *") };

/* What undoes at the end of a flight what it left: all of these after a read, which can make no temporary tables, so
 * that the next transaction begins as it should; the last one else. RESET ALL first: a timeout may have been left. */
static const struct stmt *const ending[] = { &cleansing[CLEANSING_SETTINGS], &cleansing[CLEANSING_CURSORS], &unlisten };

/* User SQL can DEALLOCATE a name of ours and PREPARE another statement under it, one that leaves the role as it was
 * or that keeps the next caller's token. PostgreSQL knows who made a statement: one made by SQL ends the flight here,
 * before any name is used, since no number is spelled like PREPARE. It is then tried again behind DEALLOCATE ALL. */
static const struct stmt check_names = {
	.sql = STR_INIT("SELECT s.statement::pg_catalog.int4 FROM pg_catalog.pg_prepared_statement() AS s "
					"WHERE s.from_sql"),
};

/* Session-level advisory locks, which survive a rollback too, go as one more column of the settings: a SELECT of its
 * own costs as much as the four above. */
#define UNLOCK "SELECT pg_catalog.pg_advisory_unlock_all()"
static const struct stmt unlock_all = { .sql = STR_INIT(UNLOCK) };

/* An isolation level cannot be one of the settings, whose SELECT has its snapshot already. SET TRANSACTION without
 * BEGIN works, but leaves a WARNING in the server's log each time. */
static const struct {
	struct str level;
	struct stmt begin;
} isolations[] = {
	{ STR_INIT("read committed"), { .sql = STR_INIT("BEGIN ISOLATION LEVEL READ COMMITTED") } },
	{ STR_INIT("read uncommitted"), { .sql = STR_INIT("BEGIN ISOLATION LEVEL READ UNCOMMITTED") } },
	{ STR_INIT("repeatable read"), { .sql = STR_INIT("BEGIN ISOLATION LEVEL REPEATABLE READ") } },
	{ STR_INIT("serializable"), { .sql = STR_INIT("BEGIN ISOLATION LEVEL SERIALIZABLE") } },
};

#define RESPONSE                                                                                                       \
	"SELECT pg_catalog.current_setting('response.headers', true), "                                                    \
	"pg_catalog.current_setting('response.status', true)"
static const struct stmt response_settings = { .sql = STR_INIT(RESPONSE) };
static const struct stmt write_settings = {
	.sql = STR_INIT(RESPONSE ", pg_catalog.current_setting('" STMT_INSERTED "', true)"),
};
static const struct stmt deallocate_all = { .sql = STR_INIT("DEALLOCATE ALL") };
static const struct stmt check_constraints = { .sql = STR_INIT("SET CONSTRAINTS ALL IMMEDIATE") };
static const struct stmt commit = { .sql = STR_INIT("COMMIT") };
static const struct stmt rollback = { .sql = STR_INIT("ROLLBACK") };

static void add(struct attempt *t, enum step_kind kind, const struct stmt *stmt, struct name *name)
{
	assert(t->count < STEP_MAX);
	if (stmt)
		t->steps[t->count++] = (struct step){ kind, stmt, name };
}

/* Whether a statement may have a name. */
static bool may_keep(const struct attempt *t, const struct stmt *stmt)
{
	return stmt && !t->unnamed && stmt->param_count <= NAMES_PARAMS_MAX;
}

/* The name a statement goes by, or NULL: unnamed. */
static struct name *name_of(struct attempt *t, const struct stmt *stmt)
{
	struct name_key key = { t->flight->role, t->flight->search_path, stmt ? stmt->sql : STR_NONE };
	return may_keep(t, stmt) ? names_use(t->conn->names, &key) : NULL;
}

/* The same for a statement that is planned alike whoever asks. */
static struct name *common_name_of(struct attempt *t, const struct stmt *stmt)
{
	struct name_key key = { STR(""), STR(""), stmt ? stmt->sql : STR_NONE };
	return may_keep(t, stmt) ? names_use(t->conn->names, &key) : NULL;
}

/* The same for what comes behind user SQL, which may have said DEALLOCATE ALL in this very flight. */
static struct name *closing_name_of(struct attempt *t, const struct stmt *stmt)
{
	return t->flight->may_prepare && attempt_dirties(t->flight) ? NULL : common_name_of(t, stmt);
}

/* Whether the flight has its Parse already: a statement may be in it twice. */
static bool is_told(const struct attempt *t, const struct name *name)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->steps[i].kind == STEP_PARSE && t->steps[i].name == name)
			return true;
	return false;
}

static void add_statement(struct attempt *t, enum step_kind kind, const struct stmt *stmt, struct name *name)
{
	if (name && name->state == NAME_NEW && !is_told(t, name))
		add(t, STEP_PARSE, stmt, name);
	add(t, kind, stmt, name);
}

static void add_begin(struct attempt *t)
{
	for (size_t i = 0; i < COUNT_OF(isolations); i++)
		if (str_eq_nocase(isolations[i].level, t->flight->isolation))
			add(t, STEP_PLAIN, &isolations[i].begin, NULL);
	t->explicit_block = t->count > 0;
}

/* A standby begins only transactions that read, whatever default was left behind; to ask for others is an error. */
static bool is_standby(const struct conn *c)
{
	return str_eq(str_of(PQparameterStatus(c->pg, "in_hot_standby")), STR("on"));
}

static bool is_due(const struct attempt *t, size_t i)
{
	return (i != CLEANSING_ISOLATION || !t->explicit_block) && (i != CLEANSING_READ_WRITE || !is_standby(t->conn));
}

/* No name is used before the check. */
static void add_cleansing(struct attempt *t)
{
	bool checks = t->conn->tainted && !t->unnamed && names_count(t->conn->names) > 0;
	/* Whoever wants one shall hear that, not that the settings ask for it too late. */
	if (t->flight->writes && is_standby(t->conn))
		add(t, STEP_PLAIN, &cleansing[CLEANSING_READ_WRITE], NULL);
	size_t count = t->conn->left == LEFT_ALL ? COUNT_OF(cleansing) : 0;
	for (size_t i = 0; i < count && i < CLEANSING_FIRST; i++)
		if (is_due(t, i))
			add_statement(t, STEP_PLAIN, &cleansing[i], checks ? NULL : common_name_of(t, &cleansing[i]));
	if (checks)
		add(t, STEP_CHECK, &check_names, NULL);
	for (size_t i = CLEANSING_FIRST; i < count; i++)
		add_statement(t, STEP_PLAIN, &cleansing[i], common_name_of(t, &cleansing[i]));
}

/* The settings, with cleansing's column in front when that is due. */
static const struct stmt *settings_of(struct attempt *t)
{
	const struct stmt *settings = t->flight->settings;
	if (t->conn->left == LEFT_NOTHING)
		return settings;
	if (!settings)
		return &unlock_all;
	struct stmt *both = arena_make(t->arena, struct stmt);
	*both = *settings;
	both->sql = str_join(t->arena, (struct str[]){ STR(UNLOCK), str_from(settings->sql, sizeof("SELECT") - 1) }, 2,
		STR(","));
	return both;
}

static void add_deallocates(struct attempt *t)
{
	struct name *name = NULL;
	if (t->unnamed) {
		add(t, STEP_PLAIN, &deallocate_all, NULL);
		return;
	}
	for (int i = 0; i < STEP_DEALLOCATE_MAX && (name = names_next_doomed(t->conn->names, name)) != NULL; i++) {
		struct stmt *stmt = arena_make(t->arena, struct stmt);
		stmt->sql = str_printf(t->arena, "DEALLOCATE %s", name->text);
		add(t, STEP_DEALLOCATE, stmt, name);
	}
}

static void add_ending(struct attempt *t)
{
	for (size_t i = attempt_cleanses(t->flight) ? 0 : COUNT_OF(ending) - 1; i < COUNT_OF(ending); i++)
		add_statement(t, STEP_PLAIN, ending[i], closing_name_of(t, ending[i]));
}

static void add_end(struct attempt *t, bool undo)
{
	if (undo)
		add(t, STEP_PLAIN, &rollback, NULL);
	else if (attempt_dirties(t->flight))
		add_ending(t);
	if (!undo && t->explicit_block)
		add(t, STEP_PLAIN, &commit, NULL);
	assert(t->count < STEP_MAX);
	t->steps[t->count++] = (struct step){ .kind = STEP_SYNC };
	t->synced = true;
}

static const struct stmt *response_of(const struct flight *f)
{
	if (f->writes)
		return &write_settings;
	return f->response_settings || attempt_dirties(f) ? &response_settings : NULL;
}

/* Names are taken first, so that those evicted for them are deallocated in front of everything. A Parse goes right
 * before its Execute: it is judged by the role and search_path that the settings have brought. */
static void add_all(struct attempt *t)
{
	const struct flight *f = t->flight;
	const struct stmt *settings = settings_of(t);
	const struct stmt *response = response_of(f);
	const struct {
		enum step_kind kind;
		const struct stmt *stmt;
		struct name *name;
	} body[] = {
		{ STEP_PLAIN, settings, common_name_of(t, settings) },
		{ STEP_PLAIN, f->pre_request, name_of(t, f->pre_request) },
		{ STEP_MAIN, f->main, name_of(t, f->main) },
		{ STEP_COUNT, f->count, name_of(t, f->count) },
		{ STEP_EXPLAIN, f->explain, name_of(t, f->explain) },
		{ STEP_RESPONSE, response, closing_name_of(t, response) },
	};
	add_begin(t);
	add_cleansing(t);
	add_deallocates(t);
	for (size_t i = 0; i < COUNT_OF(body); i++)
		add_statement(t, body[i].kind, body[i].stmt, body[i].name);
	if (attempt_holds(f))
		return;
	if (f->rollback)
		add(t, STEP_PLAIN, &check_constraints, NULL);
	add_end(t, f->rollback);
}

/* Bytes of a text that requests decide on and that the server does not have by a name. */
static size_t told_by(const struct step *s)
{
	bool of_request = s->kind == STEP_MAIN || s->kind == STEP_COUNT || s->kind == STEP_EXPLAIN;
	return s->kind == STEP_PARSE || (of_request && !s->name) ? s->stmt->sql.n : 0;
}

static bool send_step(struct attempt *t, const struct step *s)
{
	t->conn->told += told_by(s);
	switch (s->kind) {
	case STEP_SYNC:
		return PQpipelineSync(t->conn->pg) == 1;
	case STEP_PARSE:
		return conn_send_parse(t->conn, s->name->text, s->stmt, t->arena);
	case STEP_DEALLOCATE:
		return conn_send(t->conn, s->stmt, t->arena);
	default:
		return s->name ? conn_send_execute(t->conn, s->name->text, s->stmt, t->arena)
					   : conn_send(t->conn, s->stmt, t->arena);
	}
}

static void send_from(struct attempt *t, size_t first)
{
	bool sent = true;
	for (size_t i = first; sent && i < t->count; i++)
		sent = send_step(t, &t->steps[i]);
	if (sent && !t->synced)
		sent = PQsendFlushRequest(t->conn->pg) == 1;
	if (!sent) {
		attempt_break(t, PQerrorMessage(t->conn->pg));
		return;
	}
	t->outcome->sent = true;
	/* Stopped before all was sent, the Sync cannot have gone out: hanging up undoes everything. When the connection
	 * broke, what the server said before it left is still to be read. */
	if (conn_flush(t->conn) == CONN_IO_STOPPED) {
		t->failed = !conn_stopped_fault(t->fault);
		t->broken = true;
	}
}

void attempt_send(struct attempt *t)
{
	names_begin(t->conn->names);
	t->conn->told += t->flight->settings_kept;
	add_all(t);
	send_from(t, 0);
}

void attempt_send_end(struct attempt *t)
{
	assert(!t->synced);
	size_t first = t->count;
	if (!t->failed && t->flight->rollback)
		add(t, STEP_PLAIN, &check_constraints, NULL);
	add_end(t, t->failed || t->flight->rollback);
	send_from(t, first);
}

void attempt_send_rollback(struct attempt *t)
{
	size_t first = t->count;
	add_end(t, true);
	send_from(t, first);
}
