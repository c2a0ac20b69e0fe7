/* Workers are started, replaced, restarted with pauses and stopped; here they are processes that sleep.
 * SPDX-License-Identifier: MIT */
#include "../../lib/expect.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/process/seat.h"
#include "app/process/supervisor.h"
#include "base/clock.h"

/* What is told apart is the address. */
static const struct generation generations[3];

static void leave(int signal_number)
{
	(void)signal_number;
	_exit(0);
}

/* supervisor_child_fn: sleeps until it is told to leave, in any of the ways. */
static int sleeper(void *arg, const struct generation *g, const struct worker_place *place)
{
	(void)arg, (void)g, (void)place;
	while (pause() < 0)
		;
	return 1;
}

/* supervisor_child_fn: a worker that cannot live. */
static int short_lived(void *arg, const struct generation *g, const struct worker_place *place)
{
	(void)arg, (void)g, (void)place;
	return 1;
}

static void bury(struct supervisor *c)
{
	int status;
	for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
		assert_true(supervisor_bury(c, pid, status));
}

/* Turns until the old generation (NULL: the earlier program) is gone; the most workers that were alive at any time. */
static size_t turn_until_only(struct supervisor *c, const struct generation *old, size_t count)
{
	size_t most = 0;
	for (int i = 0; i < 2000 && (supervisor_alive(c) != count || supervisor_uses(c, old)); i++) {
		bury(c);
		supervisor_turn(c);
		most = supervisor_alive(c) > most ? supervisor_alive(c) : most;
		poll(NULL, 0, 5);
	}
	assert_int_equal(supervisor_alive(c), count);
	return most;
}

static void turn_for(struct supervisor *c, int turns)
{
	for (int i = 0; i < turns; i++) {
		bury(c);
		supervisor_turn(c);
		poll(NULL, 0, 5);
	}
}

static void end(struct supervisor *c)
{
	supervisor_stop(c);
	for (int i = 0; i < 2000 && supervisor_alive(c); i++) {
		bury(c);
		poll(NULL, 0, 5);
	}
	assert_int_equal(supervisor_alive(c), 0);
	assert_true(supervisor_turn(c) == INT64_MAX);
	assert_int_equal(supervisor_alive(c), 0);
	supervisor_free(c);
}

static struct supervisor *supervisor(supervisor_child_fn *child)
{
	static const struct slots_shared none = { -1, { -1, -1 } };
	struct supervisor *c = supervisor_new("sleeper", &none, NULL, child, NULL);
	assert_non_null(c);
	return c;
}

static void nobody_before_there_is_a_generation(void **state)
{
	(void)state;
	struct supervisor *c = supervisor(sleeper);
	assert_true(supervisor_turn(c) == INT64_MAX);
	assert_false(supervisor_serving_any(c));
	assert_int_equal(supervisor_alive(c), 0);
	end(c);
}

static void never_more_than_the_count(void **state)
{
	(void)state;
	struct supervisor *c = supervisor(sleeper);
	supervisor_follow(c, &generations[0], 3);
	assert_int_equal(turn_until_only(c, NULL, 3), 3);
	supervisor_follow(c, &generations[1], 3);
	assert_true(supervisor_uses(c, &generations[0]) && supervisor_uses(c, &generations[1]));
	assert_int_equal(turn_until_only(c, &generations[0], 3), 3);
	supervisor_follow(c, &generations[2], 1);
	assert_true(turn_until_only(c, &generations[1], 1) <= 3);
	supervisor_follow(c, &generations[2], 2);
	assert_int_equal(turn_until_only(c, NULL, 2), 2);
	end(c);
}

