/* What counts as JSON in a token, and how a role is set in it.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include <string.h>

#include "token/tokenjson.h"

static void only_strict_objects_are_read(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
		{ "{}", true },
		{ " {\t}\r\n", true },
		{ "{\"a\":1}", true },
		{ "{ \"a\" : [ 1 , 2 ] }", true },
		{ "{\"a\":-0.5e+10,\"b\":0,\"c\":1E5}", true },
		{ "{\"a\":99999999999999999999999}", true },
		{ "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"}", true },
		{ "{\"a\":\"\\n\",\"b\":2}", true },
		{ "{\"a\":\"\\ud83d\\ude00\"}", true },
		{ "{\"a\":true,\"b\":false,\"c\":null}", true },
		{ "{\"a\":[],\"b\":{}}", true },
		{ "{\"a\":\"\xc3\xa9\"}", true },
		{ "{\"a\":1,\"a\":2}", true },
		{ "", false },
		{ "[]", false },
		{ "1", false },
		{ "\"a\"", false },
		{ "null", false },
		{ "{", false },
		{ "{}x", false },
		{ "{}{}", false },
		{ "{a:1}", false },
		{ "{'a':1}", false },
		{ "{\"a\":1,}", false },
		{ "{\"a\"}", false },
		{ "{\"a\":}", false },
		{ "{\"a\":01}", false },
		{ "{\"a\":+1}", false },
		{ "{\"a\":.5}", false },
		{ "{\"a\":1.}", false },
		{ "{\"a\":1e}", false },
		{ "{\"a\":-}", false },
		{ "{\"a\":NaN}", false },
		{ "{\"a\":Infinity}", false },
		{ "{\"a\":TRUE}", false },
		{ "{\"a\":0x1}", false },
		{ "{\"a\":\"\n\"}", false },
		{ "{\"a\":\"\x01\"}", false },
		{ "{\"a\":\"\\x\"}", false },
		{ "{\"a\":\"\\ud800\"}", false },
		{ "{\"a\":\"\\udc00\"}", false },
		{ "{\"a\":\"\\ud800\\u0041\"}", false },
		{ "{\"a\":\"\\u12\"}", false },
		{ "{\"a\":\"\xff\"}", false },
		{ "{\"a\":\"\xed\xa0\x80\"}", false },
		{ "{\"a\":\"b}", false },
		{ "{\"a\":\"b\\", false },
		{ "{\"a\":[1,]}", false },
		{ "{\"a\":[1}", false },
		{ "/**/{}", false },
		{ "{\"a\":1}/**/", false },
	};
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		expect_int(rows[i].text, tokenjson_is_object(str_of(rows[i].text)), rows[i].good);
		expect_int(rows[i].text, tokenjson_parse(str_of(rows[i].text), a) != NULL, rows[i].good);
	}
	assert_false(tokenjson_is_object((struct str){ "{\"a\":\"\0\"}", 9 }));
	arena_free(a);
}

static void nesting_has_an_end(void **state)
{
	char text[4 * TOKENJSON_DEPTH];
	(void)state;
	for (int depth = TOKENJSON_DEPTH - 1; depth <= TOKENJSON_DEPTH; depth++) {
		strcpy(text, "{\"a\":");
		memset(text + 5, '[', (size_t)depth);
		memset(text + 5 + depth, ']', (size_t)depth);
		strcpy(text + 5 + 2 * depth, "}");
		assert_int_equal(tokenjson_is_object(str_of(text)), depth < TOKENJSON_DEPTH);
	}
}

static void setting_a_member_keeps_the_others(void **state)
{
	static const struct {
		const char *object, *want;
	} rows[] = {
		{ "{}", "{\"role\":\"x\"}" },
		{ " { } ", "{\"role\":\"x\"}" },
		{ "{\"a\":1}", "{\"a\":1,\"role\":\"x\"}" },
		{ "{\"n\":1e400,\"big\":12345678901234567890.10}",
			"{\"n\":1e400,\"big\":12345678901234567890.10,\"role\":\"x\"}" },
		{ "{\"role\":\"old\",\"a\":[1, 2]}", "{\"a\":[1, 2],\"role\":\"x\"}" },
		{ "{\"a\":{\"role\":\"in\"},\"role\":null}", "{\"a\":{\"role\":\"in\"},\"role\":\"x\"}" },
		{ "{\"role\":1,\"role\":2}", "{\"role\":\"x\"}" },
		{ "{\"r\\u006fle\":1,\"b\":\"}\"}", "{\"b\":\"}\",\"role\":\"x\"}" },
		{ "{\"rol\\\"e\":1}", "{\"rol\\\"e\":1,\"role\":\"x\"}" },
	};
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		expect_text(rows[i].object, tokenjson_set(str_of(rows[i].object), STR("role"), STR("\"x\""), a), rows[i].want);
	expect_text("quote", tokenjson_quote(STR("a\"b\\c\n\x01"), a), "\"a\\\"b\\\\c\\n\\u0001\"");
	arena_free(a);
}

static void members_are_found_as_they_stand(void **state)
{
	static const struct {
		const char *object, *raw, *text;
	} rows[] = {
		{ "{}", NULL, NULL },
		{ "{\"b\":1}", NULL, NULL },
		{ "{\"a\":1}", "1", NULL },
		{ "{ \"a\" : \"x:y\" }", "\"x:y\"", "x:y" },
		{ "{\"a\":1,\"a\":\"2\"}", "\"2\"", "2" },
		{ "{\"b\":{\"a\":1},\"a\":[ 1 ]}", "[ 1 ]", NULL },
		{ "{\"\\u0061\":\"\\n\"}", "\"\\n\"", "\n" },
		{ "{\"a\":\"\"}", "\"\"", "" },
		{ "{\"a\":null}", "null", NULL },
	};
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct str raw = tokenjson_raw(str_of(rows[i].object), STR("a"), a);
		expect_text(rows[i].object, raw, rows[i].raw);
		expect_text(rows[i].object, tokenjson_unquote(raw, a), rows[i].text);
	}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_strict_objects_are_read),
		cmocka_unit_test(nesting_has_an_end),
		cmocka_unit_test(members_are_found_as_they_stand),
		cmocka_unit_test(setting_a_member_keeps_the_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
