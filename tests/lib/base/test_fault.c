/* Faults: filled by one call, false to return.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/fault.h"

static void filling_replaces_what_was_there(void **state)
{
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	struct fault f = { .http_status = 500, .hint = STR_INIT("old"), .retry_after = 3 };
	assert_false(fault_set(&f, 404, "PGRST205", STR("no such table")));
	assert_int_equal(f.http_status, 404);
	expect_text("code", f.code, "PGRST205");
	expect_text("message", f.message, "no such table");
	expect_text("details", f.details, NULL);
	expect_text("hint", f.hint, NULL);
	assert_int_equal(f.retry_after, 0);
	assert_false(fault_details(&f, STR("d")));
	assert_false(fault_hint(&f, STR("h")));
	expect_text("details", f.details, "d");
	expect_text("hint", f.hint, "h");
	assert_false(fault_printf(&f, a, 400, "PGRST100", "at %d: %s", 7, "x"));
	expect_text("message", f.message, "at 7: x");
	expect_text("details", f.details, NULL);
	arena_free(a);
}

static void clocks_go_on(void **state)
{
	(void)state;
	int64_t before = clock_monotonic_us();
	assert_true(clock_monotonic_us() >= before);
	assert_true(clock_wall_s() > 1600000000);
	assert_in_range(clock_wall_us() / 1000000 - clock_wall_s() + 1, 0, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filling_replaces_what_was_there),
		cmocka_unit_test(clocks_go_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
