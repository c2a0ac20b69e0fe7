/* The facts a flight rests on, against a real PostgreSQL: ROWGATE_TEST_DB_URI names a superuser's database to play in.
 * SPDX-License-Identifier: MIT */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "pg/flight.h"

/* One connection under test, a second one to look from outside, and what the last flight brought. */
struct world {
	struct arena *arena;
	struct conn *conn, *outside;
	struct fault fault;
	struct flight_outcome out;
	struct buf rows; /* first column of every row, a blank after each */
	size_t row_count, columns_calls;
	size_t refuse_at;        /* row at which on_row says no, counted from 1; 0: never */
	int waits_left;          /* waits the callback still grants; -1: any */
	int64_t refuse_affected; /* judge says no at this many rows; -1: never */
	bool judged;
};

static bool patient(void *arg, int fd, bool for_write)
{
	struct world *w = arg;
	struct pollfd p = { .fd = fd, .events = (short)(for_write ? POLLIN | POLLOUT : POLLIN) };

	if (w->waits_left == 0)
		return false;
	if (w->waits_left > 0)
		w->waits_left--;
	poll(&p, 1, -1);
	return true;
}

static struct conn *connect_to(struct world *w, size_t cache, bool prepared)
{
	struct conn_options options = {
		.uri = str_of(getenv("ROWGATE_TEST_DB_URI")),
		.application_name = STR("pg_flight"),
		.prepared = prepared,
		.statement_cache = cache,
		.statement_bytes = 1 << 20,
	};
	struct conn *c = conn_new(&options, patient, w);

	assert_true(conn_ready(c, w->arena, &w->fault));
	return c;
}

static bool keep_first(void *arg, const struct row *r)
{
	struct world *w = arg;

	if (row_columns(r) > 0 && row_value(r, 0).p) {
		buf_put(&w->rows, row_value(r, 0));
		buf_char(&w->rows, ' ');
	}
	w->row_count++;
	return true;
}

static bool on_row(void *arg, const struct row *r, struct fault *f)
{
	struct world *w = arg;

	keep_first(w, r);
	return w->row_count != w->refuse_at || fault_set(f, 507, "TEST", STR("no more rows"));
}

static bool on_columns(void *arg, const struct row *r, struct fault *f)
{
	struct world *w = arg;

	(void)f;
	assert_true(row_columns(r) > 0);
	assert_non_null(row_name(r, 0));
	w->columns_calls++;
	return true;
}

static bool judge(void *arg, const struct flight_outcome *so_far, struct arena *a, struct fault *f)
{
	struct world *w = arg;

	(void)a;
	w->judged = true;
	return (int64_t)so_far->affected != w->refuse_affected || fault_set(f, 406, "PGRST116", STR("refused"));
}

static void forget_rows(struct world *w)
{
	w->rows = buf_new(w->arena, 1 << 20);
	w->row_count = w->columns_calls = 0;
	w->judged = false;
	w->fault = (struct fault){ 0 };
}

/* What the second connection sees, as one text. */
static const char *outside(struct world *w, const char *sql)
{
	struct stmt s = { .sql = str_of(sql) };

	forget_rows(w);
	assert_true(conn_ready(w->outside, w->arena, &w->fault));
	if (!conn_run(w->outside, &s, keep_first, w, w->arena, &w->fault))
		fail_msg("%s: %.*s", sql, STR_ARG(w->fault.message));
	return str_cstr(w->arena, str_trim(buf_str(&w->rows)));
}

static const char settings_sql[] =
	"SELECT pg_catalog.set_config('search_path', 'rg_flight', true), "
	"pg_catalog.set_config('role', $1, true), pg_catalog.set_config('rg.claim', $2, true), "
	"pg_catalog.set_config('transaction_read_only', $3, true)";

/* A flight for a role, with everything else left to the caller to change. */
struct trip {
	struct flight flight;
	struct stmt settings, main;
	struct stmt_param params[3];
};

static void trip_init(struct trip *t, struct world *w, const char *role, const char *sql)
{
	*t = (struct trip){ 0 };
	t->params[0].value = str_of(role);
	t->params[1].value = STR("{}");
	t->params[2].value = STR("off");
	t->settings = (struct stmt){ str_of(settings_sql), t->params, 3 };
	t->main.sql = str_of(sql);
	t->flight = (struct flight){
		.role = str_of(role),
		.search_path = STR("rg_flight"),
		.isolation = STR(""),
		.settings = &t->settings,
		.main = &t->main,
		.on_row = on_row,
		.on_columns = on_columns,
		.arg = w,
		.may_prepare = true,
	};
}

