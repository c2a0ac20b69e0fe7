/* The bookkeeping of prepared statements.
 * SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../expect.h"
#include "pg/names.h"

static struct name_key key_of(const char *role, const char *path, const char *sql)
{
	return (struct name_key){ str_of(role), str_of(path), str_of(sql) };
}

static struct name *use(struct names *n, const char *role, const char *sql)
{
	struct name_key key = key_of(role, "public", sql);

	return names_use(n, &key);
}

/* As after a flight in which Parse was answered. */
static void parse(struct names *n, const char *role, const char *sql)
{
	names_begin(n);
	names_parsed(use(n, role, sql));
}

static void the_key_is_role_path_and_sql(void **state)
{
	static const char *const keys[][3] = {
		{ "a", "p", "SELECT 1" },
		{ "b", "p", "SELECT 1" },
		{ "a", "q", "SELECT 1" },
		{ "a", "p", "SELECT 2" },
		{ "ap", "", "SELECT 1" },
		{ "", "ap", "SELECT 1" },
		{ "a", "p", "SELECT 1, 2, 3, 4, 5, 6" },
	};
	struct names *n = names_new(10, SIZE_MAX);

	(void)state;
	names_begin(n);
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		struct name_key key = key_of(keys[i][0], keys[i][1], keys[i][2]);
		struct name *x = names_use(n, &key);

		assert_int_equal(x->state, NAME_NEW);
		assert_ptr_equal(names_use(n, &key), x);
		expect_int("count", (int64_t)names_count(n), (int64_t)i + 1);
		names_parsed(x);
	}
	names_free(n);
}

static void names_are_lower_case_and_never_used_twice(void **state)
{
	struct names *n = names_new(2, SIZE_MAX);
	char first[20];

	(void)state;
	names_begin(n);
	strcpy(first, use(n, "a", "SELECT 1")->text);
	for (const char *c = first; *c; c++)
		assert_false(*c >= 'A' && *c <= 'Z');
	names_clear(n);
	assert_string_not_equal(use(n, "a", "SELECT 1")->text, first);
	names_free(n);
}

static void the_least_recently_used_is_doomed(void **state)
{
	struct names *n = names_new(3, SIZE_MAX);
	struct name *doomed;

	(void)state;
	parse(n, "a", "1");
	parse(n, "a", "2");
	parse(n, "a", "3");
	parse(n, "a", "1");
	assert_null(names_next_doomed(n, NULL));
	parse(n, "a", "4");
	doomed = names_next_doomed(n, NULL);
	assert_non_null(doomed);
	assert_string_equal(doomed->text, "rg2");
	assert_null(names_next_doomed(n, doomed));
	expect_int("living", (int64_t)names_count(n), 3);
	names_forget(n, doomed);
	assert_null(names_next_doomed(n, NULL));
	names_free(n);
}

static void what_a_flight_uses_is_not_evicted_by_it(void **state)
{
	struct names *n = names_new(2, SIZE_MAX);
	struct name *one, *two;

	(void)state;
	names_begin(n);
	one = use(n, "a", "1");
	two = use(n, "a", "2");
	assert_null(use(n, "a", "3"));
	names_parsed(one);
	names_parsed(two);
	assert_null(use(n, "a", "3"));
	names_begin(n);
	assert_non_null(use(n, "a", "3"));
	names_free(n);
}

static void a_name_whose_parse_failed_is_free_again(void **state)
{
	struct names *n = names_new(1, SIZE_MAX);

	(void)state;
	for (int i = 0; i < 100; i++) {
		names_begin(n);
		names_forget(n, use(n, "a", "1"));
		expect_int("living", (int64_t)names_count(n), 0);
	}
	assert_null(names_next_doomed(n, NULL));
	names_free(n);
}

/* Doomed names whose DEALLOCATE is never answered must not grow without bound: at last statements go unnamed. */
static void doomed_names_are_bounded(void **state)
{
	struct names *n = names_new(4, SIZE_MAX);
	char sql[20];
	int named = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct name *x;

		snprintf(sql, sizeof(sql), "%d", i);
		names_begin(n);
		x = use(n, "a", sql);
		if (x)
			names_parsed(x);
		named += x != NULL;
	}
	assert_true(named >= 4 && named < 100);
	names_clear(n);
	assert_non_null(use(n, "a", "1"));
	names_free(n);
}

static void no_capacity_keeps_nothing(void **state)
{
	struct names *n = names_new(0, SIZE_MAX);

	(void)state;
	names_begin(n);
	assert_null(use(n, "a", "1"));
	assert_null(names_next_doomed(n, NULL));
	names_free(n);
}

/* What there is to keep is bounded by the texts' bytes too, in any mixture. */
static void the_texts_are_bounded(void **state)
{
	static const struct {
		size_t limit, length, count, living;
	} rows[] = {
		{ 10000, 1000, 9, 9 },
		{ 10000, 1000, 500, 9 },
		{ 10000, 100, 500, 93 },
		{ 10000, 5000, 50, 1 },
		{ 4000, 5000, 50, 0 },
		{ 1000000, NAMES_TEXT_MAX, 500, 121 },
		{ 1000000, NAMES_TEXT_MAX + 1, 500, 0 },
	};
	char *sql = calloc(1, NAMES_TEXT_MAX + 2);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct names *n = names_new(1000, rows[i].limit);

		memset(sql, ' ', NAMES_TEXT_MAX + 1);
		sql[rows[i].length] = 0;
		for (size_t k = 0; k < rows[i].count; k++) {
			struct name *x;

			memcpy(sql, (char[]){ (char)('a' + k / 26), (char)('a' + k % 26) }, 2);
			names_begin(n);
			x = use(n, "a", sql);
			if (x)
				names_parsed(x);
			assert_true(names_bytes(n) <= rows[i].limit);
			for (struct name *d = names_next_doomed(n, NULL); d; d = names_next_doomed(n, NULL))
				names_forget(n, d);
		}
		expect_int("living", (int64_t)names_count(n), (int64_t)rows[i].living);
		names_clear(n);
		expect_int("bytes", (int64_t)names_bytes(n), 0);
		names_free(n);
	}
	free(sql);
}

/* A long text may push out many short ones, but no more than one flight can deallocate. */
static void what_is_pushed_out_is_bounded(void **state)
{
	struct names *n = names_new(1000, 10000);
	char sql[5001] = "";
	int doomed = 0, tries = 0;

	(void)state;
	for (int i = 0; i < 400; i++) {
		snprintf(sql, sizeof(sql), "%d", i);
		parse(n, "a", sql);
	}
	memset(sql, 'x', sizeof(sql) - 1);
	for (names_begin(n); !use(n, "a", sql); names_begin(n)) {
		doomed = 0;
		for (struct name *d = names_next_doomed(n, NULL); d; d = names_next_doomed(n, NULL)) {
			names_forget(n, d);
			doomed++;
		}
		expect_int("doomed at once", doomed, 16);
		assert_true(++tries < 100);
	}
	names_free(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_key_is_role_path_and_sql),
		cmocka_unit_test(names_are_lower_case_and_never_used_twice),
		cmocka_unit_test(the_least_recently_used_is_doomed),
		cmocka_unit_test(what_a_flight_uses_is_not_evicted_by_it),
		cmocka_unit_test(a_name_whose_parse_failed_is_free_again),
		cmocka_unit_test(doomed_names_are_bounded),
		cmocka_unit_test(no_capacity_keeps_nothing),
		cmocka_unit_test(the_texts_are_bounded),
		cmocka_unit_test(what_is_pushed_out_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
