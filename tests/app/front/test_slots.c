/* Connections are given out when a request is there to be read, to the worker that has time for it.
 * SPDX-License-Identifier: MIT */
#include "../../lib/expect.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "app/front/slots.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/fdpass.h"
#include "base/log.h"
#include "wire.h"

#define LONG_MS 2000
#define SHORT_MS 20

/* A listening socket with some workers on it. */
struct host {
	struct slots_shared shared;
	char path[64];
};

static struct host host_new(void)
{
	struct host h = { .path = "/tmp/rowgate-slots-XXXXXX" };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	assert_non_null(mkdtemp(h.path));
	snprintf(address.sun_path, sizeof address.sun_path, "%s/s", h.path);
	h.shared.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(h.shared.listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(h.shared.listener, 16), 0);
	assert_true(handover_new(h.shared.handover));
	return h;
}

static void host_free(struct host *h)
{
	char path[sizeof h->path + 2];
	snprintf(path, sizeof path, "%s/s", h->path);
	unlink(path);
	rmdir(h->path);
	close(h->shared.listener);
	close(h->shared.handover[0]);
	close(h->shared.handover[1]);
}

static struct slots *worker_new(const struct host *h, size_t capacity, int64_t peer_timeout)
{
	sigset_t none;
	sigemptyset(&none);
	struct slots *s = slots_new(&h->shared, capacity, peer_timeout, &none);
	assert_non_null(s);
	return s;
}

static int connect_to(const struct host *h)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%s/s", h->path);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

static void send_begin(int fd)
{
	struct wire w = { .n = 0 };
	wire_add(&w, FCGI_BEGIN_REQUEST, 1, STR("\0\1\1\0\0\0\0\0"), 0);
	assert_int_equal(send(fd, w.p, w.n, 0), w.n);
}

static bool is_closed(int fd)
{
	char byte;
	return recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
}

/* The next connection with something to read, which is read. */
static struct slot *next_read(struct slots *s)
{
	char bytes[256];
	struct slot *slot = NULL;
	for (int i = 0; i < 100 && !slot; i++)
		slot = slots_next(s, SHORT_MS);
	assert_non_null(slot);
	assert_true(recv(fcgi_fd(slot_connection(slot)), bytes, sizeof bytes, MSG_DONTWAIT) >= 0);
	return slot;
}

/* Takes connections until n are held. */
static void hold(struct slots *s, size_t n)
{
	for (int i = 0; i < 100 && slots_held(s) < n; i++) {
		struct slot *slot = slots_next(s, SHORT_MS);
		if (slot)
			slots_keep(s, slot);
	}
	expect_int("held", (int64_t)slots_held(s), (int64_t)n);
}

static void given_out_when_there_is_something_to_read(void **state)
{
	(void)state;
	struct host h = host_new();
	struct slots *s = worker_new(&h, 4, 10);
	assert_null(slots_next(s, SHORT_MS));
	int silent = connect_to(&h), eager = connect_to(&h);
	send_begin(eager);
	struct slot *first = next_read(s);
	slots_keep(s, first);
	send_begin(eager);
	assert_ptr_equal(next_read(s), first);
	slots_drop(s, first);
	assert_true(is_closed(eager));
	assert_null(slots_next(s, SHORT_MS));
	expect_int("the silent one is held", (int64_t)slots_held(s), 1);
	send_begin(silent);
	struct slot *second = next_read(s);
	/* One that leaves is something to read, too. */
	slots_keep(s, second);
	close(silent);
	assert_ptr_equal(next_read(s), second);
	slots_drop(s, second);
	expect_int("none is held", (int64_t)slots_held(s), 0);
	slots_free(s);
	close(eager);
	host_free(&h);
}

static void no_more_than_there_are_slots(void **state)
{
	(void)state;
	struct host h = host_new();
	struct slots *s = worker_new(&h, 2, 10), *other = worker_new(&h, 2, 10);
	int fds[4];
	for (size_t i = 0; i < COUNT_OF(fds); i++)
		fds[i] = connect_to(&h);
	hold(s, 2);
	assert_null(slots_next(s, SHORT_MS));
	expect_int("as many as there are slots", (int64_t)slots_held(s), 2);
	hold(other, 2);
	close(fds[0]);
	slots_drop(s, next_read(s));
	int late = connect_to(&h);
	hold(s, 2);
	slots_free(s);
	slots_free(other);
	for (size_t i = 1; i < COUNT_OF(fds); i++)
		close(fds[i]);
	close(late);
	host_free(&h);
}