static void who_has_no_catalog_goes_at_once(void **state)
{
	(void)state;
	static const char some[1];
	const struct generation unready = { 0 }, ready = { .catalog = (const void *)some }, next = ready;
	struct supervisor *c = supervisor(sleeper);
	supervisor_follow(c, &unready, 3);
	turn_until_only(c, NULL, 3);
	supervisor_follow(c, &ready, 3);
	for (int i = 0; i < 2000 && supervisor_alive(c); i++) { /* without a turn, in which they would be replaced */
		bury(c);
		poll(NULL, 0, 5);
	}
	assert_int_equal(supervisor_alive(c), 0);
	assert_int_equal(turn_until_only(c, &unready, 3), 3);
	supervisor_follow(c, &next, 3);
	assert_int_equal(turn_until_only(c, &ready, 3), 3);
	end(c);
}

static void kill_one(void *arg, pid_t pid, bool parting, int session)
{
	(void)session;
	pid_t *killed = arg;
	assert_false(parting);
	if (*killed)
		return;
	*killed = pid;
	kill(pid, SIGKILL);
}

static void the_dead_are_replaced(void **state)
{
	(void)state;
	struct supervisor *c = supervisor(sleeper);
	supervisor_follow(c, &generations[0], 2);
	turn_until_only(c, NULL, 2);
	pid_t killed = 0;
	supervisor_each(c, kill_one, &killed);
	assert_int_equal(waitpid(killed, NULL, 0), killed);
	assert_true(supervisor_bury(c, killed, SIGKILL));
	assert_false(supervisor_bury(c, killed, SIGKILL));
	assert_int_equal(supervisor_alive(c), 1);
	turn_until_only(c, NULL, 2);
	end(c);
}

static void who_cannot_live_is_started_less_and_less_often(void **state)
{
	(void)state;
	struct supervisor *c = supervisor(short_lived);
	supervisor_follow(c, &generations[0], 1);
	int64_t pauses[3];
	for (size_t i = 0; i < COUNT_OF(pauses); i++) {
		int64_t due = supervisor_turn(c);
		for (; !supervisor_alive(c); due = supervisor_turn(c))
			poll(NULL, 0, 5);
		while (supervisor_alive(c))
			bury(c);
		pauses[i] = (due = supervisor_turn(c)) - clock_monotonic_us();
		assert_int_equal(supervisor_alive(c), 0);
	}
	assert_true(pauses[0] > 0 && pauses[0] <= 100000);
	assert_true(pauses[1] > 100000 && pauses[1] <= 200000);
	assert_true(pauses[2] > 200000 && pauses[2] <= 400000);
	end(c);
}

static void an_earlier_programs_workers_are_replaced(void **state)
{
	(void)state;
	struct supervisor *c = supervisor(sleeper);
	for (int i = 0; i < 2; i++) {
		pid_t pid = fork();
		if (pid == 0)
			sleeper(NULL, NULL, NULL);
		supervisor_adopt(c, pid, false, -1);
	}
	assert_int_equal(supervisor_alive(c), 2);
	assert_true(supervisor_turn(c) == INT64_MAX);
	supervisor_follow(c, &generations[0], 2);
	assert_int_equal(turn_until_only(c, NULL, 2), 2);
	end(c);
}

/* supervisor_child_fn: is told to leave, and has answers to send until it is killed. */
static int slow_to_leave(void *arg, const struct generation *g, const struct worker_place *place)
{
	(void)arg, (void)g;
	sigset_t told;
	int which;
	sigemptyset(&told);
	sigaddset(&told, SIGUSR2);
	sigwait(&told, &which);
	scoreboard_parting(place->scoreboard, place->cell);
	while (pause() < 0)
		;
	return 1;
}

static void count_parting(void *arg, pid_t pid, bool parting, int session)
{
	(void)session;
	size_t *count = arg;
	assert_true(pid > 0);
	*count += parting;
}

