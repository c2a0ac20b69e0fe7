/* What may stand as a language tag.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include "base/language.h"

static void tags(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
		{ "de", true },
		{ "de-AT-1996", true },
		{ "x-12345678901234567890123456789012-", true },
		{ "x-12345678901234567890123456789012-a", false },
		{ "", false },
		{ NULL, false },
		{ "..", false },
		{ "de/en", false },
		{ "de_AT", false },
		{ "de\r\nX: y", false },
		{ "\xc3\xa4", false },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		expect_int(rows[i].text ? rows[i].text : "absent", language_is_tag(str_of(rows[i].text)), rows[i].good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tags),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
