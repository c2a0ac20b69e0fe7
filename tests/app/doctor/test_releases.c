/* Which versions of PostgreSQL have known holes, and which have ended.
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/doctor/releases.h"
#include "base/arena.h"

static const struct {
	int version;
	const char *hole; /* how what is said begins, or NULL */
	const char *today;
	const char *ended;
} rows[] = {
	{ 130000, "13.23 closes", "2025-11-13", NULL },
	{ 130023, NULL, "2025-11-14", "2025-11-13" },
	{ 140023, "14.24 closes CVE-", "2026-11-12", NULL },
	{ 140024, NULL, "2026-11-13", "2026-11-12" },
	{ 150018, "15.19 closes CVE-", "2026-12-01", NULL },
	{ 150019, NULL, "2027-11-12", "2027-11-11" },
	{ 150020, NULL, "2026-12-01", NULL },
	{ 160014, "16.15 closes CVE-", "2026-12-01", NULL },
	{ 170011, NULL, "2026-12-01", NULL },
	{ 180005, "18.6 closes CVE-", "2026-12-01", NULL },
	{ 180006, NULL, "2030-11-15", "2030-11-14" },
	{ 190000, NULL, "2040-01-01", NULL }, /* not known */
	{ 90624, NULL, "2040-01-01", NULL },
};

static void test_releases(void **state)
{
	struct arena *a = arena_new(1 << 16);
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct str hole = releases_hole(rows[i].version, a);
		struct str ended = releases_ended(rows[i].version, str_of(rows[i].today));
		assert_int_equal(hole.p != NULL, rows[i].hole != NULL);
		assert_true(!hole.p || str_starts(hole, str_of(rows[i].hole)));
		assert_true(rows[i].ended ? str_eq(ended, str_of(rows[i].ended)) : !ended.p);
	}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_releases) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
