/* Buffers: growth, the two limits, the sticky overflow.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include "base/arena.h"
#include "base/buf.h"

static void appends_of_every_kind(void **state)
{
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	struct buf b = buf_new(a, 1000);
	assert_non_null(buf_str(&b).p);
	assert_int_equal(buf_str(&b).n, 0);
	buf_lit(&b, "x=");
	buf_u64(&b, 0);
	buf_char(&b, ',');
	buf_u64(&b, UINT64_MAX);
	buf_char(&b, ',');
	buf_i64(&b, INT64_MIN);
	buf_put(&b, STR_NONE);
	buf_printf(&b, " %s %d", "text", -5);
	expect_text("all", buf_str(&b), "x=0,18446744073709551615,-9223372036854775808 text -5");
	buf_printf(&b, "%300d", 1);
	assert_int_equal(b.n, 53 + 300);
	assert_false(b.overflow);
	arena_free(a);
}

static void refuses_to_pass_its_maximum(void **state)
{
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	struct buf b = buf_new(a, 5);
	buf_lit(&b, "abc");
	buf_lit(&b, "def");
	assert_true(b.overflow);
	buf_char(&b, 'd');
	assert_null(buf_reserve(&b, 0));
	expect_text("nothing after the overflow", buf_str(&b), "abc");
	assert_false(arena_overflowed(a));

	b = buf_new(a, 5);
	buf_printf(&b, "%s", "abcde");
	expect_text("exactly the maximum", buf_str(&b), "abcde");
	assert_false(b.overflow);
	assert_null(buf_reserve(&b, SIZE_MAX));
	assert_true(b.overflow);
	arena_free(a);
}

static void refuses_to_pass_the_ceiling_of_its_arena(void **state)
{
	(void)state;
	struct arena *a = arena_new(200);
	struct buf b = buf_new(a, 100000);
	for (int i = 0; i < 1000 && !b.overflow; i++)
		buf_char(&b, 'x');
	assert_true(b.overflow);
	assert_true(arena_overflowed(a));
	assert_in_range(b.n, 100, 200);
	assert_in_range(arena_used(a), 0, 200);
	arena_free(a);
}

static void one_megabyte_in_small_steps(void **state)
{
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	struct buf b = buf_new(a, 1 << 20);
	struct buf other = buf_new(a, 1 << 20);
	for (int i = 0; i < 1 << 16; i++) {
		buf_lit(&b, "0123456789abcdef");
		buf_char(&other, 'x');
	}
	assert_false(b.overflow);
	assert_int_equal(b.n, 1 << 20);
	assert_memory_equal(b.p + b.n - 4, "cdef", 4);
	assert_in_range(arena_used(a), 1 << 20, 4 << 20);
	buf_char(&b, 'y');
	assert_true(b.overflow);
	arena_free(a);
}

/* Growing by what is needed, again and again, would copy the whole each time. */
static void grows_in_few_steps_near_its_limits(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);
	struct buf b = buf_new(a, 100001);
	for (int i = 0; i < 100001; i++) {
		buf_char(&b, 'x');
		if (i % 1000 == 0)
			arena_alloc(a, 1); /* so that it cannot grow in place */
	}
	assert_false(b.overflow);
	assert_true(arena_used(a) < 400000);
	b = buf_new(a, SIZE_MAX);
	while (!b.overflow)
		buf_lit(&b, "12345678");
	assert_true(b.n > 200000);
	arena_free(a);
}

static void over_memory_of_the_caller(void **state)
{
	(void)state;
	char memory[4];
	struct buf b = buf_over(memory, sizeof memory);
	buf_lit(&b, "abcd");
	expect_text("full", buf_str(&b), "abcd");
	buf_char(&b, 'e');
	assert_true(b.overflow);
	b = buf_over(memory, sizeof memory);
	buf_printf(&b, "%300d", 1);
	assert_true(b.overflow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends_of_every_kind),
		cmocka_unit_test(refuses_to_pass_its_maximum),
		cmocka_unit_test(refuses_to_pass_the_ceiling_of_its_arena),
		cmocka_unit_test(one_megabyte_in_small_steps),
		cmocka_unit_test(grows_in_few_steps_near_its_limits),
		cmocka_unit_test(over_memory_of_the_caller),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
