/* The inside of JSON strings: what is escaped, what stays, at every position of a word.
 * SPDX-License-Identifier: MIT */
#include "reply/escape.h"

#include <string.h>

#include "../expect.h"

static const struct {
	struct str text;
	const char *json;
} cases[] = {
	{ STR_INIT(""), "" },
	{ STR_INIT("plain"), "plain" },
	{ STR_INIT("say \"hi\""), "say \\\"hi\\\"" },
	{ STR_INIT("back\\slash and /slash"), "back\\\\slash and /slash" },
	{ STR_INIT("\b\f\n\r\t"), "\\b\\f\\n\\r\\t" },
	{ STR_INIT("\x01\x0b\x1f"), "\\u0001\\u000b\\u001f" },
	{ STR_INIT("\x7f del stays"), "\x7f del stays" },
	{ STR_INIT("Grüße, 世界, 🙂 – a longer run of clean text"),
		"Grüße, 世界, 🙂 – a longer run of clean text" },
};

static void escapes_as_postgresql_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char got[64 * ESCAPE_MOST];
		char *end = escape_to(got, cases[i].text);
		expect_text(cases[i].json, (struct str){ got, (size_t)(end - got) }, cases[i].json);
	}
}

/* Every byte at every place of texts of up to 20 bytes, against the rule spelled out byte by byte. */
static void every_byte_everywhere(void **state)
{
	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		for (size_t length = 1; length <= 20; length++) {
			for (size_t at = 0; at < length; at++) {
				char text[20];
				memset(text, 0x9f, sizeof text);
				text[at] = (char)byte;
				char got[20 * ESCAPE_MOST];
				size_t n = (size_t)(escape_to(got, (struct str){ text, length }) - got);
				bool stays = byte >= 0x20 && byte != '"' && byte != '\\';
				bool is_short = byte == '"' || byte == '\\' || (byte >= 8 && byte <= 13 && byte != 11);
				assert_int_equal(n, length + (stays ? 0 : is_short ? 1 : 5));
				assert_memory_equal(got, text, at);
				assert_memory_equal(got + n - (length - at - 1), text + at + 1, length - at - 1);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_as_postgresql_does),
		cmocka_unit_test(every_byte_everywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