static void who_is_parting_stands_in_nobodys_way(void **state)
{
	(void)state;
	sigset_t awaited;
	sigemptyset(&awaited);
	sigaddset(&awaited, SIGUSR2);
	sigprocmask(SIG_BLOCK, &awaited, NULL);
	struct supervisor *c = supervisor(slow_to_leave);
	supervisor_follow(c, &generations[0], 2);
	turn_until_only(c, NULL, 2);
	for (size_t i = 1; i < 3; i++) {
		size_t parting = 0;
		supervisor_follow(c, &generations[i], 2);
		for (int turn = 0; turn < 2000 && (supervisor_uses(c, &generations[i - 1]) || supervisor_alive(c) != 2 + 2 * i);
			 turn++) {
			supervisor_turn(c);
			poll(NULL, 0, 5);
		}
		assert_false(supervisor_uses(c, &generations[i - 1]));
		assert_int_equal(supervisor_alive(c), 2 + 2 * i);
		supervisor_each(c, count_parting, &parting);
		assert_int_equal(parting, 2 * i);
	}
	/* An upgraded program knows them, too, and starts as many as it is to have. */
	struct supervisor *next = supervisor(sleeper);
	pid_t pid = fork();
	if (pid == 0)
		sleeper(NULL, NULL, NULL);
	supervisor_adopt(next, pid, true, -1);
	supervisor_follow(next, &generations[0], 2);
	for (int turn = 0; turn < 2000 && supervisor_alive(next) != 3; turn++)
		supervisor_turn(next);
	assert_int_equal(supervisor_alive(next), 3);
	supervisor_stop(c);
	supervisor_stop(next);
	for (int status; (pid = wait(&status)) > 0;)
		assert_true(supervisor_bury(c, pid, status) != supervisor_bury(next, pid, status));
	assert_int_equal(supervisor_alive(c) + supervisor_alive(next), 0);
	supervisor_free(c);
	supervisor_free(next);
	sigprocmask(SIG_UNBLOCK, &awaited, NULL);
}

/* supervisor_child_fn: somebody else tells it to stop, and it has answers to send until it is killed. */
static int slow_to_stop(void *arg, const struct generation *g, const struct worker_place *place)
{
	sigset_t told;
	int which;
	sigemptyset(&told);
	sigaddset(&told, SIGTERM);
	sigprocmask(SIG_BLOCK, &told, NULL);
	alarm(60); /* a test that fails leaves it alone, deaf to SIGTERM */
	sigwait(&told, &which);
	scoreboard_parting(place->scoreboard, place->cell);
	return sleeper(arg, g, place);
}

static void stop_one(void *arg, pid_t pid, bool parting, int session)
{
	(void)session;
	pid_t *stopped = arg;
	if (*stopped || parting)
		return;
	*stopped = pid;
	kill(pid, SIGTERM);
}

static void who_parts_unasked_is_followed_by_one(void **state)
{
	(void)state;
	pid_t stopped = 0;
	struct supervisor *c = supervisor(slow_to_stop);
	supervisor_follow(c, &generations[0], 2);
	turn_until_only(c, NULL, 2);
	turn_for(c, 20);
	supervisor_each(c, stop_one, &stopped);
	turn_for(c, 60);
	assert_int_equal(supervisor_alive(c), 3);
	supervisor_stop(c);
	supervisor_kill(c);
	end(c);
}

/* The two ends of a session: the worker's, and the server's. */
static int session_ends[2];

/* supervisor_child_fn: begins a session and sleeps. */
static int connected(void *arg, const struct generation *g, const struct worker_place *place)
{
	seat_tell(place->channel, SEAT_SESSION, session_ends[0]);
	close(session_ends[0]);
	close(session_ends[1]);
	return sleeper(arg, g, place);
}

static void who_died_has_a_seat_until_its_session_has_ended(void **state)
{
	(void)state;
	pid_t killed = 0;
	char byte;
	assert_return_code(socketpair(AF_UNIX, SOCK_STREAM, 0, session_ends), 0);
	struct supervisor *c = supervisor(connected);
	supervisor_follow(c, &generations[0], 1);
	turn_for(c, 20);
	supervisor_each(c, kill_one, &killed);
	turn_for(c, 20);
	assert_int_equal(supervisor_alive(c), 0);
	/* The server is told, though the descriptor is open elsewhere, and may have something to do yet. */
	assert_int_equal(read(session_ends[1], &byte, 1), 0);
	close(session_ends[1]);
	turn_until_only(c, NULL, 1);
	close(session_ends[0]);
	end(c);
}

