/* What the master reads from the board is what the workers wrote on it, across processes.
 * SPDX-License-Identifier: MIT */
#include "../../lib/expect.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/process/board.h"
#include "base/clock.h"

static bool poked(const struct board *b)
{
	struct pollfd p = { .fd = board_fd(b), .events = POLLIN };
	return poll(&p, 1, 0) == 1;
}

static void slow_since_the_last_turned_slow(void **state)
{
	(void)state;
	struct board *b = board_new(4);
	expect_int("nobody there", board_all_slow_since_us(b), 0);
	board_take(b, 1);
	board_take(b, 3);
	expect_int("nobody slow", board_all_slow_since_us(b), 0);
	board_slow(b, 1);
	assert_true(poked(b));
	board_listen(b);
	assert_false(poked(b));
	expect_int("one of two", board_all_slow_since_us(b), 0);
	int64_t before = clock_monotonic_us();
	board_slow(b, 3);
	assert_true(board_all_slow_since_us(b) >= before);
	assert_true(board_is_slow(b, 1) && board_is_slow(b, 3));
	board_done(b, 1);
	assert_false(board_is_slow(b, 1));
	expect_int("one is done", board_all_slow_since_us(b), 0);
	board_leave(b, 1);
	assert_true(board_all_slow_since_us(b) >= before);
	board_take(b, 3);
	expect_int("a successor is not slow", board_all_slow_since_us(b), 0);
	board_free(b);
}

static void who_has_a_connection_to_spare(void **state)
{
	(void)state;
	struct board *b = board_new(3);
	board_take(b, 0);
	board_take(b, 1);
	expect_int("nobody connected", (int64_t)board_available(b), 0);
	board_connected(b, 0, true);
	board_connected(b, 1, true);
	expect_int("both", (int64_t)board_available(b), 2);
	board_slow(b, 1);
	expect_int("one waits", (int64_t)board_available(b), 1);
	board_connected(b, 0, false);
	expect_int("the other has lost it", (int64_t)board_available(b), 0);
	board_done(b, 1);
	board_leave(b, 1);
	expect_int("one has left", (int64_t)board_available(b), 0);
	board_take(b, 1);
	expect_int("a successor has none", (int64_t)board_available(b), 0);
	board_free(b);
}

static void counts_outlive_who_counted(void **state)
{
	(void)state;
	struct board *b = board_new(2);
	for (size_t i = 1; i <= 3; i++) {
		pid_t pid = fork();
		if (pid == 0) {
			board_add(b, BOARD_JWT_HITS, i);
			board_add(b, BOARD_JWT_EVICTIONS, 0);
			_exit(0);
		}
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
	expect_int("hits", (int64_t)board_total(b, BOARD_JWT_HITS), 6);
	expect_int("evictions", (int64_t)board_total(b, BOARD_JWT_EVICTIONS), 0);
	board_free(b);
}

static void who_is_parting_is_no_worker(void **state)
{
	(void)state;
	struct board *b = board_new(2);
	board_take(b, 0);
	board_take(b, 1);
	board_slow(b, 0);
	board_database(b, 1, false);
	board_listen(b);
	assert_false(board_is_parting(b, 1));
	board_parting(b, 1);
	assert_true(poked(b) && board_is_parting(b, 1));
	assert_true(board_all_slow_since_us(b) > 0);
	assert_true(board_database_up(b));
	board_leave(b, 1);
	board_take(b, 1);
	assert_false(board_is_parting(b, 1));
	expect_int("a successor is", board_all_slow_since_us(b), 0);
	board_free(b);
}

static void a_process_tells_another(void **state)
{
	(void)state;
	struct board *b = board_new(2);
	board_take(b, 0);
	pid_t pid = fork();
	if (pid == 0) {
		board_slow(b, 0);
		board_database(b, 0, false);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_true(poked(b) && board_is_slow(b, 0));
	assert_false(board_database_up(b));
	board_leave(b, 0);
	assert_true(board_database_up(b));
	board_take(b, 0);
	assert_true(board_database_up(b));
	board_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slow_since_the_last_turned_slow), cmocka_unit_test(a_process_tells_another),
		cmocka_unit_test(who_is_parting_is_no_worker), cmocka_unit_test(who_has_a_connection_to_spare),
		cmocka_unit_test(counts_outlive_who_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
