/* Identifiers, array literals, type names, parameters.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include "base/arena.h"
#include "stmt/quote.h"

static struct stmt finished(struct draft *d)
{
	struct stmt s;
	struct fault f = { 0 };
	assert_true(stmt_finish(&s, d, &f));
	assert_int_equal(s.sql.p[s.sql.n], '\0');
	return s;
}

static void identifiers(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{ "a", "\"a\"" },
		{ "", "\"\"" },
		{ "A b", "\"A b\"" },
		{ "\"", "\"\"\"\"" },
		{ "a\"\"b", "\"a\"\"\"\"b\"" },
		{ "x\"; DROP TABLE t; --", "\"x\"\"; DROP TABLE t; --\"" },
		{ "\xc3\xa4", "\"\xc3\xa4\"" },
	};
	struct arena *a = arena_new(1 << 16);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct draft d = stmt_draft(a);
		stmt_ident(&d, str_of(rows[i][0]));
		expect_text(rows[i][0], finished(&d).sql, rows[i][1]);
	}
	arena_free(a);
}

static void constants(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{ "", "E''" },
		{ "a", "E'a'" },
		{ "it's", "E'it''s'" },
		{ "a\\'b", "E'a\\\\''b'" },
	};
	struct arena *a = arena_new(1 << 16);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct draft d = stmt_draft(a);
		stmt_constant(&d, str_of(rows[i][0]));
		expect_text(rows[i][0], finished(&d).sql, rows[i][1]);
	}
	arena_free(a);
}

static void arrays(void **state)
{
	(void)state;
	static const struct {
		struct str values[3];
		size_t count;
		const char *want;
	} rows[] = {
		{ { STR_INIT("") }, 0, "{}" },
		{ { STR_INIT("") }, 1, "{\"\"}" },
		{ { STR_INIT("1"), STR_INIT("2") }, 2, "{\"1\",\"2\"}" },
		{ { STR_INIT("a,b"), STR_INIT("c\"d"), STR_INIT("e\\f") }, 3, "{\"a,b\",\"c\\\"d\",\"e\\\\f\"}" },
		{ { STR_INIT("NULL"), STR_INIT("{}") }, 2, "{\"NULL\",\"{}\"}" },
	};
	struct arena *a = arena_new(1 << 16);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct draft d = stmt_draft(a);
		stmt_array(&d, rows[i].values, rows[i].count);
		struct stmt s = finished(&d);
		expect_text(rows[i].want, s.sql, "$1");
		expect_text(rows[i].want, s.params[0].value, rows[i].want);
	}
	arena_free(a);
}

static void type_names(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		bool good;
	} rows[] = {
		{ "int", true },
		{ "double precision", true },
		{ "_int4", true },
		{ "my$type", true },
		{ "\xc3\xa4", true },
		{ "", false },
		{ "int)", false },
		{ "int;", false },
		{ "a\"b", false },
		{ "a'b", false },
		{ "a-b", false },
		{ "a/*b", false },
		{ "a.b", false },
		{ "a\tb", false },
		{ "$1", false },
		{ "int $1", false },
		{ "int $$ x", false },
		{ "1$2", false },
		{ "a1$$2 b", true },
		{ "1", true },
	};
	struct arena *a = arena_new(1 << 16);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct draft d = stmt_draft(a);
		struct stmt s;
		struct fault f = { 0 };
		stmt_type(&d, str_of(rows[i].name));
		expect_int(rows[i].name, stmt_finish(&s, &d, &f), rows[i].good);
		expect_int(rows[i].name, f.http_status, rows[i].good ? 0 : 400);
	}
	arena_free(a);
}

static void parameters(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 24);
	struct draft d = stmt_draft(a);
	struct str value = str_sub(STR("valuetail"), 0, 5);
	stmt_value(&d, value);
	stmt_value(&d, STR_NONE);
	stmt_binary(&d, value, 114);
	stmt_number(&d, -3);
	for (int i = 0; i < 100; i++)
		stmt_value(&d, STR(""));
	struct stmt s = finished(&d);
	assert_true(str_starts(s.sql, STR("$1$2$3$4$5$6")) && str_ends(s.sql, STR("$104")));
	assert_int_equal(s.param_count, 104);
	assert_string_equal(s.params[0].value.p, "value");
	assert_null(s.params[1].value.p);
	assert_ptr_equal(s.params[2].value.p, value.p);
	assert_true(s.params[2].binary && s.params[2].type == 114);
	assert_string_equal(s.params[3].value.p, "-3");
	arena_free(a);
}

static void too_much(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 16);
	struct draft d = stmt_draft(a);
	struct stmt s;
	struct fault f = { 0 };
	for (int i = 0; i < 10000; i++)
		stmt_sql(&d, "0123456789");
	assert_false(stmt_finish(&s, &d, &f));
	assert_int_equal(f.http_status, 413);
	arena_free(a);
	a = arena_new(1 << 26);
	d = stmt_draft(a);
	for (int i = 0; i < 65536; i++)
		stmt_value(&d, STR(""));
	assert_false(stmt_finish(&s, &d, &f));
	assert_int_equal(f.http_status, 414);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identifiers),
		cmocka_unit_test(constants),
		cmocka_unit_test(arrays),
		cmocka_unit_test(type_names),
		cmocka_unit_test(parameters),
		cmocka_unit_test(too_much),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
