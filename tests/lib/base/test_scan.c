/* Takers: each advances only when it succeeds.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include "base/scan.h"

static void takers_chain(void **state)
{
	(void)state;
	struct scan s = scan_of(STR("max-age= 300;Path=/x"));
	struct str name, path;
	uint64_t age = 0;
	assert_true(scan_set(&s, "abcdefghijklmnopqrstuvwxyz-", 20, &name) && scan_char(&s, '='));
	expect_text("name", name, "max-age");
	assert_false(scan_u64(&s, &age));
	scan_blanks(&s);
	assert_int_equal(scan_at(&s), 9);
	assert_true(scan_u64(&s, &age) && scan_char(&s, ';'));
	assert_int_equal(age, 300);
	assert_false(scan_lit(&s, STR("path=")));
	assert_true(scan_lit_nocase(&s, STR("path=")));
	path = scan_until(&s, "; ");
	expect_text("path", path, "/x");
	assert_true(scan_done(&s));
	assert_int_equal(scan_peek(&s), -1);
	expect_text("until at the end", scan_until(&s, ";"), "");
	assert_false(scan_char(&s, '\0'));
	scan_blanks(&s);
	expect_text("rest at the end", scan_rest(&s), "");
}

static void a_failure_takes_nothing(void **state)
{
	(void)state;
	static const struct {
		const char *row, *input;
		size_t max;
		bool taken;
	} rows[] = {
		{ "up to max", "aaa", 3, true },
		{ "over max", "aaaa", 3, false },
		{ "none", "baa", 3, false },
		{ "empty", "", 3, false },
		{ "stops at another byte", "aab", 2, true },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct scan s = scan_of(str_of(rows[i].input));
		struct str out = STR("untouched");
		expect_int(rows[i].row, scan_set(&s, "a", rows[i].max, &out), rows[i].taken);
		expect_int(rows[i].row, scan_at(&s) > 0, rows[i].taken);
		if (!rows[i].taken)
			expect_text(rows[i].row, out, "untouched");
	}
	struct scan s = scan_of(STR("18446744073709551616"));
	uint64_t value = 7;
	assert_false(scan_u64(&s, &value));
	assert_int_equal(value, 7);
	assert_int_equal(scan_at(&s), 0);
}

static void nul_bytes_are_ordinary_bytes(void **state)
{
	(void)state;
	struct scan s = scan_of(STR("a\0b;"));
	assert_int_equal(scan_until(&s, ";").n, 3);
	s = scan_of(STR("\0"));
	assert_false(scan_set(&s, "abc", 5, NULL));
	assert_int_equal(scan_peek(&s), 0);
	assert_true(scan_char(&s, '\0'));
	s = scan_of(STR_NONE);
	assert_true(scan_done(&s));
	s = scan_of(STR("\xff"));
	assert_int_equal(scan_peek(&s), 255);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takers_chain),
		cmocka_unit_test(a_failure_takes_nothing),
		cmocka_unit_test(nul_bytes_are_ordinary_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
