/* Strings: comparison, cutting, numbers, what is text.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include "base/arena.h"

static void comparing(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		bool eq, eq_nocase, starts, starts_nocase, ends;
		int cmp;
	} rows[] = {
		{ "", "", true, true, true, true, true, 0 },
		{ "abc", "abc", true, true, true, true, true, 0 },
		{ "abc", "ABC", false, true, false, true, false, 1 },
		{ "abc", "ab", false, false, true, true, false, 1 },
		{ "abc", "bc", false, false, false, false, true, -1 },
		{ "ab", "abc", false, false, false, false, false, -1 },
		{ "abc", "", false, false, true, true, true, 1 },
		{ "A[", "a{", false, false, false, false, false, -1 },
		{ "\xc3\x84", "\xc3\xa4", false, false, false, false, false, -1 },
		{ "\xff", "a", false, false, false, false, false, 1 },
		{ NULL, "", true, true, true, true, true, 0 },
		{ NULL, NULL, true, true, true, true, true, 0 },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct str a = str_of(rows[i].a), b = str_of(rows[i].b);
		const char *row = rows[i].a ? rows[i].a : "absent";
		int order = str_cmp(a, b);
		expect_int(row, str_eq(a, b), rows[i].eq);
		expect_int(row, str_eq_nocase(a, b), rows[i].eq_nocase);
		expect_int(row, str_starts(a, b), rows[i].starts);
		expect_int(row, str_starts_nocase(a, b), rows[i].starts_nocase);
		expect_int(row, str_ends(a, b), rows[i].ends);
		expect_int(row, (order > 0) - (order < 0), rows[i].cmp);
	}
}

static void finding(void **state)
{
	(void)state;
	struct str s = STR("a,b,c");
	assert_int_equal(str_index(s, ','), 1);
	assert_int_equal(str_rindex(s, ','), 3);
	assert_int_equal(str_index(s, 'x'), 5);
	assert_int_equal(str_rindex(s, 'x'), 5);
	assert_int_equal(str_index(STR_NONE, 'x'), 0);
	assert_true(str_has(s, 'c'));
	assert_false(str_has(s, '\0'));
	assert_false(str_has(STR_NONE, 'c'));
	assert_int_equal(str_find(s, STR("b,")), 2);
	assert_int_equal(str_find(s, STR("")), 0);
	assert_int_equal(str_find(s, STR("bc")), 5);
	assert_int_equal(str_find(STR_NONE, STR("b")), 0);
}

static void cutting(void **state)
{
	(void)state;
	expect_text("middle", str_sub(STR("abcdef"), 2, 2), "cd");
	expect_text("clipped", str_sub(STR("abc"), 2, 100), "c");
	expect_text("beyond", str_sub(STR("abc"), 100, 100), "");
	expect_text("from", str_from(STR("abc"), 1), "bc");
	expect_text("from beyond", str_from(STR("abc"), SIZE_MAX), "");
	expect_text("absent stays absent", str_from(STR_NONE, 0), NULL);
	expect_text("trim", str_trim(STR(" \t\r\n a b \n")), "a b");
	expect_text("trim all", str_trim(STR("  ")), "");
	expect_text("trim nothing", str_trim(STR("")), "");

	struct str rest = STR("a,,b,");
	expect_text("1", str_cut(&rest, ','), "a");
	expect_text("2", str_cut(&rest, ','), "");
	expect_text("3", str_cut(&rest, ','), "b");
	expect_text("left behind the last", rest, "");
	expect_text("4", str_cut(&rest, ','), "");
	expect_text("exhausted", rest, NULL);
}

static void numbers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool is_u64, is_i64;
		int64_t value;
	} rows[] = {
		{ "0", true, true, 0 },
		{ "007", true, true, 7 },
		{ "-0", false, true, 0 },
		{ "9223372036854775807", true, true, INT64_MAX },
		{ "9223372036854775808", true, false, INT64_MIN },
		{ "-9223372036854775808", false, true, INT64_MIN },
		{ "-9223372036854775809", false, false, 0 },
		{ "18446744073709551615", true, false, -1 },
		{ "18446744073709551616", false, false, 0 },
		{ "", false, false, 0 },
		{ "-", false, false, 0 },
		{ "+1", false, false, 0 },
		{ " 1", false, false, 0 },
		{ "1 ", false, false, 0 },
		{ "1e3", false, false, 0 },
		{ "--1", false, false, 0 },
		{ "0x10", false, false, 0 },
		{ "99999999999999999999999999", false, false, 0 },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint64_t u = 42;
		int64_t n = 42;
		struct str text = str_of(rows[i].text);
		expect_int(rows[i].text, str_to_u64(text, &u), rows[i].is_u64);
		expect_int(rows[i].text, (int64_t)u, rows[i].is_u64 ? rows[i].value : 42);
		expect_int(rows[i].text, str_to_i64(text, &n), rows[i].is_i64);
		expect_int(rows[i].text, n, rows[i].is_i64 ? rows[i].value : 42);
	}
}

static void texts(void **state)
{
	(void)state;
	static const struct {
		const char *row;
		struct str bytes;
		bool text;
	} rows[] = {
		{ "empty", STR_INIT(""), true },
		{ "ASCII", STR_INIT("a\t\x7f"), true },
		{ "NUL", STR_INIT("a\0b"), false },
		{ "U+0080", STR_INIT("\xc2\x80"), true },
		{ "U+07FF", STR_INIT("\xdf\xbf"), true },
		{ "overlong 2 bytes", STR_INIT("\xc1\xbf"), false },
		{ "overlong NUL", STR_INIT("\xc0\x80"), false },
		{ "U+0800", STR_INIT("\xe0\xa0\x80"), true },
		{ "overlong 3 bytes", STR_INIT("\xe0\x9f\xbf"), false },
		{ "U+D7FF", STR_INIT("\xed\x9f\xbf"), true },
		{ "surrogate U+D800", STR_INIT("\xed\xa0\x80"), false },
		{ "surrogate U+DFFF", STR_INIT("\xed\xbf\xbf"), false },
		{ "U+E000", STR_INIT("\xee\x80\x80"), true },
		{ "U+FFFF", STR_INIT("\xef\xbf\xbf"), true },
		{ "U+10000", STR_INIT("\xf0\x90\x80\x80"), true },
		{ "overlong 4 bytes", STR_INIT("\xf0\x8f\xbf\xbf"), false },
		{ "U+10FFFF", STR_INIT("\xf4\x8f\xbf\xbf"), true },
		{ "U+110000", STR_INIT("\xf4\x90\x80\x80"), false },
		{ "F5", STR_INIT("\xf5\x80\x80\x80"), false },
		{ "FF", STR_INIT("\xff"), false },
		{ "lone continuation", STR_INIT("\x80"), false },
		{ "cut 2", STR_INIT("a\xc3"), false },
		{ "cut 3", STR_INIT("\xe2\x82"), false },
		{ "cut 4", STR_INIT("\xf0\x9f\x98"), false },
		{ "bad third", STR_INIT("\xe2\x82\x28"), false },
		{ "bad fourth", STR_INIT("\xf0\x9f\x98\x28"), false },
		{ "mixed",
			STR_INIT("sm\xc3\xb8rrebr\xc3\xb8"
					 "d \xe2\x82\xac \xf0\x9f\x98\x80"),
			true },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		expect_int(rows[i].row, str_is_text(rows[i].bytes), rows[i].text);
	assert_true(str_is_text(STR_NONE));
}

static void copies(void **state)
{
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	struct str copy = str_dup(a, str_sub(STR("abcdef"), 0, 3));
	expect_text("dup", copy, "abc");
	assert_int_equal(copy.p[3], '\0');
	expect_text("dup of absent", str_dup(a, STR_NONE), NULL);
	assert_string_equal(str_cstr(a, STR("x")), "x");
	assert_string_equal(str_cstr(a, STR_NONE), "");
	expect_text("lower", str_lower(a, STR("X-Y\xc3\x84[")), "x-y\xc3\x84[");
	expect_text("printf", str_printf(a, "%.*s/%d", STR_ARG(copy), 5), "abc/5");
	const struct str parts[] = { STR("a"), STR(""), STR_NONE, STR("b") };
	expect_text("join", str_join(a, parts, 4, STR(", ")), "a, , , b");
	expect_text("join none", str_join(a, parts, 0, STR(", ")), "");
	assert_true(str_hash(STR("a")) != str_hash(STR("b")));
	assert_true(str_hash(STR("")) == 0xcbf29ce484222325u);
	arena_free(a);
}

static void numbers_become_text(void **state)
{
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	static const struct {
		int64_t value;
		const char *text;
	} rows[] = {
		{ 0, "0" },
		{ 7, "7" },
		{ -10, "-10" },
		{ INT64_MAX, "9223372036854775807" },
		{ INT64_MIN, "-9223372036854775808" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct str text = str_from_i64(a, rows[i].value);
		assert_string_equal(text.p, rows[i].text);
		expect_text(rows[i].text, text, rows[i].text);
	}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comparing),
		cmocka_unit_test(finding),
		cmocka_unit_test(cutting),
		cmocka_unit_test(numbers),
		cmocka_unit_test(numbers_become_text),
		cmocka_unit_test(texts),
		cmocka_unit_test(copies),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
