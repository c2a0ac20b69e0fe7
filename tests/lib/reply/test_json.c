/* The encoder on rows made up: every kind of type, NULL, names, stripping, values beyond the buffer. What PostgreSQL
 * itself says of every type is json_equality's to compare.
 * SPDX-License-Identifier: MIT */
#include "reply/json.h"

#include <stdlib.h>

#include "../catalog/sample.h"
#include "../expect.h"
#include "base/arena.h"
#include "fake_row.h"

static struct spool spool_in(struct arena *a, size_t buffer)
{
	return spool_new(a, buffer, STR("/tmp"), (int64_t)1 << 28);
}

static struct str object_of(const struct fake_column *columns, size_t count, bool strip, struct arena *a)
{
	struct row r = { columns, count };
	struct spool out = spool_in(a, 4096);
	json_object(&out, json_shape_new(&r, strip, a), &r);
	return fake_text(&out, a);
}

static const struct {
	uint32_t type;
	const char *value, *json;
} values[] = {
	{ T_INT4, "-5", "-5" },
	{ 20, "9223372036854775807", "9223372036854775807" },
	{ 21, "0", "0" },
	{ T_INT4, NULL, "null" },
	{ T_TEXT, NULL, "null" },
	{ T_TEXT, "", "\"\"" },
	{ T_TEXT, "a\"b\\c\nd", "\"a\\\"b\\\\c\\nd\"" },
	{ T_UUID, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\"" },
	{ T_USER, "an enum", "\"an enum\"" },
	{ T_BYTEA, "\\x00ff", "\"\\\\x00ff\"" },
	{ T_BOOL, "t", "true" },
	{ T_BOOL, "f", "false" },
	{ T_JSON, " {\"a\" : 1} ", " {\"a\" : 1} " },
	{ T_JSONB, "null", "null" },
	{ T_NUMERIC, "12345678901234567890.0100", "12345678901234567890.0100" },
	{ T_NUMERIC, "NaN", "\"NaN\"" },
	{ T_NUMERIC, "-Infinity", "\"-Infinity\"" },
	{ T_FLOAT8, "-0", "-0" },
	{ T_FLOAT8, "1e+20", "1e+20" },
	{ T_FLOAT8, "-1.5e-07", "-1.5e-07" },
	{ T_FLOAT8, "Infinity", "\"Infinity\"" },
	{ T_TIMESTAMP, "2024-05-01 10:00:00.25", "\"2024-05-01T10:00:00.25\"" },
	{ T_TIMESTAMP, "infinity", "\"infinity\"" },
	{ T_TIMESTAMP, "-infinity", "\"-infinity\"" },
	{ T_TIMESTAMP, "0044-03-15 12:00:00 BC", "\"0044-03-15T12:00:00 BC\"" },
	{ T_TIMESTAMP, "294276-12-31 23:59:59.999999", "\"294276-12-31T23:59:59.999999\"" },
	{ T_TIMESTAMPTZ, "2024-05-01 10:00:00+00", "\"2024-05-01T10:00:00+00:00\"" },
	{ T_TIMESTAMPTZ, "2024-05-01 10:00:00.5-08", "\"2024-05-01T10:00:00.5-08:00\"" },
	{ T_TIMESTAMPTZ, "2024-05-01 10:00:00+05:30", "\"2024-05-01T10:00:00+05:30\"" },
	{ T_TIMESTAMPTZ, "1880-05-01 10:00:00+00:53:28", "\"1880-05-01T10:00:00+00:53:28\"" },
	{ T_TIMESTAMPTZ, "0044-03-15 12:00:00+01 BC", "\"0044-03-15T12:00:00+01:00 BC\"" },
	{ T_TIMESTAMPTZ, "infinity", "\"infinity\"" },
	{ 1082, "2024-05-01", "\"2024-05-01\"" },
	{ T_TEXTS, "{}", "[]" },
	{ T_TEXTS, NULL, "null" },
	{ T_TEXTS, "{a,NULL,\"NULL\",\"\"}", "[\"a\",null,\"NULL\",\"\"]" },
	{ T_TEXTS, "{\"a,b\",\"{}\",null,nullable,\" \"}", "[\"a,b\",\"{}\",\"null\",\"nullable\",\" \"]" },
	{ T_TEXTS, "{\"\\\"\",\"\\\\\",\"x\\\"\\\\y\",\"\n\",\x01}",
		"[\"\\\"\",\"\\\\\",\"x\\\"\\\\y\",\"\\n\",\"\\u0001\"]" },
	{ T_TEXTS, "[2:3]={a,b}", "[\"a\",\"b\"]" },
	{ T_INTS, "{1,-2,NULL}", "[1,-2,null]" },
	{ T_INTS, "[-1:0][7:8]={{1,2},{3,4}}", "[[1,2],[3,4]]" },
	{ T_INTS, "{{{{{{1,2}}}}},{{{{{3,NULL}}}}}}", "[[[[[[1,2]]]]],[[[[[3,null]]]]]]" },
	{ T_BOOLS, "{t,f,NULL}", "[true,false,null]" },
	{ T_FLOATS, "{1.5,NaN,-Infinity,1e+20}", "[1.5,\"NaN\",\"-Infinity\",1e+20]" },
	{ T_MOMENTS, "{\"2024-05-01 10:00:00+00\",infinity,\"0044-03-15 12:00:00+01 BC\"}",
		"[\"2024-05-01T10:00:00+00:00\",\"infinity\",\"0044-03-15T12:00:00+01:00 BC\"]" },
	{ T_BOXES, "{(1,1),(0,0);(2,2),(0,0)}", "[\"(1,1),(0,0)\",\"(2,2),(0,0)\"]" },
	{ T_RANGES, "{\"[1,5)\",empty}", "[\"[1,5)\",\"empty\"]" },
};

