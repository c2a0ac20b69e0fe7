/* Pauses double up to the longest and begin anew after a success.
 * SPDX-License-Identifier: MIT */
#include "../../lib/expect.h"

#include "app/serve/backoff.h"
#include "base/clock.h"

static void pauses_double_up_to_the_longest(void **state)
{
	(void)state;
	static const struct {
		const char *row;
		int64_t first_us, last_us, want_ms[11];
	} rows[] = {
		{ "as PostgREST's", 0, 0, { 100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 32000, 32000 } },
		{ "from a second", 1000000, 0, { 1000, 2000, 4000, 8000, 16000, 32000, 32000, 32000, 32000, 32000, 32000 } },
		{ "up to a second", 0, 1000000, { 100, 200, 400, 800, 1000, 1000, 1000, 1000, 1000, 1000, 1000 } },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct backoff b = { .first_us = rows[i].first_us, .last_us = rows[i].last_us };
		for (size_t n = 0; n < COUNT_OF(rows[i].want_ms); n++) {
			int64_t before = clock_monotonic_us();
			backoff_fail(&b);
			expect_int(rows[i].row, b.pause_us, rows[i].want_ms[n] * 1000);
			assert_true(b.at_us >= before + b.pause_us && b.at_us <= clock_monotonic_us() + b.pause_us);
		}
		backoff_succeed(&b);
		expect_int(rows[i].row, b.at_us, 0);
		backoff_fail(&b);
		expect_int(rows[i].row, b.pause_us, rows[i].want_ms[0] * 1000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(pauses_double_up_to_the_longest) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