static bool trip_run(struct trip *t, struct world *w)
{
	forget_rows(w);
	assert_true(conn_ready(w->conn, w->arena, &w->fault));
	return flight_run(w->conn, &t->flight, str_eq(t->flight.role, STR("rg_anon")), &w->out, w->arena, &w->fault);
}

/* A read by rg_anon that must succeed; its rows as one text. */
static const char *read_as(struct world *w, const char *role, const char *sql)
{
	struct trip t;

	trip_init(&t, w, role, sql);
	if (!trip_run(&t, w))
		fail_msg("%s: %.*s %.*s", sql, STR_ARG(w->fault.code), STR_ARG(w->fault.message));
	return str_cstr(w->arena, str_trim(buf_str(&w->rows)));
}

/* The same for a statement that calls user code or writes. */
static bool act_as(struct world *w, const char *role, const char *sql)
{
	struct trip t;

	trip_init(&t, w, role, sql);
	t.flight.user_code = t.flight.writes = true;
	return trip_run(&t, w);
}

/* The same for one that calls user code and only reads. */
static bool look_as(struct world *w, const char *role, const char *sql)
{
	struct trip t;

	trip_init(&t, w, role, sql);
	t.params[2].value = STR("on");
	t.flight.user_code = true;
	return trip_run(&t, w);
}

static void expect_fault(const struct world *w, int status, const char *code)
{
	assert_int_equal(w->fault.http_status, status);
	assert_string_equal(w->fault.code.p, code);
}

#define expect_text(expected, actual) assert_string_equal((actual), (expected))

static const char *const schema[] = {
	"DROP SCHEMA IF EXISTS rg_flight CASCADE",
	"DO $$ BEGIN CREATE ROLE rg_anon; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
	"DO $$ BEGIN CREATE ROLE rg_user; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
	"CREATE SCHEMA rg_flight",
	"GRANT USAGE ON SCHEMA rg_flight TO rg_anon, rg_user",
	"CREATE TABLE rg_flight.items (id int PRIMARY KEY, v text)",
	"INSERT INTO rg_flight.items SELECT g, 'v' || g FROM generate_series(1, 10) g",
	"CREATE TABLE rg_flight.parts (id int PRIMARY KEY, item int REFERENCES rg_flight.items DEFERRABLE INITIALLY "
	"DEFERRED)",
	"CREATE TABLE rg_flight.secrets (s text)",
	"GRANT ALL ON rg_flight.items, rg_flight.parts TO rg_anon, rg_user",
	"CREATE FUNCTION rg_flight.run(sql text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE sql; RETURN 'ran'; "
	"END $$",
};

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	w->arena = arena_new(SIZE_MAX);
	w->waits_left = -1;
	w->refuse_affected = -1;
	w->conn = connect_to(w, 20, true);
	w->outside = connect_to(w, 0, true);
	for (size_t i = 0; i < COUNT_OF(schema); i++)
		outside(w, schema[i]);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	outside(w, "DROP SCHEMA rg_flight CASCADE");
	outside(w, "DROP ROLE rg_anon, rg_user");
	conn_free(w->conn);
	conn_free(w->outside);
	arena_free(w->arena);
	free(w);
	return 0;
}

static void reads_rows_and_columns(void **state)
{
	struct world *w = *state;

	expect_text("1 2 3", read_as(w, "rg_anon", "SELECT id FROM items WHERE id < 4 ORDER BY id"));
	assert_int_equal(w->out.rows, 3);
	assert_int_equal(w->out.affected, 3);
	assert_int_equal(w->columns_calls, 1);
	assert_true(str_eq(w->out.command, STR("SELECT 3")));
	expect_text("", read_as(w, "rg_anon", "SELECT id FROM items WHERE false"));
	assert_int_equal(w->columns_calls, 1);
	assert_int_equal(w->out.count, -1);
	assert_null(w->out.response_status.p);
}

static void settings_end_with_the_flight(void **state)
{
	struct world *w = *state;
	struct trip t;

	expect_text("rg_anon", read_as(w, "rg_anon", "SELECT current_user"));
	trip_init(&t, w, "rg_anon", "SELECT 1/0");
	assert_false(trip_run(&t, w));
	expect_fault(w, 400, "22012");
	/* Without settings the connecting role is seen. */
	trip_init(&t, w, "rg_anon", "SELECT current_setting('role') || coalesce(current_setting('rg.claim', true), '')");
	t.flight.settings = NULL;
	assert_true(trip_run(&t, w));
	expect_text("none", str_cstr(w->arena, str_trim(buf_str(&w->rows))));
}

