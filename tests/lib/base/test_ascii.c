/* ASCII characters and their kinds; hexadecimal digits.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include "base/ascii.h"
#include "base/hex.h"

static void kinds(void **state)
{
	(void)state;
	static const struct {
		int c;
		bool digit, letter;
		char lower;
		int hex;
	} rows[] = {
		{ '0', true, false, '0', 0 },
		{ '9', true, false, '9', 9 },
		{ '/', false, false, '/', -1 },
		{ ':', false, false, ':', -1 },
		{ 'A', false, true, 'a', 10 },
		{ 'F', false, true, 'f', 15 },
		{ 'G', false, true, 'g', -1 },
		{ 'Z', false, true, 'z', -1 },
		{ '@', false, false, '@', -1 },
		{ '[', false, false, '[', -1 },
		{ 'a', false, true, 'a', 10 },
		{ 'f', false, true, 'f', 15 },
		{ 'z', false, true, 'z', -1 },
		{ '`', false, false, '`', -1 },
		{ '{', false, false, '{', -1 },
		{ 0x10, false, false, 0x10, -1 }, /* '0' but for one bit */
		{ 0, false, false, 0, -1 },
		{ (char)0xc3, false, false, (char)0xc3, -1 },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char row[2] = { (char)rows[i].c };
		expect_int(row, ascii_is_digit(rows[i].c), rows[i].digit);
		expect_int(row, ascii_is_letter(rows[i].c), rows[i].letter);
		expect_int(row, ascii_is_alnum(rows[i].c), rows[i].digit || rows[i].letter);
		expect_int(row, ascii_lower((char)rows[i].c), rows[i].lower);
		expect_int(row, hex_digit((char)rows[i].c), rows[i].hex);
	}
	expect_int("the end", ascii_is_alnum(-1), false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
