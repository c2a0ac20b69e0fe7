/* JSON string literals as to_json writes them.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include "base/arena.h"
#include "base/jsonesc.h"

static void escaping(void **state)
{
	(void)state;
	static const struct {
		struct str text;
		const char *expected;
	} rows[] = {
		{ STR_INIT(""), "\"\"" },
		{ STR_INIT("plain"), "\"plain\"" },
		{ STR_INIT("a\"b\\c/"), "\"a\\\"b\\\\c/\"" },
		{ STR_INIT("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"" },
		{ STR_INIT("\x01\x1f\x7f"), "\"\\u0001\\u001f\x7f\"" },
		{ { "\0x", 2 }, "\"\\u0000x\"" },
		{ STR_INIT("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"), "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"" },
		{ STR_INIT("\xff"
				   "a"),
			"\"\xef\xbf\xbd"
			"a\"" },
		{ STR_INIT("\xc3"), "\"\xef\xbf\xbd\"" },
		{ STR_INIT("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
	};
	struct arena *a = arena_new(1 << 16);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buf out = buf_new(a, 1 << 12);
		json_escape(&out, rows[i].text);
		expect_text(rows[i].expected, buf_str(&out), rows[i].expected);
	}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(escaping) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