static void privileges_are_judged_for_the_role(void **state)
{
	struct world *w = *state;
	struct trip t;

	trip_init(&t, w, "rg_anon", "SELECT s FROM secrets");
	assert_false(trip_run(&t, w));
	expect_fault(w, 401, "42501");
	assert_true(str_eq(w->fault.www_authenticate, STR("Bearer")));
	trip_init(&t, w, "rg_user", "SELECT s FROM secrets");
	assert_false(trip_run(&t, w));
	expect_fault(w, 403, "42501");
	trip_init(&t, w, "rg_nobody", "SELECT 1");
	assert_false(trip_run(&t, w));
	expect_fault(w, 401, "22023");
}

static void read_only_is_a_setting(void **state)
{
	struct world *w = *state;
	struct trip t;

	trip_init(&t, w, "rg_anon", "INSERT INTO items VALUES (99, 'x') RETURNING id");
	t.params[2].value = STR("on");
	assert_false(trip_run(&t, w));
	expect_fault(w, 405, "25006");
}

static void isolation_goes_first(void **state)
{
	struct world *w = *state;
	struct trip t;

	trip_init(&t, w, "rg_anon", "SELECT current_setting('transaction_isolation')");
	t.flight.isolation = STR("Serializable");
	for (int i = 0; i < 2; i++) {
		assert_true(trip_run(&t, w));
		expect_text("serializable", str_cstr(w->arena, str_trim(buf_str(&w->rows))));
	}
	t.flight.user_code = true; /* the next one carries cleansing behind SET TRANSACTION */
	assert_true(trip_run(&t, w));
	assert_true(trip_run(&t, w));
	expect_text("read committed", read_as(w, "rg_anon", "SELECT current_setting('transaction_isolation')"));
}

static void deferred_constraints_undo_and_report(void **state)
{
	struct world *w = *state;
	struct trip t;

	assert_false(act_as(w, "rg_anon", "INSERT INTO parts VALUES (1, 777) RETURNING id"));
	expect_fault(w, 409, "23503");
	expect_text("0", outside(w, "SELECT count(*) FROM rg_flight.parts"));
	trip_init(&t, w, "rg_anon", "INSERT INTO parts VALUES (1, 777)");
	t.flight.on_row = t.flight.on_columns = NULL; /* sent with its Sync at once */
	t.flight.writes = true;
	assert_false(trip_run(&t, w));
	expect_fault(w, 409, "23503");
	expect_text("0", outside(w, "SELECT count(*) FROM rg_flight.parts"));
	expect_text("1", read_as(w, "rg_anon", "SELECT 1"));
}

static void judge_refusal_leaves_no_trace(void **state)
{
	struct world *w = *state;
	const char *before = outside(w, "SELECT string_agg(xmin::text || v, ',' ORDER BY id) FROM rg_flight.items");
	struct trip t;

	trip_init(&t, w, "rg_anon", "UPDATE items SET v = 'changed' WHERE id < 3 RETURNING id");
	t.flight.writes = true;
	t.flight.judge = judge;
	w->refuse_affected = 2;
	assert_false(trip_run(&t, w));
	expect_fault(w, 406, "PGRST116");
	assert_int_equal(w->row_count, 2);
	expect_text(before, outside(w, "SELECT string_agg(xmin::text || v, ',' ORDER BY id) FROM rg_flight.items"));
	w->refuse_affected = -1;
	assert_true(trip_run(&t, w));
	assert_true(w->judged);
	expect_text("2", outside(w, "SELECT count(*) FROM rg_flight.items WHERE v = 'changed'"));
}

static void judge_is_not_asked_after_an_error(void **state)
{
	struct world *w = *state;
	struct trip t;

	trip_init(&t, w, "rg_anon", "SELECT 1/0");
	t.flight.judge = judge;
	assert_false(trip_run(&t, w));
	expect_fault(w, 400, "22012");
	assert_false(w->judged);
	expect_text("1", read_as(w, "rg_anon", "SELECT 1"));
}