static void handed_over_while_busy(void **state)
{
	(void)state;
	struct host h = host_new();
	struct slots *busy = worker_new(&h, 4, 10);
	int current = connect_to(&h), waiting = connect_to(&h);
	hold(busy, 2);
	send_begin(current);
	struct slot *slot = next_read(busy);
	struct slots *idle = worker_new(&h, 4, 10);
	assert_true(slots_busy(busy) >= 0);
	assert_false(slots_hand_over(busy, slot));
	expect_int("nothing to hand over", (int64_t)handover_waiting(h.shared.handover), 0);
	send_begin(waiting);
	assert_false(slots_hand_over(busy, slot));
	expect_int("one is on its way", (int64_t)handover_waiting(h.shared.handover), 1);
	expect_int("the current one stays", (int64_t)slots_held(busy), 1);
	struct slot *taken = next_read(idle);
	expect_int("taken", (int64_t)handover_waiting(h.shared.handover), 0);
	slots_drop(idle, taken);
	assert_true(is_closed(waiting));
	assert_false(is_closed(current));
	slots_drop(busy, slot);
	assert_true(is_closed(current));
	slots_free(busy);
	slots_free(idle);
	close(current);
	close(waiting);
	host_free(&h);
}

static void parked_where_nobody_takes_it(void **state)
{
	(void)state;
	struct host h = host_new();
	struct slots_shared alone = h.shared;
	alone.handover[0] = alone.handover[1] = -1;
	struct host lonely = { .shared = alone };
	struct slots *s = worker_new(&lonely, 4, 10);
	int current = connect_to(&h), waiting = connect_to(&h);
	hold(s, 2);
	send_begin(current);
	struct slot *slot = next_read(s);
	slots_busy(s);
	send_begin(waiting);
	assert_true(slots_hand_over(s, slot));
	slots_drop(s, slot);
	slots_drop(s, next_read(s));
	assert_true(is_closed(waiting));
	slots_free(s);
	close(current);
	close(waiting);
	host_free(&h);
}

static void draining(void **state)
{
	(void)state;
	struct host h = host_new();
	struct slots *s = worker_new(&h, 4, 10);
	int idle = connect_to(&h), current = connect_to(&h);
	hold(s, 2);
	send_begin(current);
	struct slot *slot = next_read(s);
	slots_drain(s, false);
	assert_true(is_closed(idle));
	expect_int("but what is being answered", (int64_t)slots_held(s), 1);
	int late = connect_to(&h);
	assert_null(slots_next(s, SHORT_MS));
	slots_drop(s, slot);
	expect_int("none is left", (int64_t)slots_held(s), 0);
	assert_null(slots_next(s, LONG_MS));
	slots_free(s);
	s = worker_new(&h, 4, 10);
	hold(s, 1);
	/* Others go on serving: what idles goes to them. */
	slots_drain(s, true);
	expect_int("handed on", (int64_t)handover_waiting(h.shared.handover), 1);
	assert_false(is_closed(late));
	slots_free(s);
	close(idle);
	close(current);
	close(late);
	host_free(&h);
}

static void the_queue_knows_since_when_one_waits(void **state)
{
	(void)state;
	struct host h = host_new();
	int ends[2][2];
	int64_t since = 0;
	assert_true(handover_has_room(h.shared.handover));
	assert_true(handover_oldest_us(h.shared.handover) == 0);
	assert_int_equal(handover_take(h.shared.handover, &since), -1);
	for (int i = 0; i < 2; i++) {
		assert_return_code(socketpair(AF_UNIX, SOCK_STREAM, 0, ends[i]), 0);
		assert_true(handover_give(h.shared.handover, ends[i][0], 1000 + i));
		close(ends[i][0]);
	}
	/* One that an earlier program has given, which did not say. */
	char byte = 0;
	assert_true(fdpass_send(h.shared.handover[1], &byte, 1, ends[0][1]));
	for (int i = 0; i < 2; i++) {
		assert_true(handover_oldest_us(h.shared.handover) == 1000 + i);
		int fd = handover_take(h.shared.handover, &since);
		assert_true(fd >= 0 && since == 1000 + i);
		close(fd);
		assert_true(is_closed(ends[i][1]));
	}
	assert_true(handover_oldest_us(h.shared.handover) > 1001);
	close(handover_take(h.shared.handover, &since));
	/* There is an end to it. */
	int given = 0;
	while (given < 10000 && handover_give(h.shared.handover, ends[0][1], 1))
		given++;
	assert_true(given > 64 && given < 10000);
	assert_false(handover_has_room(h.shared.handover));
	for (int i = 0; i < 2; i++)
		close(ends[i][1]);
	host_free(&h);
}