static void encodes_by_type(void **state)
{
	for (size_t i = 0; i < COUNT_OF(values); i++) {
		struct fake_column column = { "c", values[i].type, values[i].value, 0 };
		struct row r = { &column, 1 };
		struct spool out = spool_in(*state, 4096);
		json_value(&out, json_shape_new(&r, false, *state), &r, 0);
		expect_text(values[i].json, fake_text(&out, *state), values[i].json);
		struct str whole = str_printf(*state, "{\"c\":%s}", values[i].json);
		expect_text("in an object", object_of(&column, 1, false, *state), whole.p);
	}
}

/* What PostgreSQL never sends: never more is read than there is, and it is told. */
static const struct {
	uint32_t type;
	const char *value;
} malformed[] = {
	{ T_TEXTS, "" },
	{ T_TEXTS, "{" },
	{ T_TEXTS, "}" },
	{ T_TEXTS, "a" },
	{ T_TEXTS, "{a" },
	{ T_TEXTS, "{a}}" },
	{ T_TEXTS, "{a}b" },
	{ T_TEXTS, "{a},{b}" },
	{ T_TEXTS, "{,}" },
	{ T_TEXTS, "{a,}" },
	{ T_TEXTS, "{a,,b}" },
	{ T_TEXTS, "{{}}" },
	{ T_TEXTS, "{a{b}" },
	{ T_TEXTS, "{\"" },
	{ T_TEXTS, "{\"a" },
	{ T_TEXTS, "{\"a\\" },
	{ T_TEXTS, "{\"a\\\"" },
	{ T_TEXTS, "{\"a\"b}" },
	{ T_TEXTS, "{a\"b\"}" },
	{ T_TEXTS, "{a\\b}" },
	{ T_TEXTS, "[2:3]" },
	{ T_TEXTS, "[2:3]=" },
	{ T_TEXTS, "[2:3={a}" },
	{ T_TEXTS, "[a]={a}" },
	{ T_INTS, "{\"\\1\"}" },
	{ T_INTS, "{{{{{{{1}}}}}}}" },
	{ T_BOOLS, "{t;f}}" },
	{ T_BOXES, "{(1,1),(0,0),{}" },
};

