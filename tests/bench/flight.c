/* What a flight costs as a multiple of the bare prepared SELECT in it, both measured alternately in one run.
 *
 * Usage: flight CONNINFO [ROUNDS [SESSION]]: with an open session of an account in auth also what its check costs.
 * Best with server and program on one core (taskset), where waiting for the other side's wake-up does not hide the
 * work.
 * SPDX-License-Identifier: MIT */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "pg/flight.h"

enum { BATCH = 100 };

struct bench {
	struct arena *arena;
	struct conn *conn;
	PGconn *bare;
	struct flight flight;
	int64_t seen;
};

static const char main_sql[] = "SELECT id, v FROM rg_bench WHERE id = $1";
static const struct stmt_param main_params[] = { { .value = STR_INIT("42"), .type = 23 } };
static const struct stmt main_stmt = { STR_INIT("SELECT id, v FROM rg_bench WHERE id = $1"), main_params, 1 };
static const struct stmt_param settings_params[] = {
	{ .value = STR_INIT("\"public\", \"extensions\", \"pg_temp\"") },
	{ .value = STR_INIT("rg_bench_role") },
	{ .value = STR_INIT(
		  "{\"role\":\"rg_bench_role\",\"sub\":\"6fa1f3a4-5b0f-4c7a-9a07-3b1e0f4cd0aa\",\"exp\":1793550000}") },
	{ .value = STR_INIT("GET") },
	{ .value = STR_INIT("/items") },
	{ .value = STR_INIT(
		  "{\"host\":\"127.0.0.1:3000\",\"user-agent\":\"curl/7.88.1\",\"accept\":\"application/json\","
		  "\"authorization\":\"Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoidXNlciJ9.c2lnbmF0dXJl\"}") },
	{ .value = STR_INIT("{}") },
	{ .value = STR_INIT("on") },
	{ .value = STR_INIT("ISO") },
};
#define SETTINGS                                                                                                       \
	"ARRAY[pg_catalog.set_config('search_path', $1, true), pg_catalog.set_config('role', $2, true), "                  \
	"pg_catalog.set_config('request.jwt.claims', $3, true), pg_catalog.set_config('request.method', $4, true), "       \
	"pg_catalog.set_config('request.path', $5, true), pg_catalog.set_config('request.headers', $6, true), "            \
	"pg_catalog.set_config('request.cookies', $7, true), "                                                             \
	"pg_catalog.set_config('transaction_read_only', $8, true), pg_catalog.set_config('DateStyle', $9, true)] IS NULL"
enum { SETTINGS_PARAMS = COUNT_OF(settings_params) };
static const struct stmt settings_stmt = { STR_INIT("SELECT " SETTINGS), settings_params, SETTINGS_PARAMS };
static const struct str checked_settings = STR_INIT("SELECT auth_private.check_session($10, 0), " SETTINGS);

static void die(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	exit(1);
}

static void bare_run(struct bench *b, const char *sql)
{
	PGresult *r = PQexec(b->bare, sql);

	if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
		die(sql, PQerrorMessage(b->bare));
	PQclear(r);
}

static void bare_select(struct bench *b)
{
	const char *values[] = { "42" };
	PGresult *r = PQexecPrepared(b->bare, "main", 1, values, NULL, NULL, 0);

	if (PQntuples(r) != 1)
		die("bare", PQerrorMessage(b->bare));
	b->seen += PQgetlength(r, 0, 1);
	PQclear(r);
}

static bool see_row(void *arg, const struct row *r, struct fault *f)
{
	(void)f;
	((struct bench *)arg)->seen += (int64_t)row_value(r, 1).n;
	return true;
}

static void fly(struct bench *b)
{
	struct flight_outcome outcome;
	struct fault fault;

	arena_reset(b->arena);
	if (!conn_ready(b->conn, b->arena, &fault) || !flight_run(b->conn, &b->flight, false, &outcome, b->arena, &fault))
		die("flight", fault.message.p);
}