static void rollback_mode_answers_and_undoes(void **state)
{
	struct world *w = *state;
	struct trip t;

	trip_init(&t, w, "rg_anon", "INSERT INTO items VALUES (50, 'x') RETURNING id");
	t.flight.writes = t.flight.rollback = true;
	assert_true(trip_run(&t, w));
	assert_int_equal(w->row_count, 1);
	t.flight.on_row = NULL;
	t.flight.on_columns = NULL; /* the same in one flight */
	assert_true(trip_run(&t, w));
	t.flight.judge = judge;
	assert_true(trip_run(&t, w));
	expect_text("0", outside(w, "SELECT count(*) FROM rg_flight.items WHERE id = 50"));
	trip_init(&t, w, "rg_anon", "INSERT INTO parts VALUES (1, 777) RETURNING id");
	t.flight.writes = t.flight.rollback = true;
	assert_false(trip_run(&t, w));
	expect_fault(w, 409, "23503");
	t.flight.on_row = NULL;
	t.flight.on_columns = NULL;
	assert_false(trip_run(&t, w));
	expect_fault(w, 409, "23503");
	expect_text("rg_anon", read_as(w, "rg_anon", "SELECT current_user"));
}

static void a_refused_row_undoes_a_write(void **state)
{
	struct world *w = *state;
	struct trip t;

	trip_init(&t, w, "rg_anon", "INSERT INTO items SELECT g, 'x' FROM generate_series(100, 5000) g RETURNING id");
	t.flight.writes = true;
	w->refuse_at = 7;
	assert_false(trip_run(&t, w));
	w->refuse_at = 0;
	expect_fault(w, 507, "TEST");
	assert_int_equal(w->row_count, 7);
	expect_text("10", outside(w, "SELECT count(*) FROM rg_flight.items"));
	expect_text("1", read_as(w, "rg_anon", "SELECT 1"));
}

static void count_explain_and_response_settings(void **state)
{
	struct world *w = *state;
	struct stmt count = { .sql = STR("SELECT count(*) FROM items") };
	struct stmt explain = { .sql = STR("EXPLAIN (FORMAT JSON) SELECT * FROM items") };
	struct stmt pre = { .sql = STR("SELECT set_config('response.headers', '[]', true), "
								   "set_config('response.status', '418', true)") };
	struct trip t;

	trip_init(&t, w, "rg_anon", "SELECT id FROM items LIMIT 2");
	t.flight.count = &count;
	t.flight.explain = &explain;
	t.flight.pre_request = &pre;
	for (int i = 0; i < 3; i++) {
		assert_true(trip_run(&t, w));
		assert_int_equal(w->out.count, 10);
		assert_true(str_has(w->out.plan_json, '{'));
		assert_true(str_eq(w->out.response_headers, STR("[]")));
		assert_true(str_eq(w->out.response_status, STR("418")));
	}
	trip_init(&t, w, "rg_anon", "SELECT 1");
	t.flight.response_settings = true; /* '' now, since the session has had them */
	assert_true(trip_run(&t, w));
	assert_null(w->out.response_headers.p);
	assert_null(w->out.response_status.p);
}

static void an_error_in_mid_stream_leaves_the_connection(void **state)
{
	struct world *w = *state;
	struct trip t;
	int pid = conn_backend_pid(w->conn);

	trip_init(&t, w, "rg_anon", "SELECT 1 / (5000 - g) FROM generate_series(1, 100000) g");
	assert_false(trip_run(&t, w));
	expect_fault(w, 400, "22012");
	assert_int_equal(w->row_count, 4999);
	expect_text("1", read_as(w, "rg_anon", "SELECT 1"));
	assert_int_equal(conn_backend_pid(w->conn), pid);
}

/* Prepared statements of the connection under test, as the connecting role. */
static const char *prepared(struct world *w, const char *expression)
{
	struct stmt s = { .sql = str_printf(w->arena, "SELECT %s FROM pg_prepared_statements", expression) };

	forget_rows(w);
	assert_true(conn_run(w->conn, &s, keep_first, w, w->arena, &w->fault));
	return str_cstr(w->arena, str_trim(buf_str(&w->rows)));
}

static void statements_are_kept_by_role(void **state)
{
	struct world *w = *state;

	conn_close(w->conn);
	for (int i = 0; i < 3; i++) {
		read_as(w, "rg_anon", "SELECT v FROM items WHERE id = 1");
		read_as(w, "rg_user", "SELECT v FROM items WHERE id = 1");
	}
	/* Two of main, one of the settings. */
	expect_text("3", prepared(w, "count(*)"));
}