static void tells_what_is_no_array(void **state)
{
	for (size_t i = 0; i < COUNT_OF(malformed); i++) {
		struct fake_column column = { "c", malformed[i].type, malformed[i].value, 0 };
		struct row r = { &column, 1 };
		struct spool out = spool_in(*state, 4096);
		struct json_shape *shape = json_shape_new(&r, false, *state);
		json_object(&out, shape, &r);
		if (!json_shape_malformed(shape))
			fail_msg("taken for an array: %s", malformed[i].value);
	}
}

static void writes_objects(void **state)
{
	static const struct fake_column columns[] = {
		{ "id", T_INT4, "1", 0 },
		{ "say \"hi\"", T_TEXT, "x", 0 },
		{ "Größe", T_FLOAT8, NULL, 0 },
		{ "data", T_JSONB, "{\"a\": [1, 2]}", 0 },
	};
	expect_text("all", object_of(columns, 4, false, *state),
		"{\"id\":1,\"say \\\"hi\\\"\":\"x\",\"Größe\":null,\"data\":{\"a\": [1, 2]}}");
	expect_text("none", object_of(columns, 0, false, *state), "{}");
}

static const struct {
	const char *json, *stripped;
} nested[] = {
	{ "{\"a\" : null, \"b\" : 1}", "{\"b\":1}" },
	{ "{\"a\": {\"b\": null}, \"c\": null}", "{\"a\":{}}" },
	{ "{\"a\":null}", "{}" },
	{ "[null, 1 , {\"a\":null} ,[ ], {}, [null]]", "[null,1,{},[],{},[null]]" },
	{ "{ \"a\" :\n[ 1,\t2 ] , \"b\":\"x y, {null}\"}", "{\"a\":[1,2],\"b\":\"x y, {null}\"}" },
	{ "\"null\"", "\"null\"" },
	{ " 12.50 ", "12.50" },
	{ "{\"null\":\"null\",\"x\":null,\"t\":true,\"f\":false}", "{\"null\":\"null\",\"t\":true,\"f\":false}" },
	{ "{\"\\u0041\\u00e9\\ud83d\\ude42\":\"\\/\\b\\u000b\\\"\\\\ \\u007f\"}",
		"{\"Aé🙂\":\"/\\b\\u000b\\\"\\\\ \x7f\"}" },
	{ "[\"\\u0000\", \"\\ud83d x\", \"\\ude42\"]", "[\"\\u0000\",\"\\ud83d x\",\"\\ude42\"]" },
	{ "{\"a\":{\"b\":{\"c\":null,\"d\":[{\"e\":null,\"f\":0}]}},\"g\":null,\"h\":-1e+5}",
		"{\"a\":{\"b\":{\"d\":[{\"f\":0}]}},\"h\":-1e+5}" },
};

static void strips_nulls(void **state)
{
	for (size_t i = 0; i < COUNT_OF(nested); i++) {
		struct fake_column columns[] = { { "n", T_INT4, NULL, 0 }, { "j", T_JSON, nested[i].json, 0 } };
		struct str want = str_printf(*state, "{\"j\":%s}", nested[i].stripped);
		expect_text(nested[i].json, object_of(columns, 2, true, *state), want.p);
	}
	static const struct fake_column gone[] = { { "j", T_JSON, " null ", 0 }, { "t", T_TEXT, NULL, 0 } };
	expect_text("all gone", object_of(gone, 2, true, *state), "{}");
	static const struct fake_column text[] = { { "t", T_TEXT, "null", 0 }, { "j", T_JSON, NULL, 0 } };
	expect_text("text", object_of(text, 2, true, *state), "{\"t\":\"null\"}");
}

