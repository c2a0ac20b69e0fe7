/* Compares the encoder with a real PostgreSQL, byte for byte: every type under many settings, whole rows of the
 * system catalogs, random rows; as JSON, as JSON without nulls, and as CSV.
 *
 * ROWGATE_TEST_DB_URI names a database to play in, by a superuser; without it the program is skipped (77). It works
 * in a schema `equality`, which it drops at the end.
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/jsonesc.h"
#include "catalog/load.h"
#include "json_literals.h"
#include "reply/csv.h"
#include "reply/json.h"

enum { SKIPPED = 77, SHOWN_DIFFERENCES = 20, TEXT_MAX = 1 << 22 };
#define RANDOM_ROWS "4000"

enum mode { MODE_JSON, MODE_STRIPPED, MODE_CSV, MODES };

struct equality {
	struct conn *conn;
	struct arena *arena; /* of one statement */
	struct arena *forever;
	const struct catalog *catalog;
	const char *settings;     /* in force */
	struct json_shape *shape; /* of the statement that runs */
	struct spool out;
	enum mode mode;
	const char *what;
	uint64_t values, rows, differences;
	uint32_t seen[2 * COUNT_OF(literals)]; /* OIDs compared by literals, and of arrays of them */
	size_t seen_count;
};

static void stop(const char *what, const struct fault *f)
{
	fprintf(stderr, "json_equality: %s: %.*s %.*s (%.*s)\n", what, STR_ARG(f->code), STR_ARG(f->message),
		STR_ARG(f->details));
	exit(EXIT_FAILURE);
}

typedef bool on_row_fn(void *arg, const struct row *r);

static bool try_run(struct equality *e, struct str sql, on_row_fn *on_row, void *arg, struct fault *f)
{
	struct stmt s = { .sql = sql };
	return conn_run(e->conn, &s, on_row, arg, e->arena, f);
}

static void run(struct equality *e, struct str sql, on_row_fn *on_row, void *arg)
{
	struct fault f = { 0 };
	e->shape = NULL;
	if (!try_run(e, sql, on_row, arg, &f))
		stop(sql.p, &f);
}

static bool collect(void *arg, struct str piece)
{
	buf_put(arg, piece);
	return true;
}

/* What the encoder has written since the last call. */
static struct str written(struct equality *e)
{
	struct buf got = buf_new(e->arena, TEXT_MAX);
	spool_drain(&e->out, collect, &got);
	spool_clear(&e->out);
	return buf_str(&got);
}

static void report(struct equality *e, struct str got, struct str want)
{
	if (e->differences++ >= SHOWN_DIFFERENCES)
		return;
	printf("%s under %s:\n  encoder:    %.*s\n  PostgreSQL: %.*s\n", e->what, e->settings,
		STR_ARG(str_sub(got, 0, 300)), STR_ARG(str_sub(want, 0, 300)));
}

static void need_shape(struct equality *e, const struct row *r)
{
	if (!e->shape)
		e->shape = json_shape_new(r, e->mode == MODE_STRIPPED, e->arena);
}

/* Columns: the value as it is selected, to_json(value)::text. */
static bool compare_value(void *arg, const struct row *r)
{
	struct equality *e = arg;
	need_shape(e, r);
	json_value(&e->out, e->shape, r, 0);
	struct str got = written(e), want = row_value(r, 1);
	e->values++;
	if (!str_eq(got, want.p ? want : STR("null")))
		report(e, got, want);
	return true;
}

/* Columns: those of the row as they are selected, and last the whole row as PostgreSQL writes it, which the encoder
 * then has to have written up to where its own text goes on with that last column. */
static bool compare_row(void *arg, const struct row *r)
{
	struct equality *e = arg;
	struct str want = row_value(r, row_columns(r) - 1);
	need_shape(e, r);
	if (e->mode == MODE_CSV)
		csv_row(&e->out, r, CONF_CSV_POSTGREST);
	else
		json_object(&e->out, e->shape, r);
	struct str got = written(e), rest = STR(",");
	if (e->mode != MODE_CSV) {
		want.n--;
		rest = want.n > 1 ? STR(",\"whole\":") : STR("\"whole\":");
	}
	e->rows++;
	e->values += row_columns(r) - 1;
	if (!str_starts(got, want) || !str_starts(str_from(got, want.n), rest))
		report(e, got, want);
	return true;
}

