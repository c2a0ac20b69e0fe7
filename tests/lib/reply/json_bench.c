/* What it costs to encode rows here instead of by json_agg in PostgreSQL. Built and run by hand:
 *
 *     make tests/lib/reply/json_bench && ROWGATE_TEST_DB_URI=... tests/lib/reply/json_bench
 *
 * Both ways go through the same flight into the same spool. Processor time of this process and of its backend, per row.
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "pg/flight.h"
#include "reply/json.h"

/* A table as an API has them: 12 columns, about 370 bytes a row. */
static const char make_table[] =
	"CREATE UNLOGGED TABLE json_bench AS SELECT i AS id, (i * 7919) % 100000 AS owner_id, 'Title number ' || i AS "
	"title, repeat('Some longer text, as descriptions are. ', 1 + i % 4) AS description, i % 2 = 0 AS published, "
	"now() - i * interval '1 minute' AS created_at, now()::timestamp AS updated_at, (i * 1.25)::numeric(12,2) AS "
	"price, i * 0.1::float8 AS weight, gen_random_uuid() AS token, CASE WHEN i % 3 > 0 THEN 'x' || i END AS note, "
	"jsonb_build_object('tags', 2, 'kind', 'plain') AS data FROM generate_series(1, 100000) AS i";

struct bench {
	struct conn *conn;
	struct arena *arena;
	struct json_shape *shape;
	struct spool out;
	bool by_server;
};

static bool on_columns(void *arg, const struct row *r, struct fault *f)
{
	struct bench *b = arg;
	(void)f;
	b->shape = json_shape_new(r, false, b->arena);
	return true;
}

static bool on_row(void *arg, const struct row *r, struct fault *f)
{
	struct bench *b = arg;
	(void)f;
	if (b->by_server) {
		spool_put(&b->out, row_value(r, 0));
		return true;
	}
	spool_put(&b->out, spool_length(&b->out) ? STR(", \n ") : STR("["));
	json_object(&b->out, b->shape, r);
	return true;
}

static void stop(const struct fault *f)
{
	fprintf(stderr, "json_bench: %.*s\n", STR_ARG(f->message));
	exit(EXIT_FAILURE);
}

static int64_t own_us(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

/* utime and stime of the backend, fields 14 and 15 of its stat; 0 when it is on another machine. */
static int64_t backend_us(const struct bench *b)
{
	char path[64];
	unsigned long user = 0, system = 0;
	snprintf(path, sizeof path, "/proc/%d/stat", conn_backend_pid(b->conn));
	FILE *stat = fopen(path, "re");
	if (!stat)
		return 0;
	if (fscanf(stat, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
		user = system = 0;
	fclose(stat);
	return (int64_t)(user + system) * 1000000 / sysconf(_SC_CLK_TCK);
}

static void once(struct bench *b, const struct stmt *s)
{
	static const struct stmt settings = { .sql = STR_INIT("SELECT set_config('search_path', 'public', true)") };
	struct flight flight = { .role = STR(""),
		.search_path = STR(""),
		.isolation = STR(""),
		.settings = &settings,
		.main = s,
		.on_row = on_row,
		.on_columns = on_columns,
		.arg = b };
	struct flight_outcome outcome;
	struct fault f = { 0 };
	b->out = spool_new(b->arena, 1 << 20, STR("/tmp"), (int64_t)1 << 32);
	if (!flight_run(b->conn, &flight, false, &outcome, b->arena, &f))
		stop(&f);
}

static void measure(struct bench *b, int rows, int times, bool by_server)
{
	struct str columns = str_printf(b->arena, "SELECT * FROM json_bench LIMIT %d", rows);
	struct str server = str_printf(b->arena, "SELECT json_agg(t) FROM (%s) AS t", columns.p);
	struct stmt s = { .sql = str_dup(b->arena, by_server ? server : columns) };
	struct arena *request = arena_new((size_t)1 << 32), *forever = b->arena;
	b->arena = request;
	b->by_server = by_server;
	once(b, &s);
	int64_t wall = clock_monotonic_us(), own = own_us(), backend = backend_us(b);
	for (int i = 0; i < times; i++) {
		arena_reset(request);
		once(b, &s);
	}
	double all = (double)times;
	wall = clock_monotonic_us() - wall, own = own_us() - own, backend = backend_us(b) - backend;
	printf("%7d rows by %-9s %9.0f us a time: worker %8.0f, backend %8.0f us of processor; %jd bytes\n", rows,
		by_server ? "json_agg," : "worker,", (double)wall / all, (double)own / all, (double)backend / all,
		(intmax_t)spool_length(&b->out));
	arena_free(request);
	b->arena = forever;
}

int main(void)
{
	const char *uri = getenv("ROWGATE_TEST_DB_URI");
	if (!uri)
		return 77;
	struct conn_options options = { .uri = str_of(uri),
		.application_name = STR("json_bench"),
		.prepared = true,
		.statement_cache = 10,
		.statement_bytes = 1 << 20 };
	struct bench b = { .arena = arena_new((size_t)1 << 32) };
	struct stmt setup = { .sql = str_of(make_table) };
	struct fault f = { 0 };
	b.conn = conn_new(&options, NULL, NULL);
	if (!conn_ready(b.conn, b.arena, &f) || !conn_run(b.conn, &setup, NULL, NULL, b.arena, &f))
		stop(&f);
	static const struct {
		int rows, times;
	} sizes[] = { { 100, 2000 }, { 1000, 200 }, { 100000, 3 } };
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		measure(&b, sizes[i].rows, sizes[i].times, true);
		measure(&b, sizes[i].rows, sizes[i].times, false);
	}
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	struct stmt drop = { .sql = STR("DROP TABLE json_bench") };
	if (!conn_run(b.conn, &drop, NULL, NULL, b.arena, &f))
		stop(&f);
	printf("peak memory of this process: %ld kB\n", u.ru_maxrss);
	conn_free(b.conn);
	arena_free(b.arena);
	return EXIT_SUCCESS;
}
