/* What the master reads from the scoreboard is what the workers wrote on it, across processes.
 * SPDX-License-Identifier: MIT */
#include "../../lib/expect.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/process/scoreboard.h"
#include "base/clock.h"

static bool poked(const struct scoreboard *b)
{
	struct pollfd p = { .fd = scoreboard_fd(b), .events = POLLIN };
	return poll(&p, 1, 0) == 1;
}

static void slow_since_the_last_turned_slow(void **state)
{
	(void)state;
	struct scoreboard *b = scoreboard_new(4);
	expect_int("nobody there", scoreboard_all_slow_since_us(b), 0);
	scoreboard_take(b, 1);
	scoreboard_take(b, 3);
	expect_int("nobody slow", scoreboard_all_slow_since_us(b), 0);
	scoreboard_slow(b, 1);
	assert_true(poked(b));
	scoreboard_listen(b);
	assert_false(poked(b));
	expect_int("one of two", scoreboard_all_slow_since_us(b), 0);
	int64_t before = clock_monotonic_us();
	scoreboard_slow(b, 3);
	assert_true(scoreboard_all_slow_since_us(b) >= before);
	assert_true(scoreboard_is_slow(b, 1) && scoreboard_is_slow(b, 3));
	scoreboard_done(b, 1);
	assert_false(scoreboard_is_slow(b, 1));
	expect_int("one is done", scoreboard_all_slow_since_us(b), 0);
	scoreboard_leave(b, 1);
	assert_true(scoreboard_all_slow_since_us(b) >= before);
	scoreboard_take(b, 3);
	expect_int("a successor is not slow", scoreboard_all_slow_since_us(b), 0);
	scoreboard_free(b);
}

static void who_has_a_connection_to_spare(void **state)
{
	(void)state;
	struct scoreboard *b = scoreboard_new(3);
	scoreboard_take(b, 0);
	scoreboard_take(b, 1);
	expect_int("nobody connected", (int64_t)scoreboard_available(b), 0);
	scoreboard_connected(b, 0, true);
	scoreboard_connected(b, 1, true);
	expect_int("both", (int64_t)scoreboard_available(b), 2);
	scoreboard_slow(b, 1);
	expect_int("one waits", (int64_t)scoreboard_available(b), 1);
	scoreboard_connected(b, 0, false);
	expect_int("the other has lost it", (int64_t)scoreboard_available(b), 0);
	scoreboard_done(b, 1);
	scoreboard_leave(b, 1);
	expect_int("one has left", (int64_t)scoreboard_available(b), 0);
	scoreboard_take(b, 1);
	expect_int("a successor has none", (int64_t)scoreboard_available(b), 0);
	scoreboard_free(b);
}

static void counts_outlive_who_counted(void **state)
{
	(void)state;
	struct scoreboard *b = scoreboard_new(2);
	for (size_t i = 1; i <= 3; i++) {
		pid_t pid = fork();
		if (pid == 0) {
			scoreboard_add(b, SCOREBOARD_JWT_HITS, i);
			scoreboard_add(b, SCOREBOARD_JWT_EVICTIONS, 0);
			_exit(0);
		}
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
	expect_int("hits", (int64_t)scoreboard_total(b, SCOREBOARD_JWT_HITS), 6);
	expect_int("evictions", (int64_t)scoreboard_total(b, SCOREBOARD_JWT_EVICTIONS), 0);
	scoreboard_free(b);
}

static void who_is_parting_is_no_worker(void **state)
{
	(void)state;
	struct scoreboard *b = scoreboard_new(2);
	scoreboard_take(b, 0);
	scoreboard_take(b, 1);
	scoreboard_slow(b, 0);
	scoreboard_database(b, 1, false);
	scoreboard_listen(b);
	assert_false(scoreboard_is_parting(b, 1));
	scoreboard_parting(b, 1);
	assert_true(poked(b) && scoreboard_is_parting(b, 1));
	assert_true(scoreboard_all_slow_since_us(b) > 0);
	assert_true(scoreboard_database_up(b));
	scoreboard_leave(b, 1);
	scoreboard_take(b, 1);
	assert_false(scoreboard_is_parting(b, 1));
	expect_int("a successor is", scoreboard_all_slow_since_us(b), 0);
	scoreboard_free(b);
}

static void a_process_tells_another(void **state)
{
	(void)state;
	struct scoreboard *b = scoreboard_new(2);
	scoreboard_take(b, 0);
	pid_t pid = fork();
	if (pid == 0) {
		scoreboard_slow(b, 0);
		scoreboard_database(b, 0, false);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_true(poked(b) && scoreboard_is_slow(b, 0));
	assert_false(scoreboard_database_up(b));
	scoreboard_leave(b, 0);
	assert_true(scoreboard_database_up(b));
	scoreboard_take(b, 0);
	assert_true(scoreboard_database_up(b));
	scoreboard_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slow_since_the_last_turned_slow),
		cmocka_unit_test(a_process_tells_another),
		cmocka_unit_test(who_is_parting_is_no_worker),
		cmocka_unit_test(who_has_a_connection_to_spare),
		cmocka_unit_test(counts_outlive_who_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
