/* Spools: what goes in comes out, whatever the sizes, in memory and through the file.
 * SPDX-License-Identifier: MIT */
#include "reply/spool.h"

#include <errno.h>
#include <fcntl.h>

#include "../expect.h"
#include "base/buf.h"

#define TEMPORARY STR("/tmp")

static bool collect(void *arg, struct str piece)
{
	buf_put(arg, piece);
	return true;
}

/* The same bytes whatever way they went in: byte i of the whole is i modulo a prime. */
static char byte_at(int64_t i)
{
	return (char)(i % 251);
}

static void put(struct spool *s, struct arena *a, size_t n)
{
	char *piece = arena_bytes(a, n);
	for (size_t i = 0; i < n; i++)
		piece[i] = byte_at(spool_length(s) + (int64_t)i);
	spool_put(s, (struct str){ piece, n });
}

static void put_by_reserve(struct spool *s, size_t n)
{
	char *to = spool_room(s, n);
	assert_non_null(to);
	for (size_t i = 0; i < n; i++)
		to[i] = byte_at(spool_length(s) + (int64_t)i);
	s->n += n;
}

static void assert_whole(struct spool *s, struct arena *a, int64_t length)
{
	assert_false(spool_broken(s));
	assert_int_equal(spool_length(s), length);
	for (int again = 0; again < 2; again++) {
		struct buf got = buf_new(a, 1 << 24);
		assert_true(spool_drain(s, collect, &got));
		assert_int_equal(got.n, length);
		for (size_t i = 0; i < got.n; i++)
			assert_int_equal(got.p[i], byte_at((int64_t)i));
	}
}

static const struct {
	size_t buffer, piece, count;
	bool file;
} ways[] = {
	{ 4096, 0, 1, false },
	{ 4096, 1, 1, false },
	{ 4096, 1, 4096, false },
	{ 4096, 1, 4097, true },
	{ 4096, 4096, 1, false },
	{ 4096, 4097, 1, true },
	{ 4096, 1000, 4, false },
	{ 4096, 1000, 5, true },
	{ 10000, 300, 33, false },
	{ 10000, 300, 34, true },
	{ 100000, 70000, 9, true },
	{ 1 << 20, 999, 1000, false },
	{ 0, 4096, 1, false },
	{ 65536, 1 << 20, 3, true },
};

static void keeps_every_byte(void **state)
{
	struct arena *a = *state;
	for (size_t i = 0; i < COUNT_OF(ways); i++) {
		struct spool s = spool_new(a, ways[i].buffer, TEMPORARY, 1 << 24);
		for (size_t k = 0; k < ways[i].count; k++)
			put(&s, a, ways[i].piece);
		assert_int_equal(s.fd >= 0, ways[i].file);
		assert_whole(&s, a, (int64_t)(ways[i].piece * ways[i].count));
		arena_reset(a);
	}
}

static void keeps_what_is_written_in_place(void **state)
{
	struct arena *a = *state;
	struct spool s = spool_new(a, 9000, TEMPORARY, 1 << 24);
	int64_t length = 0;
	for (size_t n = 1; n < 3000; n += 7) {
		put_by_reserve(&s, n);
		put(&s, a, 11);
		length += (int64_t)n + 11;
	}
	assert_whole(&s, a, length);
}

static void stops_at_its_maximum(void **state)
{
	struct spool s = spool_new(*state, 4096, TEMPORARY, 6000);
	put(&s, *state, 6000);
	assert_false(spool_broken(&s));
	put(&s, *state, 1);
	assert_true(spool_broken(&s));
	assert_true(s.overflow);
	assert_false(s.failed);
	struct buf got = buf_new(*state, 1 << 20);
	assert_false(spool_drain(&s, collect, &got));
	spool_clear(&s);
	put(&s, *state, 5000);
	assert_whole(&s, *state, 5000);
}

static void tells_that_the_file_cannot_be_made(void **state)
{
	struct spool s = spool_new(*state, 4096, STR("/nowhere/at/all"), 1 << 20);
	put(&s, *state, 5000);
	assert_true(spool_broken(&s));
	assert_int_equal(s.error, ENOENT);
	put(&s, *state, 10);
	assert_null(spool_reserve(&s, SPOOL_RESERVE_MOST));

	struct spool fileless = spool_new(*state, 4096, STR_NONE, 1 << 20);
	put(&fileless, *state, 5000);
	assert_true(spool_broken(&fileless));
}

static void holds_an_answer_made_in_one_piece(void **state)
{
	struct spool empty = spool_of(*state, STR(""));
	assert_whole(&empty, *state, 0);
	struct spool s = spool_of(*state, STR("{}"));
	struct buf got = buf_new(*state, 100);
	assert_true(spool_drain(&s, collect, &got));
	assert_true(str_eq(buf_str(&got), STR("{}")));
	assert_int_equal(s.fd, -1);
}

static void closes_its_file_with_the_arena(void **state)
{
	struct spool s = spool_new(*state, 4096, TEMPORARY, 1 << 20);
	put(&s, *state, 5000);
	int fd = s.fd;
	assert_true(fcntl(fd, F_GETFD) >= 0);
	arena_reset(*state);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static int set_up(void **state)
{
	*state = arena_new(1 << 28);
	return 0;
}

static int tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keeps_every_byte, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keeps_what_is_written_in_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(stops_at_its_maximum, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tells_that_the_file_cannot_be_made, set_up, tear_down),
		cmocka_unit_test_setup_teardown(holds_an_answer_made_in_one_piece, set_up, tear_down),
		cmocka_unit_test_setup_teardown(closes_its_file_with_the_arena, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