/* Texts of every length around the sizes at which the way of writing changes, through small and large buffers. */
static void writes_values_of_any_length(void **state)
{
	struct arena *a = *state;
	static const uint32_t types[] = { T_TEXT, T_JSON, T_NUMERIC };
	for (size_t length = 600; length < 700; length++) {
		for (size_t t = 0; t < COUNT_OF(types); t++) {
			char *text = arena_bytes(a, length);
			memset(text, types[t] == T_TEXT ? '\n' : '7', length);
			struct fake_column column = { "c", types[t], text, length };
			struct str got = object_of(&column, 1, false, a);
			assert_int_equal(got.n, 6 + (types[t] == T_TEXT ? 2 * length + 2 : length));
		}
		arena_reset(a);
	}
	size_t length = 10 << 20;
	char *text = arena_bytes(a, length);
	memset(text, '\x01', length);
	struct fake_column column = { "c", T_TEXT, text, length };
	struct str got = object_of(&column, 1, false, a);
	assert_int_equal(got.n, 6 + 6 * length + 2);
	assert_memory_equal(got.p + got.n - 14, "\\u0001\\u0001\"}", 14);
}

/* Arrays and elements of every length around the sizes at which the way of writing changes. */
static void writes_arrays_of_any_length(void **state)
{
	struct arena *a = *state;
	for (size_t length = 600; length < 700; length++) {
		char *text = arena_bytes(a, length + 6);
		memset(text, '\n', length + 6);
		memcpy(text, "{\"\\\\", 4);
		memcpy(text + length + 4, "\"}", 2);
		struct fake_column column = { "c", T_TEXTS, text, length + 6 };
		struct str got = object_of(&column, 1, false, a);
		assert_int_equal(got.n, 6 + 2 + 2 + 2 * (length + 1));
		arena_reset(a);
	}
	size_t count = 1 << 20;
	char *text = arena_bytes(a, 2 * count + 1);
	for (size_t i = 0; i < count; i++)
		memcpy(text + 2 * i, i ? ",7" : "{7", 2);
	text[2 * count] = '}';
	struct fake_column column = { "c", T_INTS, text, 2 * count + 1 };
	struct str got = object_of(&column, 1, false, a);
	assert_int_equal(got.n, 6 + 2 * count + 1);
	assert_memory_equal(got.p + got.n - 6, ",7,7]}", 6);
}

static const struct {
	uint32_t type;
	const char *value, *plain;
} plains[] = {
	{ T_TEXT, "a\"b", "a\"b" },
	{ T_INT4, "7", "7" },
	{ T_BOOL, "t", "true" },
	{ T_TEXT, NULL, NULL },
	{ T_TIMESTAMP, "2024-05-01 10:00:00", "2024-05-01T10:00:00" },
	{ T_FLOAT8, "NaN", "NaN" },
};

static void gives_values_bare(void **state)
{
	for (size_t i = 0; i < COUNT_OF(plains); i++) {
		struct fake_column column = { "c", plains[i].type, plains[i].value, 0 };
		struct row r = { &column, 1 };
		struct str got = json_plain(json_shape_new(&r, false, *state), &r, 0, *state);
		expect_text(plains[i].plain ? plains[i].plain : "NULL", got, plains[i].plain);
	}
}

/* Rows of `before, *, behind` with what PostgreSQL encodes of the star once more; NULL: they do not fit. */
static const struct {
	struct fake_column columns[5];
	size_t count;
	struct json_star star;
	const char *json;
} starred[] = {
	{ { { "a", T_INT4, "1", 0 }, { "b", T_TEXT, "x", 0 } }, 2, { 0, 0, 0 }, "{\"a\":1,\"b\":\"x\"}" },
	{ { { "a", T_JSONS, "{1}", 0 }, { "b", T_TEXT, "x", 0 }, { "a", T_JSON, "[1]", 0 } }, 3, { 0, 0, 1 },
		"{\"a\":[1],\"b\":\"x\"}" },
	{ { { "a", T_TEXT, "y", 0 }, { "a", T_JSONS, "{1}", 0 }, { "e", T_JSON, "[]", 0 }, { "a", T_JSON, "[1]", 0 } }, 4,
		{ 1, 1, 1 }, "{\"a\":\"y\",\"a\":[1],\"e\":[]}" },
	{ { { "a", T_JSONS, "{1}", 0 } }, 1, { 0, 0, 0 }, NULL },
	{ { { "b", T_JSONS, "{1}", 0 }, { "a", T_JSON, "[1]", 0 } }, 2, { 0, 0, 1 }, NULL },
	{ { { "a", T_INTS, "{1}", 0 } }, 1, { 0, 0, 0 }, "{\"a\":[1]}" },
	{ { { "a", T_INT4, "1", 0 } }, 1, { 1, 1, 0 }, NULL },
};