static struct str quoted(struct arena *a, const char *text)
{
	struct buf out = buf_new(a, TEXT_MAX);
	buf_char(&out, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			buf_char(&out, '\'');
		buf_char(&out, *text);
	}
	buf_char(&out, '\'');
	return str_dup(a, buf_str(&out));
}

struct type {
	uint32_t oid, base;
};

static bool keep_type(void *arg, const struct row *r)
{
	struct type *t = arg;
	uint64_t oid = 0, base = 0;
	if (row_value(r, 0).p && str_to_u64(row_value(r, 0), &oid) && str_to_u64(row_value(r, 1), &base))
		*t = (struct type){ (uint32_t)oid, (uint32_t)base };
	return true;
}

static struct type type_named(struct equality *e, const char *name)
{
	struct type t = { 0, 0 };
	run(e,
		str_printf(e->arena,
			"WITH RECURSIVE up AS (SELECT oid, typtype, typbasetype FROM pg_type WHERE oid = "
			"to_regtype(%s) UNION ALL SELECT t.oid, t.typtype, t.typbasetype FROM up JOIN pg_type t ON t.oid = "
			"up.typbasetype) SELECT to_regtype(%s)::oid, (SELECT oid FROM up WHERE typtype <> 'd')",
			quoted(e->arena, name).p, quoted(e->arena, name).p),
		keep_type, &t);
	return t;
}

static bool by_to_json(struct equality *e, uint32_t oid)
{
	const struct cat_type *t = catalog_type(e->catalog, oid);
	return (t ? (enum cat_encoding)t->encoding : catalog_encoding_builtin(oid)) == CAT_ENCODE_TO_JSON;
}

/* (VALUES (NULL::type), ('literal'::type), ...) AS t(v) */
static struct str values_of(struct equality *e, const struct literals *l)
{
	struct buf out = buf_new(e->arena, TEXT_MAX);
	buf_printf(&out, "(VALUES (NULL::%s)", l->type);
	for (size_t i = 0; i < COUNT_OF(l->texts) && l->texts[i]; i++) {
		buf_lit(&out, ", (");
		buf_put(&out, quoted(e->arena, l->texts[i]));
		buf_printf(&out, "::%s)", l->type);
	}
	buf_lit(&out, ") AS t(v)");
	return str_dup(e->arena, buf_str(&out));
}

/* values: what follows FROM, made into a table t of one column v. */
static void compare_values(struct equality *e, const char *what, struct type t, struct str values)
{
	const char *selected = by_to_json(e, t.oid) ? "to_json(v)" : "v";
	e->what = what;
	e->mode = MODE_JSON;
	run(e, str_printf(e->arena, "SELECT %s, to_json(v)::text FROM %s", selected, values.p), compare_value, e);
	run(e, str_printf(e->arena, "SELECT to_json(ROW(v, 1)), to_json(ROW(v, 1))::text FROM %s", values.p), compare_value,
		e);
	e->mode = MODE_STRIPPED;
	run(e,
		str_printf(e->arena, "SELECT %s AS v, json_strip_nulls(row_to_json(t))::text AS whole FROM %s", selected,
			values.p),
		compare_row, e);
	e->mode = MODE_CSV;
	run(e, str_printf(e->arena, "SELECT v, substring(t::text, 2, length(t::text) - 2) AS whole FROM %s", values.p),
		compare_row, e);
	e->seen[e->seen_count++] = t.base;
}

/* Arrays of all values: of one, of several with NULL among them, of all, with bounds, and of all dimensions. */
#define ARRAYS                                                                                                         \
	"(WITH t AS MATERIALIZED (SELECT v FROM %s) SELECT '{}'::%s AS v UNION ALL SELECT NULL UNION ALL SELECT ARRAY[v] " \
	"FROM t UNION ALL SELECT ARRAY[v, NULL, v] FROM t UNION ALL SELECT ARRAY[ARRAY[v, v], ARRAY[NULL, v]] FROM t "     \
	"UNION ALL SELECT array_agg(v) FROM t UNION ALL SELECT array_fill(v, ARRAY[2], ARRAY[2]) FROM t UNION ALL "        \
	"SELECT array_fill(v, ARRAY[1, 2, 1, 2, 1, 2], ARRAY[-1, 0, 1, 2, 30, 4]) FROM t) AS t"