static void who_holds_one_that_waits_answers_it_though_draining(void **state)
{
	(void)state;
	struct host h = host_new();
	struct slots *s = worker_new(&h, 1, 10);
	int64_t since;
	slots_drain(s, true);
	int silent = connect_to(&h), asking = connect_to(&h);
	struct slots *other = worker_new(&h, 4, 10);
	hold(other, 2);
	slots_drain(other, true);
	int first = handover_take(h.shared.handover, &since), second = handover_take(h.shared.handover, &since);
	assert_false(slots_hold(s, first));
	send_begin(asking);
	assert_true(slots_hold(s, second));
	struct slot *slot = next_read(s);
	assert_non_null(slot);
	assert_false(slots_hold(s, first)); /* no room */
	slots_drop(s, slot);
	close(first);
	slots_free(other);
	slots_free(s);
	close(silent);
	close(asking);
	host_free(&h);
}

static void half_a_request_is_refused_in_the_end(void **state)
{
	(void)state;
	const struct conf conf = { .server_buffer = 65536, .server_max_body = 1000, .server_spool_dir = STR("/tmp") };
	struct host h = host_new();
	struct slots *s = worker_new(&h, 4, 0);
	struct arena *a = arena_new(1 << 20);
	struct request r;
	struct fault f = { 0 };
	char got[256];
	int fd = connect_to(&h);
	send_begin(fd);
	struct slot *slot = slots_next(s, LONG_MS);
	assert_non_null(slot);
	expect_int("half", fcgi_receive(slot_connection(slot), &conf, &r, a, &f), FCGI_PARTIAL);
	slots_keep(s, slot);
	assert_false(slots_only_wait(s, false));
	usleep(1000);
	assert_null(slots_next(s, SHORT_MS));
	expect_int("given up", (int64_t)slots_held(s), 0);
	ssize_t n = recv(fd, got, sizeof got, 0);
	assert_true(
		n > FCGI_HEADER_LEN && str_find((struct str){ got, (size_t)n }, STR("Status: 408 ")) == FCGI_HEADER_LEN);
	slots_free(s);
	arena_free(a);
	close(fd);
	host_free(&h);
}

/* As a worker does that takes its connections on to another configuration. */
static void another_patience_counts_for_what_is_there(void **state)
{
	(void)state;
	const struct conf conf = { .server_buffer = 65536, .server_max_body = 1000, .server_spool_dir = STR("/tmp") };
	struct host h = host_new();
	struct slots *s = worker_new(&h, 4, 3600);
	struct arena *a = arena_new(1 << 20);
	struct request r;
	struct fault f = { 0 };
	int fd = connect_to(&h);
	send_begin(fd);
	struct slot *slot = slots_next(s, LONG_MS);
	assert_non_null(slot);
	expect_int("half", fcgi_receive(slot_connection(slot), &conf, &r, a, &f), FCGI_PARTIAL);
	slots_keep(s, slot);
	usleep(1000);
	assert_null(slots_next(s, SHORT_MS));
	expect_int("waited for", (int64_t)slots_held(s), 1);
	slots_patience(s, 0);
	assert_null(slots_next(s, SHORT_MS));
	expect_int("given up", (int64_t)slots_held(s), 0);
	slots_free(s);
	arena_free(a);
	close(fd);
	host_free(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(given_out_when_there_is_something_to_read),
		cmocka_unit_test(no_more_than_there_are_slots),
		cmocka_unit_test(handed_over_while_busy),
		cmocka_unit_test(parked_where_nobody_takes_it),
		cmocka_unit_test(draining),
		cmocka_unit_test(the_queue_knows_since_when_one_waits),
		cmocka_unit_test(who_holds_one_that_waits_answers_it_though_draining),
		cmocka_unit_test(half_a_request_is_refused_in_the_end),
		cmocka_unit_test(another_patience_counts_for_what_is_there),
	};
	fcgi_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
