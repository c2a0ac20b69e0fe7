/* The JSON scanner: what is one value, what an escape stands for, what a string decodes to.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include "base/arena.h"
#include "base/json_scan.h"

static void values(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *rest; /* behind the value; NULL: there is none */
	} rows[] = {
		{ "null", "" },
		{ " \t\r\ntrue ,", " ," },
		{ "false]", "]" },
		{ "0", "" },
		{ "-0.5e+10}", "}" },
		{ "01", "1" },
		{ "12E5 ", " " },
		{ "\"a\\\"b\\u00e9\"x", "x" },
		{ "\"\xc3\xa4\xf0\x9f\x98\x80\"", "" },
		{ "[]", "" },
		{ "{ }", "" },
		{ "[ 1 , [ { \"a\" : [ ] } ] ] 2", " 2" },
		{ "{\"a\":{\"b\":null},\"c\":[true]}", "" },
		{ "", NULL },
		{ "tru", NULL },
		{ "-", NULL },
		{ "1.", NULL },
		{ "1e", NULL },
		{ "NaN", NULL },
		{ "'a'", NULL },
		{ "\"a", NULL },
		{ "\"a\\", NULL },
		{ "\"\\x\"", NULL },
		{ "\"\\u12g4\"", NULL },
		{ "\"\\u12", NULL },
		{ "\"\\ud800\"", NULL },
		{ "\"\\udc00\"", NULL },
		{ "\"\n\"", NULL },
		{ "\"\xff\"", NULL },
		{ "\"\xed\xa0\x80\"", NULL },
		{ "[1,]", NULL },
		{ "[1 2]", NULL },
		{ "[1", NULL },
		{ "[1}", NULL },
		{ "{\"a\"}", NULL },
		{ "{a:1}", NULL },
		{ "{\"a\":1,}", NULL },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct json_scan s;
		json_scan_start(&s, str_of(rows[i].text));
		bool whole = json_skip_value(&s);
		expect_text(rows[i].text, whole ? json_scan_rest(&s) : STR_NONE, rows[i].rest);
	}
}

static void depths(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t depth;
	} rows[] = {
		{ "1", 0 },
		{ "[]", 1 },
		{ "[1]", 1 },
		{ "[[],[[]]]", 3 },
		{ "{\"a\":{\"b\":{}}}", 3 },
		{ "[[[[[[[[[[0]]]]]]]]]]", 10 },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		for (size_t most = 0; most < 12; most++) {
			struct json_scan s;
			json_scan_start(&s, str_of(rows[i].text));
			s.depth_max = most;
			expect_int(rows[i].text, json_skip_value(&s), most >= rows[i].depth);
		}
}

static void escapes(void **state)
{
	(void)state;
	static const struct {
		const char *text; /* behind the backslash */
		int32_t code;
		size_t length;
	} rows[] = {
		{ "n...", '\n', 1 },
		{ "b", '\b', 1 },
		{ "\"", '"', 1 },
		{ "\\", '\\', 1 },
		{ "/", '/', 1 },
		{ "u0041b", 'A', 5 },
		{ "u00E9", 0xe9, 5 },
		{ "u0000", 0, 5 },
		{ "ud83D\\uDe00...", 0x1f600, 11 },
		{ "ud83d\\u0041", JSON_HALF_PAIR, 5 },
		{ "ud83d\\ude0", JSON_HALF_PAIR, 5 },
		{ "ud83d", JSON_HALF_PAIR, 5 },
		{ "udc00\\ud83d", JSON_HALF_PAIR, 5 },
		{ "u004g", JSON_BAD_ESCAPE, 5 },
		{ "u00", JSON_BAD_ESCAPE, 3 },
		{ "u", JSON_BAD_ESCAPE, 1 },
		{ "x41", JSON_BAD_ESCAPE, 1 },
		{ "U0041", JSON_BAD_ESCAPE, 1 },
		{ "", JSON_BAD_ESCAPE, 0 },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		size_t length;
		expect_int(rows[i].text, json_escaped(str_of(rows[i].text), &length), rows[i].code);
		expect_int(rows[i].text, (int64_t)length, (int64_t)rows[i].length);
	}
}

static void strings(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want; /* text: behind the opening quote */
		bool escaped;
	} rows[] = {
		{ "\"", "", false },
		{ "abc\" x", "abc", false },
		{ "a\\nb\"", "a\nb", true },
		{ "\\u00e9\\ud83d\\ude00!\"", "\xc3\xa9\xf0\x9f\x98\x80!", true },
		{ "\\\\\\\"\\/\"", "\\\"/", true },
		{ "\xc3\xa4\\t\"", "\xc3\xa4\t", true },
	};
	struct arena *a = arena_new(1 << 16);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct json_scan s;
		struct json_string string;
		json_scan_start(&s, str_of(rows[i].text));
		assert_true(json_string_rest(&s, &string));
		expect_int(rows[i].text, string.escaped, rows[i].escaped);
		expect_text(rows[i].text, json_decoded(string, a), rows[i].want);
	}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(depths),
		cmocka_unit_test(escapes),
		cmocka_unit_test(strings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