static void compare_literals(struct equality *e, const struct literals *l)
{
	struct type t = type_named(e, l->type);
	if (t.oid == 0)
		return;
	struct str values = values_of(e, l);
	compare_values(e, l->type, t, values);
	const char *arrays = str_printf(e->arena, "%s[]", l->type).p;
	t = type_named(e, arrays);
	if (t.oid && !by_to_json(e, t.oid))
		compare_values(e, arrays, t, str_printf(e->arena, ARRAYS, values.p, arrays));
}

/* What a whole row is compared with. */
static const char *const whole[MODES] = {
	[MODE_JSON] = "row_to_json(t)::text",
	[MODE_STRIPPED] = "json_strip_nulls(row_to_json(t))::text",
	[MODE_CSV] = "substring(t::text, 2, length(t::text) - 2)",
};

/* The select lists of one relation or query. */
struct columns {
	struct equality *e;
	struct buf encoded, plain;
};

static void put_identifier(struct buf *out, const char *name)
{
	buf_char(out, '"');
	for (; *name; name++) {
		if (*name == '"')
			buf_char(out, '"');
		buf_char(out, *name);
	}
	buf_char(out, '"');
}

static bool add_columns(void *arg, const struct row *r)
{
	struct columns *c = arg;
	for (size_t i = 0; i < row_columns(r); i++) {
		bool wrapped = by_to_json(c->e, row_type(r, i));
		if (wrapped)
			buf_lit(&c->encoded, "to_json(");
		put_identifier(&c->encoded, row_name(r, i));
		if (wrapped) {
			buf_lit(&c->encoded, ") AS ");
			put_identifier(&c->encoded, row_name(r, i));
		}
		buf_lit(&c->encoded, ", ");
		put_identifier(&c->plain, row_name(r, i));
		buf_lit(&c->plain, ", ");
	}
	return true;
}

/* source: what follows FROM, made into a table t. */
static void compare_rows(struct equality *e, const char *what, struct str source)
{
	struct columns c = { e, buf_new(e->arena, TEXT_MAX), buf_new(e->arena, TEXT_MAX) };
	run(e, str_printf(e->arena, "SELECT * FROM %s LIMIT 1", source.p), add_columns, &c);
	if (c.plain.n == 0)
		return;
	struct str encoded = buf_str(&c.encoded), plain = buf_str(&c.plain);
	e->what = what;
	for (e->mode = 0; e->mode < MODES; e->mode++) {
		run(e,
			str_printf(e->arena, "SELECT %.*s%s AS whole FROM %s", STR_ARG(e->mode == MODE_CSV ? plain : encoded),
				whole[e->mode], source.p),
			compare_row, e);
	}
}

struct names {
	struct arena *arena;
	struct str items[1000];
	size_t count;
};

static bool keep_name(void *arg, const struct row *r)
{
	struct names *n = arg;
	if (n->count < COUNT_OF(n->items))
		n->items[n->count++] = str_dup(n->arena, row_value(r, 0));
	return true;
}

static void compare_catalogs(struct equality *e)
{
	struct names *n = arena_make(e->forever, struct names);
	n->arena = e->forever;
	run(e,
		STR("SELECT c.oid::regclass FROM pg_class c WHERE c.relnamespace IN ('pg_catalog'::regnamespace, "
			"'information_schema'::regnamespace) AND c.relkind IN ('r', 'v') ORDER BY 1"),
		keep_name, n);
	for (size_t i = 0; i < n->count; i++) {
		compare_rows(e, n->items[i].p, str_printf(e->arena, "(SELECT * FROM %s LIMIT 30) AS t", n->items[i].p));
		arena_reset(e->arena);
	}
}

/* Times over all that can be told and densely over the last two centuries, numbers over all magnitudes, text over
 * all of Unicode. OFFSET 0 keeps a value from being made anew for each use. */