static void evicted_statements_are_deallocated(void **state)
{
	struct world *w = *state;
	struct conn *mine = w->conn;

	w->conn = connect_to(w, 4, true);
	for (int i = 0; i < 40; i++)
		read_as(w, "rg_anon", str_printf(w->arena, "SELECT id, %d FROM items", i % 10).p);
	expect_text("4", prepared(w, "count(*)"));
	conn_free(w->conn);
	w->conn = mine;
}

static void nothing_is_prepared_when_told_so(void **state)
{
	struct world *w = *state;
	struct conn *mine = w->conn;

	w->conn = connect_to(w, 20, false);
	for (int i = 0; i < 3; i++)
		expect_text("v5", read_as(w, "rg_anon", "SELECT v FROM items WHERE id = 5"));
	expect_text("0", prepared(w, "count(*)"));
	conn_free(w->conn);
	w->conn = mine;
}

static void a_changed_table_is_planned_anew(void **state)
{
	struct world *w = *state;

	for (int round = 0; round < 3; round++) {
		expect_text("v9", read_as(w, "rg_anon", "SELECT v, * FROM items WHERE id = 9"));
		outside(w, str_printf(w->arena, "ALTER TABLE rg_flight.items ADD COLUMN extra%d int", round).p);
	}
	expect_text("v9", read_as(w, "rg_anon", "SELECT v, * FROM items WHERE id = 9"));
	expect_text("changed",
		(assert_true(act_as(w, "rg_anon", "UPDATE items SET v = 'changed' WHERE id = 9 RETURNING v, *")),
			str_cstr(w->arena, str_trim(buf_str(&w->rows)))));
	outside(w, "ALTER TABLE rg_flight.items DROP COLUMN extra0");
	assert_true(act_as(w, "rg_anon", "UPDATE items SET v = 'v9' WHERE id = 9 RETURNING v, *"));
	outside(w, "ALTER TABLE rg_flight.items DROP COLUMN extra1, DROP COLUMN extra2");
}

static void user_code_leaves_nothing_behind(void **state)
{
	struct world *w = *state;
	static const char *const deeds[] = {
		"SELECT run('CREATE TEMP TABLE items (id int)')",
		"SELECT pg_advisory_lock(4711)",
		"SELECT set_config('rg.left', 'over', false)",
		"SELECT set_config('role', 'rg_user', false)",
		"SELECT run('LISTEN rg_channel')",
		"SELECT run('DECLARE left_over CURSOR WITH HOLD FOR SELECT 1')",
		"SELECT set_config('statement_timeout', '1', false)",
		"SELECT set_config('default_transaction_read_only', 'on', false)",
		"SELECT set_config('default_transaction_isolation', 'serializable', false)",
	};

	for (size_t i = 0; i < COUNT_OF(deeds); i++)
		assert_true(act_as(w, i == 0 ? "postgres" : "rg_anon", deeds[i]));
	for (size_t i = 0; i < COUNT_OF(deeds); i++) {
		assert_true(act_as(w, "rg_anon", i == 0 ? "SELECT 1" : deeds[i]));
		expect_text("10", read_as(w, "rg_anon", "SELECT count(*) FROM items"));
		expect_text("0", read_as(w, "rg_anon", "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"));
		expect_text("", read_as(w, "rg_anon", "SELECT current_setting('rg.left', true)"));
		expect_text("0", read_as(w, "rg_anon", "SELECT count(*) FROM pg_listening_channels()"));
		expect_text("0", read_as(w, "rg_anon", "SELECT count(*) FROM pg_cursors WHERE name <> ''"));
		expect_text("0", read_as(w, "rg_anon", "SELECT current_setting('statement_timeout')"));
		assert_true(act_as(w, "rg_anon", i == 0 ? "SELECT 1" : deeds[i]));
		expect_text("read committed", read_as(w, "rg_anon", "SELECT current_setting('transaction_isolation')"));
	}
}

