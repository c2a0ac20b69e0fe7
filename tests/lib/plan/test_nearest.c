/* The nearest name to one that was not found.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include <string.h>

#include "plan/nearest.h"

static void names(void **state)
{
	(void)state;
	static const struct {
		const char *wanted, *candidates[4];
		double least;
		const char *want;
	} rows[] = {
		{ "items", { "orders", "items2", "item" }, 0.75, "items2" },
		{ "Items", { "items" }, 0.75, "items" },
		{ "item", { "items", "itemz" }, 0.75, "items" },
		{ "ite", { "items" }, 0.75, NULL },
		{ "abcd", { "abcx" }, 0.75, "abcx" },
		{ "abcd", { "abxx" }, 0.75, NULL },
		{ "", { "a", "" }, 0.75, NULL },
		{ "addresses", { "directors", "technical", "roles" }, 0.33, "roles" }, /* es- */
		{ "addresses", { "directors", "technical" }, 0.33, "directors" },      /* no three, but re and s- */
		{ "ab", { "xbx" }, 0.33, NULL },
		{ "role", { "rolex", "roles", "role" }, 0.33, "role" },
		{ "Role", { "role", "Rolf" }, 0.33, "role" },
		{ "a_b_c", { "abc" }, 0.33, "abc" },
		{ "actors", { "directors", "actions" }, 0.33, "actions" },
		{ "(val, param)", { "(attr, id)", "(name, param, val)" }, 0.33, "(name, param, val)" },
		{ "(noclosealternative)", { "(attr, id)", "(name, param, val)" }, 0.33, NULL },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct nearest n = nearest_of(str_of(rows[i].wanted), rows[i].least);
		for (size_t j = 0; j < 4 && rows[i].candidates[j]; j++)
			nearest_offer(&n, str_of(rows[i].candidates[j]));
		expect_text(rows[i].wanted, n.best, rows[i].want);
	}
}

static void long_names(void **state)
{
	(void)state;
	static char text[100000];
	memset(text, 'a', sizeof text);
	struct nearest n = nearest_of((struct str){ text, 512 }, 0.75);
	nearest_offer(&n, (struct str){ text, 511 });
	assert_int_equal(n.best.n, 511);
	n = nearest_of((struct str){ text, sizeof text }, 0.75);
	nearest_offer(&n, (struct str){ text, sizeof text - 1 });
	assert_null(n.best.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(names), cmocka_unit_test(long_names) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