#define RANDOM_SOURCE                                                                                                  \
	"(SELECT i AS id, CASE WHEN i % 2 = 0 THEN timestamp '4713-01-01 BC' + random() * interval '298000 years' "        \
	"ELSE timestamp '1850-01-01' + random() * interval '200 years' END AS stamp, "                                     \
	"CASE WHEN i % 2 = 0 THEN timestamptz '4713-01-01 BC' + random() * interval '298000 years' "                       \
	"ELSE timestamptz '1850-01-01' + random() * interval '200 years' END AS moment, "                                  \
	"date '4713-01-01 BC' + (random() * 107000000)::int AS day, (random() * interval '1 day')::time AS clock, "        \
	"(random() - 0.5) * interval '2000 years' AS span, (random() - 0.5) * power(10::float8, random() * 600 - 300) "    \
	"AS wide, "                                                                                                        \
	"((random() - 0.5) * power(10::float8, random() * 70 - 35))::real AS narrow, "                                     \
	"((random() - 0.5) * 1e18)::numeric / power(10::numeric, (random() * 25)::int) AS exact, "                         \
	"((random() - 0.5) * 1.8e19)::bigint AS big, (SELECT string_agg(chr(CASE (random() * 3)::int WHEN 0 THEN "         \
	"(random() * 127)::int + 1 WHEN 1 THEN 34 + 58 * (random() * 1)::int WHEN 2 THEN 128 + (random() * 55000)::int "   \
	"ELSE 65536 + (random() * 1048575)::int END), '') FROM generate_series(1, i % 50)) AS letters, "                   \
	"decode(md5(random()::text), 'hex') AS bytes, gen_random_uuid() AS uuid, "                                         \
	"CASE WHEN i % 3 > 0 THEN json_build_object('a', NULL, 'b\"', ARRAY[random(), NULL], 'c', "                        \
	"json_build_object('d', NULL)) "                                                                                   \
	"END AS document, tstzrange(now() - random() * interval '1 year', now()) AS range, ARRAY[random(), NULL] AS "      \
	"list, regexp_split_to_array(md5(random()::text), '[0-3]') AS words, "                                             \
	"random() < 0.5 AS truth, NULL::text AS nothing FROM generate_series(1, " RANDOM_ROWS ") AS i OFFSET 0) AS t"

static void compare_random(struct equality *e)
{
	run(e, STR("SELECT setseed(0.25)"), NULL, NULL);
	compare_rows(e, "random rows", STR(RANDOM_SOURCE));
	arena_reset(e->arena);
}

static const char *const all_settings[] = {
	"TimeZone = 'UTC'; IntervalStyle = postgres; extra_float_digits = 1; bytea_output = hex; DateStyle = 'ISO, MDY'",
	"TimeZone = 'Europe/Berlin'; IntervalStyle = iso_8601; extra_float_digits = 0; bytea_output = escape; "
	"DateStyle = 'ISO, DMY'",
	"TimeZone = 'America/St_Johns'; IntervalStyle = sql_standard; extra_float_digits = 3; bytea_output = hex; "
	"DateStyle = 'ISO, YMD'",
	"TimeZone = 'Asia/Kathmandu'; IntervalStyle = postgres_verbose; extra_float_digits = -15; bytea_output = escape",
	"TimeZone = 'Africa/Monrovia'; IntervalStyle = postgres; extra_float_digits = -4; bytea_output = hex",
	"TimeZone = '<odd>-03:30'; IntervalStyle = postgres; extra_float_digits = 1; bytea_output = hex",
	"TimeZone = 'Pacific/Apia'; IntervalStyle = iso_8601; extra_float_digits = 2; bytea_output = escape",
};
enum { RANDOM_SETTINGS = 5 };

static void apply(struct equality *e, const char *settings)
{
	struct str rest = str_of(settings);
	e->settings = settings;
	while (rest.p) {
		struct str one = str_trim(str_cut(&rest, ';'));
		run(e, str_printf(e->arena, "SET %.*s", STR_ARG(one)), NULL, NULL);
	}
}