/* Of a read that succeeded only locks are left, which the settings of the next flight take. */
static void reads_cleanse_behind_themselves(void **state)
{
	struct world *w = *state;
	static const char *const deeds[] = {
		"SELECT pg_advisory_lock(4711)",
		"SELECT set_config('rg.left', 'over', false)",
		"SELECT set_config('role', 'rg_user', false)",
		"SELECT set_config('search_path', 'pg_temp', false)",
		"SELECT run('LISTEN rg_channel')",
		"SELECT run('DECLARE left_over CURSOR WITH HOLD FOR SELECT 1')",
		"SELECT set_config('statement_timeout', '1', true)",
		"SELECT set_config('default_transaction_read_only', 'on', false)",
		"SELECT set_config('default_transaction_isolation', 'serializable', false)",
		"SELECT set_config('default_transaction_deferrable', 'on', false)",
	};

	conn_close(w->conn);
	for (size_t i = 0; i < COUNT_OF(deeds); i++) {
		assert_true(look_as(w, "rg_anon", deeds[i]));
		expect_text("rg_anon read committed off off 0 0",
			read_as(w, "rg_anon",
				"SELECT concat_ws(' ', current_user, current_setting('transaction_isolation'), "
				"current_setting('transaction_deferrable'), current_setting('transaction_read_only'), "
				"nullif(current_setting('rg.left', true), ''), current_setting('statement_timeout'), count(*)) "
				"FROM pg_locks WHERE locktype = 'advisory'"));
		assert_true(look_as(w, "rg_anon", deeds[i]));
		expect_text("0", read_as(w, "rg_anon", "SELECT count(*) FROM pg_listening_channels()"));
		assert_true(look_as(w, "rg_anon", deeds[i]));
		expect_text("0", read_as(w, "rg_anon", "SELECT count(*) FROM pg_cursors WHERE name <> ''"));
	}
	expect_text("0", prepared(w, "count(*) FILTER (WHERE statement ~ '^(SET|DISCARD)')"));
	assert_false(look_as(w, "postgres", "SELECT run('CREATE TEMP TABLE items (id int)')"));
	assert_true(look_as(w, "rg_anon", "SELECT count(*) FROM items"));
	expect_text("1", prepared(w, "count(*) FILTER (WHERE statement ~ '^DISCARD')"));
}

static void cleansing_is_repeated_until_it_held(void **state)
{
	struct world *w = *state;
	struct trip t;

	assert_true(act_as(w, "rg_anon", "SELECT set_config('rg.left', 'over', false)"));
	trip_init(&t, w, "rg_anon", "SELECT 1/0");
	assert_false(trip_run(&t, w)); /* undoes its RESET ALL */
	expect_text("", read_as(w, "rg_anon", "SELECT current_setting('rg.left', true)"));
	assert_true(act_as(w, "rg_anon", "SELECT set_config('rg.left', 'over', false)"));
	trip_init(&t, w, "rg_anon", "SELECT 1");
	t.flight.rollback = true;
	assert_true(trip_run(&t, w)); /* so does this one */
	expect_text("", read_as(w, "rg_anon", "SELECT current_setting('rg.left', true)"));
}

/* User SQL replaces the statement that switches roles with one of its own. */
static void prepared_names_cannot_be_hijacked(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 3; i++)
		expect_text("rg_anon", read_as(w, "rg_anon", "SELECT current_user"));
	assert_true(act_as(w, "rg_anon",
		"SELECT run($x$ DO $$ DECLARE s record; BEGIN "
		"FOR s IN SELECT name, statement FROM pg_prepared_statements WHERE statement LIKE 'SELECT "
		"pg_catalog.set_config%' LOOP EXECUTE 'DEALLOCATE ' || s.name; "
		"EXECUTE 'PREPARE ' || s.name || '(text, text, text) AS SELECT 1'; END LOOP; END $$ $x$)"));
	for (int i = 0; i < 3; i++)
		expect_text("rg_anon", read_as(w, "rg_anon", "SELECT current_user"));
	expect_text("0", prepared(w, "count(*) FILTER (WHERE from_sql)"));
}

/* Every name, those of other callers' main statements too; on a failing flight, whose PREPARE nothing undoes. */
static void no_name_can_be_hijacked(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 3; i++)
		expect_text("v4", read_as(w, "rg_user", "SELECT v FROM items WHERE id = 4"));
	assert_false(act_as(w, "rg_anon",
		"SELECT run($x$ DO $$ DECLARE s record; BEGIN "
		"FOR s IN SELECT name FROM pg_prepared_statements LOOP EXECUTE 'DEALLOCATE ' || s.name; "
		"EXECUTE 'PREPARE ' || s.name || ' AS SELECT ''stolen''::text'; END LOOP; END $$ $x$), 1 / 0"));
	for (int i = 0; i < 3; i++)
		expect_text("v4", read_as(w, "rg_user", "SELECT v FROM items WHERE id = 4"));
	expect_text("0", prepared(w, "count(*) FILTER (WHERE from_sql)"));
}