static void reads_stars(void **state)
{
	const struct catalog *cat = sample_catalog(*state);
	for (size_t i = 0; i < COUNT_OF(starred); i++) {
		struct row r = { starred[i].columns, starred[i].count };
		struct json_shape *shape = json_shape_new(&r, false, *state);
		struct spool out = spool_in(*state, 4096);
		bool fits = json_shape_fit(shape, &r, &starred[i].star, cat);
		assert_int_equal(fits, starred[i].json != NULL);
		if (fits) {
			json_object(&out, shape, &r);
			expect_text("a row with a star", fake_text(&out, *state), starred[i].json);
		}
	}
}

static int set_up(void **state)
{
	*state = arena_new((size_t)1 << 30);
	return 0;
}

static int tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

/* The columns behind one that is there are an object's, in which another may be. */
static void nests_objects(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b, *c, *kept, *stripped;
	} rows[] = {
		{ "t", "t", "7", "{\"id\":1,\"a\":{\"x\":null,\"b\":{\"c\":7}},\"last\":\"z\"}",
			"{\"id\":1,\"a\":{\"b\":{\"c\":7}},\"last\":\"z\"}" },
		{ "t", "t", NULL, "{\"id\":1,\"a\":{\"x\":null,\"b\":{\"c\":null}},\"last\":\"z\"}",
			"{\"id\":1,\"a\":{\"b\":{}},\"last\":\"z\"}" },
		{ "t", NULL, NULL, "{\"id\":1,\"a\":{\"x\":null,\"b\":null},\"last\":\"z\"}",
			"{\"id\":1,\"a\":{},\"last\":\"z\"}" },
		{ NULL, NULL, NULL, "{\"id\":1,\"a\":null,\"last\":\"z\"}", "{\"id\":1,\"last\":\"z\"}" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct fake_column columns[] = {
			{ "id", T_INT4, "1", 0 },
			{ "a", T_BOOL, rows[i].a, 0 },
			{ "x", T_TEXT, NULL, 0 },
			{ "b", T_BOOL, rows[i].b, 0 },
			{ "c", T_INT4, rows[i].c, 0 },
			{ "last", T_TEXT, "z", 0 },
		};
		struct row r = { columns, COUNT_OF(columns) };
		for (int strip = 0; strip <= 1; strip++) {
			struct arena *a = arena_new(1 << 20);
			struct spool out = spool_in(a, 4096);
			struct json_shape *shape = json_shape_new(&r, strip, a);
			json_shape_nest(shape, 1, 3);
			json_shape_nest(shape, 3, 1);
			json_object(&out, shape, &r);
			expect_text("nested", fake_text(&out, a), strip ? rows[i].stripped : rows[i].kept);
			arena_free(a);
		}
	}
}

static const struct {
	const char *arrays, *json; /* json NULL: it is malformed */
} gathered[] = {
	{ "", "[]" },
	{ NULL, "[]" },
	{ "{1}{a}{\"{\\\"k\\\": null}\"}", "[{\"id\":1,\"x\":\"a\",\"j\":{\"k\": null}}]" },
	{ "{1,NULL}{\"NULL\",\"a,b}{\"}{NULL,1}",
		"[{\"id\":1,\"x\":\"NULL\",\"j\":null}, \n {\"id\":null,\"x\":\"a,b}{\",\"j\":1}]" },
	{ "{1}{\"a\\\\b\\\"\"}{1}", "[{\"id\":1,\"x\":\"a\\\\b\\\"\",\"j\":1}]" },
	{ "{1}{\"\"}{1}", "[{\"id\":1,\"x\":\"\",\"j\":1}]" },
	{ "{1}{a}", NULL },
	{ "{1}{a}{1}{1}", NULL },
	{ "{1}{a}{1} ", NULL },
	{ "{1,2}{a}{1}", NULL },
	{ "{1}{a}{1", NULL },
	{ "{1}{\"a}{1}", NULL },
	{ "{1}{\"a\\", NULL },
	{ "{1}{\"a\"b}{1}", NULL },
	{ "1", NULL },
	{ "{", NULL },
	{ "{}{}{}", NULL },
};