static double batch_us(struct bench *b, void (*run)(struct bench *b))
{
	int64_t start = clock_monotonic_us();

	for (int i = 0; i < BATCH; i++)
		run(b);
	return (double)(clock_monotonic_us() - start) / BATCH;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Other work on the machine only adds: the lowest tenth is nearest to what the code costs. */
static double low_decile(double *values, int count)
{
	qsort(values, (size_t)count, sizeof(*values), compare);
	return values[count / 10];
}

static void measure(struct bench *b, const char *name, int rounds)
{
	double *bare = calloc((size_t)rounds, sizeof(double)), *flight = calloc((size_t)rounds, sizeof(double));
	double floor_us, flight_us;

	for (int i = 0; i < rounds; i++) {
		bare[i] = batch_us(b, bare_select);
		flight[i] = batch_us(b, fly);
	}
	floor_us = low_decile(bare, rounds);
	flight_us = low_decile(flight, rounds);
	printf("%-44s %6.1f us  floor %6.1f us  ratio %.2f\n", name, flight_us, floor_us, flight_us / floor_us);
	free(bare);
	free(flight);
}

static void set_up(struct bench *b, const char *conninfo)
{
	struct conn_options options = {
		.uri = str_of(conninfo),
		.application_name = STR("flight bench"),
		.prepared = true,
		.statement_cache = 100,
		.statement_bytes = 1 << 20,
	};

	b->arena = arena_new(1 << 20);
	b->conn = conn_new(&options, NULL, NULL);
	b->bare = PQconnectdb(conninfo);
	bare_run(b, "SET client_min_messages = error");
	bare_run(b, "DROP TABLE IF EXISTS rg_bench");
	bare_run(b, "DROP ROLE IF EXISTS rg_bench_role");
	bare_run(b, "CREATE ROLE rg_bench_role");
	bare_run(b, "CREATE TABLE rg_bench AS SELECT g AS id, 'value ' || g AS v FROM generate_series(1, 10000) g");
	bare_run(b, "ALTER TABLE rg_bench ADD PRIMARY KEY (id)");
	bare_run(b, "GRANT SELECT ON rg_bench TO rg_bench_role");
	bare_run(b, "ANALYZE rg_bench");
	PQclear(PQprepare(b->bare, "main", main_sql, 0, NULL));
	b->flight = (struct flight){
		.role = STR("rg_bench_role"),
		.search_path = STR("public"),
		.isolation = STR(""),
		.main = &main_stmt,
		.on_row = see_row,
		.arg = b,
	};
}

static void tear_down(struct bench *b)
{
	bare_run(b, "DROP TABLE rg_bench");
	bare_run(b, "DROP ROLE rg_bench_role");
	PQfinish(b->bare);
	conn_free(b->conn);
	arena_free(b->arena);
}

/* The session check goes in front of the settings, in one statement with them. */
static void measure_check(struct bench *b, const char *session, int rounds)
{
	struct stmt_param params[SETTINGS_PARAMS + 1];
	struct stmt checked = { checked_settings, params, SETTINGS_PARAMS + 1 };

	memcpy(params, settings_params, sizeof settings_params);
	params[SETTINGS_PARAMS] = (struct stmt_param){ .value = str_of(session) };
	b->flight.settings = &checked;
	measure(b, "session check, settings, main", rounds);
	b->flight.settings = &settings_stmt;
}

int main(int argc, char **argv)
{
	struct bench b = { 0 };
	int rounds = argc > 2 ? atoi(argv[2]) : 150;

	if (argc < 2 || rounds < 1)
		die("usage", "flight CONNINFO [ROUNDS]");
	set_up(&b, argv[1]);
	b.flight.role = STR("");
	measure(&b, "main", rounds);
	b.flight.role = STR("rg_bench_role");
	b.flight.settings = &settings_stmt;
	measure(&b, "settings, main", rounds);
	if (argc > 3)
		measure_check(&b, argv[3], rounds);
	b.flight.response_settings = true;
	measure(&b, "settings, main, response settings", rounds);
	b.flight.user_code = true;
	measure(&b, "the same after user code (cleansing)", rounds);
	b.flight.calls = true;
	measure(&b, "the same after a call", rounds);
	b.flight.may_prepare = true;
	measure(&b, "the same where user code may PREPARE", rounds);
	tear_down(&b);
	return 0;
}
