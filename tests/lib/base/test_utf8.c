/* UTF-8: which sequences are well-formed, code points there and back, and cuts between characters.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include "base/utf8.h"

static void lengths(void **state)
{
	(void)state;
	static const struct {
		const char *row;
		struct str bytes;
		size_t length;
	} rows[] = {
		{ "nothing", STR_INIT(""), 0 },
		{ "absent", { NULL, 0 }, 0 },
		{ "NUL", { "\0", 1 }, 1 },
		{ "ASCII and more", STR_INIT("ab"), 1 },
		{ "U+007F", STR_INIT("\x7f"), 1 },
		{ "lone tail", STR_INIT("\x80"), 0 },
		{ "overlong 2 bytes", STR_INIT("\xc1\xbf"), 0 },
		{ "U+0080", STR_INIT("\xc2\x80"), 2 },
		{ "U+07FF and more", STR_INIT("\xdf\xbf!"), 2 },
		{ "second byte no tail", STR_INIT("\xc3("), 0 },
		{ "overlong 3 bytes", STR_INIT("\xe0\x9f\xbf"), 0 },
		{ "U+0800", STR_INIT("\xe0\xa0\x80"), 3 },
		{ "U+D7FF", STR_INIT("\xed\x9f\xbf"), 3 },
		{ "surrogate U+D800", STR_INIT("\xed\xa0\x80"), 0 },
		{ "U+E000", STR_INIT("\xee\x80\x80"), 3 },
		{ "U+FFFF", STR_INIT("\xef\xbf\xbf"), 3 },
		{ "third byte no tail", STR_INIT("\xe2\x82("), 0 },
		{ "overlong 4 bytes", STR_INIT("\xf0\x8f\xbf\xbf"), 0 },
		{ "U+10000", STR_INIT("\xf0\x90\x80\x80"), 4 },
		{ "fourth byte no tail", STR_INIT("\xf0\x9f\x98("), 0 },
		{ "U+10FFFF", STR_INIT("\xf4\x8f\xbf\xbf"), 4 },
		{ "U+110000", STR_INIT("\xf4\x90\x80\x80"), 0 },
		{ "F5", STR_INIT("\xf5\x80\x80\x80"), 0 },
		{ "cut 2", STR_INIT("\xc3"), 0 },
		{ "cut 3", STR_INIT("\xe2\x82"), 0 },
		{ "cut 4", STR_INIT("\xf0\x9f\x98"), 0 },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		expect_int(rows[i].row, (int64_t)utf8_length(rows[i].bytes), (int64_t)rows[i].length);
}

static void code_points(void **state)
{
	(void)state;
	static const struct {
		uint32_t code;
		const char *bytes;
	} rows[] = {
		{ 1, "\x01" },
		{ 0x7f, "\x7f" },
		{ 0x80, "\xc2\x80" },
		{ 0x7ff, "\xdf\xbf" },
		{ 0x800, "\xe0\xa0\x80" },
		{ 0x20ac, "\xe2\x82\xac" },
		{ 0xffff, "\xef\xbf\xbf" },
		{ 0x10000, "\xf0\x90\x80\x80" },
		{ 0x1f600, "\xf0\x9f\x98\x80" },
		{ 0x10ffff, "\xf4\x8f\xbf\xbf" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char to[UTF8_MOST];
		struct str got = { to, utf8_encode(to, rows[i].code) };
		expect_text(rows[i].bytes, got, rows[i].bytes);
		expect_int(rows[i].bytes, utf8_decode(got), rows[i].code);
		expect_int(rows[i].bytes, (int64_t)utf8_length(got), (int64_t)got.n);
		expect_int(rows[i].bytes, (int64_t)utf8_step(got), (int64_t)got.n);
	}
	expect_int("what follows is left alone", utf8_decode(STR("\xc3\xa4\xc3\xb6")), 0xe4);
	expect_int("cut", utf8_decode(STR("\xe2\x82")), 0x82);
	expect_int("lone tails", (int64_t)utf8_step(STR("\x80\x80!")), 2);
}

static void cutting(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t characters, max;
		const char *cut;
	} rows[] = {
		{ "", 0, 4, "" },
		{ "abc", 3, 0, "" },
		{ "abc", 3, 2, "ab" },
		{ "abc", 3, 9, "abc" },
		{ "\xc3\xa4\xc3\xb6", 2, 4, "\xc3\xa4\xc3\xb6" },
		{ "\xc3\xa4\xc3\xb6", 2, 3, "\xc3\xa4" },
		{ "\xc3\xa4\xc3\xb6", 2, 2, "\xc3\xa4" },
		{ "\xc3\xa4\xc3\xb6", 2, 1, "" },
		{ "a\xf0\x9f\x98\x80", 2, 4, "a" },
		{ "\x80\x80", 0, 1, "" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		expect_int(rows[i].text, (int64_t)utf8_count(str_of(rows[i].text)), (int64_t)rows[i].characters);
		expect_text(rows[i].text, utf8_cut(str_of(rows[i].text), rows[i].max), rows[i].cut);
	}
	expect_text("absent", utf8_cut(STR_NONE, 4), NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lengths),
		cmocka_unit_test(code_points),
		cmocka_unit_test(cutting),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