static const char *const set_up[] = {
	"SET client_min_messages = error",
	"DROP SCHEMA IF EXISTS equality CASCADE",
	"CREATE SCHEMA equality",
	"CREATE TYPE equality.mood AS ENUM ('fine', 'so \"so\"', E'back\\\\slash', 'ü')",
	"CREATE TYPE equality.span AS RANGE (subtype = text, multirange_type_name = equality.multispan)",
	"CREATE DOMAIN equality.positive AS numeric CHECK (value > 0)",
	"CREATE DOMAIN equality.positive_too AS equality.positive",
	"CREATE DOMAIN equality.moment AS timestamptz",
	"CREATE DOMAIN equality.document AS json",
	"CREATE DOMAIN equality.list AS int[]",
	"CREATE DOMAIN equality.mood_domain AS equality.mood",
	"CREATE TYPE equality.pair AS (a int, \"b \"\"q\"\"\" text)",
	"CREATE TYPE equality.nested AS (p equality.pair, f float8[], j json)",
	"CREATE DOMAIN equality.pair_domain AS equality.pair",
	"CREATE TABLE equality.\"a \"\"b\"\"\" ()",
	"CREATE TABLE equality.dependent (a int, b int)",
	"CREATE STATISTICS equality.statistics ON a, b FROM equality.dependent",
	"INSERT INTO equality.dependent SELECT i / 10, i / 20 FROM generate_series(1, 500) AS i",
	"ANALYZE equality.dependent",
};

static const char *const extensions[] = { "hstore", "citext", "cube", "ltree", "seg", "isn", "lo", "intarray" };

static void prepare(struct equality *e)
{
	for (size_t i = 0; i < COUNT_OF(set_up); i++)
		run(e, str_of(set_up[i]), NULL, NULL);
	for (size_t i = 0; i < COUNT_OF(extensions); i++) {
		struct fault f;
		if (!try_run(e, str_printf(e->arena, "CREATE EXTENSION %s SCHEMA equality", extensions[i]), NULL, NULL, &f))
			printf("json_equality: without extension %s: %.*s\n", extensions[i], STR_ARG(f.message));
	}
	static const struct str schema = STR_INIT("equality");
	struct conf conf = { .db_schemas = { &schema, 1 } };
	struct fault f = { 0 };
	if (!catalog_load(&e->catalog, e->conn, &conf, e->forever, &f))
		stop("loading the catalog", &f);
}

/* Every type that the encoder writes by itself must have been compared. Columns: type OID, name. */
static bool check_seen(void *arg, const struct row *r)
{
	struct equality *e = arg;
	uint64_t oid = 0;
	str_to_u64(row_value(r, 0), &oid);
	bool seen = by_to_json(e, (uint32_t)oid);
	for (size_t i = 0; i < e->seen_count && !seen; i++)
		seen = e->seen[i] == oid;
	if (!seen) {
		e->differences++;
		printf("%.*s is encoded here but was never compared\n", STR_ARG(row_value(r, 1)));
	}
	return true;
}

static void compare_everything(struct equality *e)
{
	for (size_t s = 0; s < COUNT_OF(all_settings); s++) {
		apply(e, all_settings[s]);
		e->seen_count = 0;
		for (size_t i = 0; i < COUNT_OF(literals); i++) {
			compare_literals(e, &literals[i]);
			arena_reset(e->arena);
		}
		if (s < RANDOM_SETTINGS)
			compare_random(e);
	}
	apply(e, all_settings[0]);
	compare_catalogs(e);
	run(e,
		STR("SELECT t.oid, format_type(t.oid, NULL) FROM pg_type t WHERE t.typtype <> 'd' AND (t.oid < 16384 OR "
			"t.typnamespace = 'equality'::regnamespace AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = t.oid "
			"AND d.classid = 'pg_type'::regclass AND d.deptype = 'e'))"),
		check_seen, e);
}

int main(void)
{
	const char *uri = getenv("ROWGATE_TEST_DB_URI");
	if (!uri)
		return SKIPPED;
	struct conn_options options = { .uri = str_of(uri),
		.application_name = STR("json_equality"),
		.statement_cache = 1 };
	struct equality e = { .arena = arena_new((size_t)1 << 32), .forever = arena_new((size_t)1 << 32) };
	struct fault f = { 0 };
	e.conn = conn_new(&options, NULL, NULL);
	if (!conn_ready(e.conn, e.arena, &f))
		stop("connecting", &f);
	e.out = spool_new(e.forever, TEXT_MAX, STR_NONE, TEXT_MAX);
	prepare(&e);
	compare_everything(&e);
	run(&e, STR("DROP SCHEMA equality CASCADE"), NULL, NULL);
	printf("json_equality: %ju values, %ju whole rows, %ju differences\n", (uintmax_t)e.values, (uintmax_t)e.rows,
		(uintmax_t)e.differences);
	conn_free(e.conn);
	arena_free(e.arena);
	arena_free(e.forever);
	return e.differences ? EXIT_FAILURE : EXIT_SUCCESS;
}