static struct json_shape *gathering(const struct row *r, struct arena *a)
{
	struct json_shape *shape = json_shape_new(r, false, a);
	json_shape_gather(shape, 0, 3);
	return shape;
}

static void gathers_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(gathered); i++) {
		struct arena *a = arena_new(1 << 20);
		const struct fake_column columns[] = {
			{ "rows", T_TEXT, gathered[i].arrays, 0 },
			{ "id", T_INT4, NULL, 0 },
			{ "x", T_TEXT, NULL, 0 },
			{ "j", T_JSONB, NULL, 0 },
		};
		struct row r = { columns, COUNT_OF(columns) };
		struct spool out = spool_in(a, 4096);
		struct json_shape *shape = gathering(&r, a);
		json_object(&out, shape, &r);
		expect_int(gathered[i].arrays, json_shape_malformed(shape), !gathered[i].json);
		if (gathered[i].json)
			expect_text(gathered[i].arrays, fake_text(&out, a), str_printf(a, "{\"rows\":%s}", gathered[i].json).p);
		arena_free(a);
	}
}

/* Across what is unescaped at once, and what a buffer holds. */
static void gathers_values_of_any_length(void **state)
{
	(void)state;
	enum { LONGEST = 20000 };
	for (size_t n = 1; n < LONGEST; n = n * 5 / 4 + 1) {
		struct arena *a = arena_new(1 << 24);
		struct buf array = buf_new(a, 1 << 20), want = buf_new(a, 1 << 20);
		buf_put(&array, STR("{7}{\""));
		buf_put(&want, STR("{\"rows\":[{\"id\":7,\"x\":\""));
		for (size_t i = 0; i < n; i++) {
			buf_put(&array, i % 3 ? STR("a") : STR("\\\""));
			buf_put(&want, i % 3 ? STR("a") : STR("\\\""));
		}
		buf_put(&array, STR("\"}{\"[\\\""));
		buf_put(&want, STR("\",\"j\":[\""));
		for (size_t i = 0; i < n; i++) {
			buf_put(&array, i % 2 ? STR("b") : STR("\\\\n"));
			buf_put(&want, i % 2 ? STR("b") : STR("\\n"));
		}
		buf_put(&array, STR("\\\"]\"}"));
		buf_put(&want, STR("\"]}]}"));
		buf_char(&array, '\0');
		buf_char(&want, '\0');
		const struct fake_column columns[] = {
			{ "rows", T_TEXT, array.p, 0 },
			{ "id", T_INT4, NULL, 0 },
			{ "x", T_TEXT, NULL, 0 },
			{ "j", T_JSONB, NULL, 0 },
		};
		struct row r = { columns, COUNT_OF(columns) };
		struct spool out = spool_in(a, 4096);
		struct json_shape *shape = gathering(&r, a);
		json_object(&out, shape, &r);
		expect_int("malformed", json_shape_malformed(shape), false);
		expect_text("long", fake_text(&out, a), want.p);
		arena_free(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(encodes_by_type, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tells_what_is_no_array, set_up, tear_down),
		cmocka_unit_test_setup_teardown(writes_objects, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nests_objects, set_up, tear_down),
		cmocka_unit_test_setup_teardown(gathers_rows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(gathers_values_of_any_length, set_up, tear_down),
		cmocka_unit_test_setup_teardown(strips_nulls, set_up, tear_down),
		cmocka_unit_test_setup_teardown(writes_values_of_any_length, set_up, tear_down),
		cmocka_unit_test_setup_teardown(writes_arrays_of_any_length, set_up, tear_down),
		cmocka_unit_test_setup_teardown(gives_values_bare, set_up, tear_down),
		cmocka_unit_test_setup_teardown(reads_stars, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