/* Names are kept from one call to the next. */
static void calls_keep_their_names(void **state)
{
	struct world *w = *state;

	conn_close(w->conn);
	for (int i = 0; i < 3; i++)
		assert_true(act_as(w, "rg_anon", "SELECT run('SELECT 1')"));
	/* Main, settings with and without cleansing, the last two of cleansing. */
	expect_text("5", prepared(w, "count(*)"));
}

static void user_deallocate_all_is_survived(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 3; i++) {
		expect_text("v4", read_as(w, "rg_anon", "SELECT v FROM items WHERE id = 4"));
		assert_true(act_as(w, "rg_anon", "SELECT run('DEALLOCATE ALL')"));
	}
	expect_text("rg_anon", read_as(w, "rg_anon", "SELECT current_user"));
}

static void a_name_taken_by_user_sql_is_survived(void **state)
{
	struct world *w = *state;

	assert_true(act_as(w, "rg_anon",
		"SELECT run($x$ DO $$ BEGIN FOR i IN 0..2000 LOOP BEGIN "
		"EXECUTE format('PREPARE rg%s AS SELECT 1', to_hex(i)); EXCEPTION WHEN duplicate_prepared_statement THEN NULL; "
		"END; END LOOP; END $$ $x$)"));
	for (int i = 0; i < 3; i++)
		expect_text("11", read_as(w, "rg_anon", "SELECT 11"));
	expect_text("0", prepared(w, "count(*) FILTER (WHERE from_sql)"));
}

static void stopping_cancels(void **state)
{
	struct world *w = *state;
	int64_t start = clock_monotonic_us();
	struct trip t;

	trip_init(&t, w, "rg_anon", "SELECT pg_sleep(20)");
	w->waits_left = 0;
	assert_false(trip_run(&t, w));
	expect_fault(w, CONN_STOPPED, "PGRSTX00");
	w->waits_left = -1;
	assert_true(clock_monotonic_us() - start < 3000000);
	expect_text("1", read_as(w, "rg_anon", "SELECT 1"));
	trip_init(&t, w, "rg_anon", "INSERT INTO items SELECT 60, pg_sleep(20)::text RETURNING id");
	t.flight.writes = true;
	w->waits_left = 0;
	assert_false(trip_run(&t, w));
	w->waits_left = -1;
	expect_fault(w, CONN_STOPPED, "PGRSTX00");
	expect_text("0", outside(w, "SELECT count(*) FROM rg_flight.items WHERE id = 60"));
}

static void kill_backend(struct world *w, int pid)
{
	expect_text("t", outside(w, str_printf(w->arena, "SELECT pg_terminate_backend(%d, 5000)", pid).p));
}

static void a_connection_killed_while_idle_is_replaced(void **state)
{
	struct world *w = *state;
	int pid;

	read_as(w, "rg_anon", "SELECT 1");
	pid = conn_backend_pid(w->conn);
	kill_backend(w, pid);
	expect_text("1", read_as(w, "rg_anon", "SELECT 1"));
	assert_int_not_equal(conn_backend_pid(w->conn), pid);
	kill_backend(w, conn_backend_pid(w->conn));
	assert_true(act_as(w, "rg_anon", "INSERT INTO items VALUES (70, 'x') RETURNING id"));
	assert_true(act_as(w, "rg_anon", "DELETE FROM items WHERE id = 70"));
	kill_backend(w, conn_backend_pid(w->conn));
	outside(w, "SELECT 1");
	expect_text("0", prepared(w, "count(*)")); /* conn_run() looks for itself */
}

static void a_connection_killed_in_flight(void **state)
{
	struct world *w = *state;
	struct trip t;

	/* The flight kills its own backend: a read is tried once more and dies again. */
	trip_init(&t, w, "postgres", "SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(5)");
	assert_false(trip_run(&t, w));
	expect_fault(w, 503, "57P01");
	assert_int_equal(w->fault.retry_after, 1);
	expect_text("1", read_as(w, "rg_anon", "SELECT 1"));
	outside(w, "CREATE SEQUENCE rg_flight.tries");
	trip_init(&t, w, "postgres", "SELECT nextval('tries'), pg_terminate_backend(pg_backend_pid()), pg_sleep(5)");
	t.flight.writes = true;
	assert_false(trip_run(&t, w));
	expect_fault(w, 503, "57P01");
	expect_text("1", outside(w, "SELECT last_value FROM rg_flight.tries"));
	expect_text("1", read_as(w, "rg_anon", "SELECT 1"));
}

