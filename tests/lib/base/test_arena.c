/* Arenas: alignment, ceiling, sticky overflow, order of clean-ups, wiping.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include <string.h>

#include "base/arena.h"

static void gives_zeroed_aligned_memory(void **state)
{
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	static const size_t sizes[] = { 0, 1, 7, 16, 33, 1000, 9000, 40000, 200000, 3 };
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		char *p = arena_alloc(a, sizes[i]);
		assert_non_null(p);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t k = 0; k < sizes[i]; k++)
			assert_int_equal(p[k], 0);
		memset(p, 'x', sizes[i]);
		memset(arena_bytes(a, 3), 'y', 3);
	}
	int *numbers = arena_make_array(a, int, 5);
	assert_int_equal(numbers[4], 0);
	assert_non_null(arena_bytes(a, 0));
	arena_free(a);
	arena_free(NULL);
}

static void crossing_the_ceiling_sticks_until_the_reset(void **state)
{
	(void)state;
	struct arena *a = arena_new(100);
	assert_int_equal(arena_left(a), 100);
	arena_bytes(a, 100);
	assert_int_equal(arena_used(a), 100);
	assert_int_equal(arena_left(a), 0);
	assert_false(arena_overflowed(a));
	assert_non_null(arena_bytes(a, 1));
	assert_true(arena_overflowed(a));
	assert_int_equal(arena_left(a), 0);
	arena_reset(a);
	assert_false(arena_overflowed(a));
	assert_int_equal(arena_left(a), 100);
	arena_mark_overflow(a);
	assert_true(arena_overflowed(a));
	arena_free(a);
}

struct trace {
	char text[8];
	struct arena *arena;
};

static void note_a(void *arg)
{
	strcat(((struct trace *)arg)->text, "a");
}

static void note_b(void *arg)
{
	strcat(((struct trace *)arg)->text, "b");
}

static void note_c_and_register(void *arg)
{
	struct trace *trace = arg;
	strcat(trace->text, "c");
	arena_on_reset(trace->arena, note_a, trace);
}

static void clean_ups_run_latest_first_and_once(void **state)
{
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	struct trace trace = { .arena = a };
	arena_on_reset(a, note_a, &trace);
	arena_on_reset(a, note_b, &trace);
	arena_on_reset(a, note_c_and_register, &trace);
	assert_string_equal(trace.text, "");
	arena_reset(a);
	assert_string_equal(trace.text, "caba");
	arena_reset(a);
	assert_string_equal(trace.text, "caba");
	arena_on_reset(a, note_b, &trace);
	arena_free(a);
	assert_string_equal(trace.text, "cabab");
}

static void a_reset_wipes_what_was_used(void **state)
{
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	char *secret = arena_bytes(a, 16);
	memcpy(secret, "correct horse...", 16);
	arena_reset(a);
	char *same = arena_bytes(a, 16);
	assert_ptr_equal(same, secret);
	for (size_t i = 0; i < 16; i++)
		assert_int_equal(same[i], 0);
	arena_free(a);
}

static void regrowing_is_in_place_only_for_the_last(void **state)
{
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	char *p = arena_bytes(a, 4);
	memcpy(p, "abcd", 4);
	assert_ptr_equal(arena_regrow(a, p, 4, 8), p);
	assert_int_equal(arena_used(a), 8);
	arena_bytes(a, 1);
	char *moved = arena_regrow(a, p, 8, 16);
	assert_ptr_not_equal(moved, p);
	assert_memory_equal(moved, "abcd", 4);
	assert_ptr_equal(arena_regrow(a, moved, 16, 2), moved);
	char *big = arena_regrow(a, moved, 16, 300000);
	assert_memory_equal(big, "abcd", 4);
	big[299999] = 'z';
	assert_non_null(arena_regrow(a, NULL, 0, 10));
	arena_free(a);
}

/* Whether all bytes from p on are zero. */
static bool wiped(const char *p, size_t n)
{
	while (n && !p[n - 1])
		n--;
	return n == 0;
}

static void a_kept_block_is_wiped_and_used_again(void **state)
{
	(void)state;
	enum { KEEP = 1 << 20, LARGE = 100000 };
	struct arena *a = arena_new(SIZE_MAX);
	arena_keep(a, KEEP);
	arena_bytes(a, 100);
	assert_false(arena_keeps(a));
	char *p = arena_bytes(a, LARGE);
	memset(p, 's', LARGE);
	assert_true(arena_keeps(a));
	assert_ptr_equal(arena_regrow(a, p, LARGE, 5 * LARGE), p);
	memset(p, 's', 5 * LARGE);
	char *second = arena_bytes(a, LARGE);
	memset(second, 's', LARGE);
	assert_true(second > p && second < p + KEEP);
	/* What has no room there gets a block of its own. */
	memset(arena_bytes(a, KEEP), 's', KEEP);
	arena_reset(a);
	assert_ptr_equal(arena_bytes(a, 6 * LARGE), p);
	assert_true(wiped(p, 6 * LARGE));
	assert_int_equal(arena_used(a), 6 * LARGE);
	arena_reset(a);
	arena_rest(a);
	assert_false(arena_keeps(a));
	arena_free(a);
}

static void a_kept_block_that_is_rarely_used_is_given_back(void **state)
{
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	arena_keep(a, 1 << 20);
	for (int used = 0; used < 2; used++) {
		arena_bytes(a, 50000);
		arena_reset(a);
		for (int i = 1; i < ARENA_KEEP_RESETS; i++) {
			arena_bytes(a, 1000);
			arena_reset(a);
			assert_true(arena_keeps(a));
		}
	}
	arena_reset(a);
	assert_false(arena_keeps(a));
	arena_bytes(a, 50000);
	assert_true(arena_keeps(a));
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_zeroed_aligned_memory),
		cmocka_unit_test(crossing_the_ceiling_sticks_until_the_reset),
		cmocka_unit_test(clean_ups_run_latest_first_and_once),
		cmocka_unit_test(a_reset_wipes_what_was_used),
		cmocka_unit_test(regrowing_is_in_place_only_for_the_last),
		cmocka_unit_test(a_kept_block_is_wiped_and_used_again),
		cmocka_unit_test(a_kept_block_that_is_rarely_used_is_given_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
