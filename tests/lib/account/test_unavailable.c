/* The answer while accounts cannot be had.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include "account/unavailable.h"

static void replaces_what_was_there(void **state)
{
	(void)state;
	struct fault f = { .hint = STR("of another"), .retry_after = 30 };
	expect_int("result", account_unavailable(&f, 2), false);
	expect_int("status", f.http_status, 503);
	expect_text("code", f.code, "RGA10");
	expect_text("hint", f.hint, NULL);
	expect_int("Retry-After", f.retry_after, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(replaces_what_was_there) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