static void what_an_earlier_programs_dead_worker_left_is_waited_for(void **state)
{
	(void)state;
	assert_return_code(socketpair(AF_UNIX, SOCK_STREAM, 0, session_ends), 0);
	struct supervisor *c = supervisor(sleeper);
	const struct scoreboard *b = supervisor_scoreboard(c);
	supervisor_adopt(c, 0, false, session_ends[0]);
	assert_true(scoreboard_all_slow_since_us(b) > 0);
	close(session_ends[1]);
	supervisor_turn(c);
	assert_true(scoreboard_all_slow_since_us(b) == 0);
	end(c);
}

/* supervisor_child_fn: of the first generation one that gives its seat up, and finds that it needs one. */
static int undecided(void *arg, const struct generation *g, const struct worker_place *place)
{
	sigset_t told;
	int which;
	sigemptyset(&told);
	sigaddset(&told, SIGUSR1);
	sigaddset(&told, SIGUSR2);
	if (g != &generations[0]) {
		sigprocmask(SIG_UNBLOCK, &told, NULL);
		return sleeper(arg, g, place);
	}
	sigwait(&told, &which);
	scoreboard_parting(place->scoreboard, place->cell);
	seat_tell(place->channel, SEAT_LEFT, -1);
	poll(NULL, 0, 50);
	seat_tell(place->channel, SEAT_WANTED, -1);
	sigwait(&told, &which);
	return which == SIGUSR1 ? 0 : 1;
}

static void find(void *arg, pid_t pid, bool parting, int session)
{
	(void)parting, (void)session;
	*(pid_t *)arg = pid;
}

static void who_needs_a_seat_after_all_gets_one(void **state)
{
	(void)state;
	sigset_t awaited;
	pid_t first = 0, last = 0;
	sigemptyset(&awaited);
	sigaddset(&awaited, SIGUSR1);
	sigaddset(&awaited, SIGUSR2);
	sigprocmask(SIG_BLOCK, &awaited, NULL);
	struct supervisor *c = supervisor(undecided);
	supervisor_follow(c, &generations[0], 1);
	turn_for(c, 20);
	supervisor_each(c, find, &first);
	supervisor_follow(c, &generations[1], 1);
	for (int i = 0; i < 400 && supervisor_alive(c) != 2; i++)
		turn_for(c, 1);
	assert_int_equal(supervisor_alive(c), 2);
	/* The second makes room, and a third comes when the first has ended. */
	for (int i = 0; i < 400 && (supervisor_alive(c) != 1 || kill(first, 0) == 0); i++)
		turn_for(c, 1);
	assert_int_equal(supervisor_alive(c), 1);
	supervisor_each(c, find, &last);
	assert_true(last != first);
	end(c);
	sigprocmask(SIG_UNBLOCK, &awaited, NULL);
}

int main(void)
{
	/* Inherited by every worker: they end by each of the signals that a real one heeds. */
	struct sigaction action = { .sa_handler = leave };
	sigaction(SIGUSR2, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_before_there_is_a_generation),
		cmocka_unit_test(never_more_than_the_count),
		cmocka_unit_test(who_has_no_catalog_goes_at_once),
		cmocka_unit_test(the_dead_are_replaced),
		cmocka_unit_test(who_cannot_live_is_started_less_and_less_often),
		cmocka_unit_test(an_earlier_programs_workers_are_replaced),
		cmocka_unit_test(who_is_parting_stands_in_nobodys_way),
		cmocka_unit_test(who_parts_unasked_is_followed_by_one),
		cmocka_unit_test(who_died_has_a_seat_until_its_session_has_ended),
		cmocka_unit_test(what_an_earlier_programs_dead_worker_left_is_waited_for),
		cmocka_unit_test(who_needs_a_seat_after_all_gets_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