/* AddressSanitizer keeps freed memory for a while. */
#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN true
#elif defined(__has_feature)
#define WITH_ASAN __has_feature(address_sanitizer)
#else
#define WITH_ASAN false
#endif

static long resident_kb(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static bool count_row(void *arg, const struct row *r, struct fault *f)
{
	(void)f;
	((struct world *)arg)->row_count += row_value(r, 0).n > 0;
	return true;
}

static void many_rows_take_little_memory(void **state)
{
	struct world *w = *state;
	struct trip t;
	long before;

	trip_init(&t, w, "rg_anon", "SELECT repeat('x', 300) FROM generate_series(1, 100000) g");
	t.flight.on_row = count_row;
	before = resident_kb();
	assert_true(trip_run(&t, w));
	assert_int_equal(w->row_count, 100000);
	assert_true(WITH_ASAN || resident_kb() - before < 2048);
}

static void big_parameters_cost_the_connection(void **state)
{
	struct world *w = *state;
	size_t size = 9 << 20;
	char *body = calloc(1, size);
	struct stmt_param param = { .value = { body, size }, .type = 25, .binary = true };
	struct trip t;
	int pid = conn_backend_pid(w->conn);

	memset(body, 'x', size);
	trip_init(&t, w, "rg_anon", "SELECT length($1)");
	t.main.params = &param;
	t.main.param_count = 1;
	assert_true(trip_run(&t, w));
	expect_text("9437184", str_cstr(w->arena, str_trim(buf_str(&w->rows))));
	assert_int_equal(conn_backend_pid(w->conn), pid);
	read_as(w, "rg_anon", "SELECT 1");
	assert_int_not_equal(conn_backend_pid(w->conn), pid);
	free(body);
}

static void faults_carry_what_postgresql_said(void **state)
{
	struct world *w = *state;

	assert_false(act_as(w, "rg_anon",
		"SELECT run($$DO $x$ BEGIN RAISE EXCEPTION 'no' USING DETAIL = 'd', HINT = 'h', "
		"ERRCODE = 'PT402'; END $x$ $$)"));
	expect_fault(w, 402, "PT402");
	assert_true(str_eq(w->fault.message, STR("no")));
	assert_true(str_eq(w->fault.details, STR("d")));
	assert_true(str_eq(w->fault.hint, STR("h")));
	assert_true(str_eq(w->fault.reason, STR("no")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_rows_and_columns),
		cmocka_unit_test(settings_end_with_the_flight),
		cmocka_unit_test(privileges_are_judged_for_the_role),
		cmocka_unit_test(read_only_is_a_setting),
		cmocka_unit_test(isolation_goes_first),
		cmocka_unit_test(deferred_constraints_undo_and_report),
		cmocka_unit_test(judge_refusal_leaves_no_trace),
		cmocka_unit_test(judge_is_not_asked_after_an_error),
		cmocka_unit_test(rollback_mode_answers_and_undoes),
		cmocka_unit_test(a_refused_row_undoes_a_write),
		cmocka_unit_test(count_explain_and_response_settings),
		cmocka_unit_test(an_error_in_mid_stream_leaves_the_connection),
		cmocka_unit_test(statements_are_kept_by_role),
		cmocka_unit_test(evicted_statements_are_deallocated),
		cmocka_unit_test(nothing_is_prepared_when_told_so),
		cmocka_unit_test(a_changed_table_is_planned_anew),
		cmocka_unit_test(user_code_leaves_nothing_behind),
		cmocka_unit_test(reads_cleanse_behind_themselves),
		cmocka_unit_test(cleansing_is_repeated_until_it_held),
		cmocka_unit_test(prepared_names_cannot_be_hijacked),
		cmocka_unit_test(no_name_can_be_hijacked),
		cmocka_unit_test(calls_keep_their_names),
		cmocka_unit_test(user_deallocate_all_is_survived),
		cmocka_unit_test(a_name_taken_by_user_sql_is_survived),
		cmocka_unit_test(stopping_cancels),
		cmocka_unit_test(a_connection_killed_while_idle_is_replaced),
		cmocka_unit_test(a_connection_killed_in_flight),
		cmocka_unit_test(many_rows_take_little_memory),
		cmocka_unit_test(big_parameters_cost_the_connection),
		cmocka_unit_test(faults_carry_what_postgresql_said),
	};

	if (!getenv("ROWGATE_TEST_DB_URI"))
		return 77; /* automake: skipped */
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
