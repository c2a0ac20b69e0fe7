/* Answers arrive as whole FastCGI records, whatever the socket takes at a time, and end where the peer does.
 * SPDX-License-Identifier: MIT */
#include "../../lib/expect.h"

#include "app/front/deliver.h"
#include "base/arena.h"
#include "base/clock.h"

#include <fastcgi.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_ID 0x123
#define WIRE_MAX ((size_t)8 << 20)
/* The largest content of a record. */
#define CONTENT 65528

struct wire {
	unsigned char *p;
	size_t n;
};

/* A socket that takes little at a time, and what is read at its other end. */
struct place {
	int socket, peer;
	struct wire wire;
};

static struct place place_new(void)
{
	struct place p = { .wire = { .p = malloc(WIRE_MAX) } };
	int pair[2], small = 4096;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small), 0);
	p.socket = pair[0];
	p.peer = pair[1];
	return p;
}

static void place_free(struct place *p)
{
	close(p->socket);
	if (p->peer >= 0)
		close(p->peer);
	free(p->wire.p);
}

/* The peer takes up to n bytes of what is there. */
static void take(struct place *p, size_t n)
{
	size_t room = WIRE_MAX - p->wire.n;
	ssize_t got = recv(p->peer, p->wire.p + p->wire.n, n < room ? n : room, MSG_DONTWAIT);
	p->wire.n += got > 0 ? (size_t)got : 0;
}

static char letter(size_t at)
{
	return (char)('a' + at * 7 % 25);
}

static char *letters(size_t at, size_t n)
{
	char *p = malloc(n + 1);
	for (size_t i = 0; i < n; i++)
		p[i] = letter(at + i);
	p[n] = 0;
	return p;
}

static int file_of(size_t at, size_t n)
{
	int fd = memfd_create("answer", MFD_CLOEXEC);
	char *content = letters(at, n);
	assert_int_equal(write(fd, content, n), n);
	free(content);
	return fd;
}

/* The wire is STDOUT records with `size` letters, the empty one, END_REQUEST, and nothing else. */
static void expect_wire(const char *row, const struct wire *w, size_t size)
{
	size_t at = 0, seen = 0;
	bool ended = false;
	while (at < w->n && !ended) {
		const unsigned char *h = w->p + at;
		size_t n = (size_t)h[4] << 8 | h[5];
		assert_true(at + FCGI_HEADER_LEN + n <= w->n);
		expect_int(row, h[0], FCGI_VERSION_1);
		expect_int(row, h[2] << 8 | h[3], REQUEST_ID);
		expect_int(row, h[6], 0);
		ended = h[1] == FCGI_END_REQUEST;
		expect_int(row, h[1], ended ? FCGI_END_REQUEST : FCGI_STDOUT);
		for (size_t i = 0; !ended && i < n; i++, seen++)
			if (h[FCGI_HEADER_LEN + i] != letter(seen))
				fail_msg("%s: byte %zu is wrong", row, seen);
		at += FCGI_HEADER_LEN + n;
	}
	expect_int(row, (int64_t)seen, (int64_t)size);
	expect_int(row, (int64_t)at, (int64_t)w->n);
	assert_true(ended && w->n >= 24);
	/* The application status and FCGI_REQUEST_COMPLETE, behind the empty record. */
	static const unsigned char end[8] = { 0 };
	assert_memory_equal(w->p + w->n - 8, end, sizeof end);
	expect_int(row, w->p[w->n - 23], FCGI_STDOUT);
	expect_int(row, w->p[w->n - 20] << 8 | w->p[w->n - 19], 0);
}

static void answers_arrive_whole(void **state)
{
	static const struct {
		const char *row;
		size_t head, in_file, rest, step;
	} rows[] = {
		{ "no body", 40, 0, 0, 1 << 20 },
		{ "small", 40, 0, 100, 1 << 20 },
		{ "byte by byte", 40, 0, 9000, 1 },
		{ "one record to the byte", 28, 0, CONTENT - 28, 1000 },
		{ "one byte more", 28, 0, CONTENT - 27, 1000 },
		{ "one byte less", 28, 0, CONTENT - 29, 1000 },
		{ "head over a record", CONTENT + 5, 0, 3, 777 },
		{ "in memory", 50, 0, 300000, 4096 },
		{ "in a file", 50, 300000, 0, 4096 },
		{ "in both", 50, 262144, 12345, 4095 },
		{ "file that ends with a record", 28, 2 * CONTENT - 28, 10, 65536 },
		{ "more than a turn", 50, 3 << 20, 1 << 20, 1 << 20 },
		{ "much in memory", 50, 0, 1 << 20, 65536 },
		{ "much, behind a long head", 2 * CONTENT, 0, 1 << 20, 65536 },
	};
	/* Where a file may be made, where none can be, and nowhere. */
	static const struct str dirs[] = { STR_INIT("/tmp"), STR_INIT("/nowhere/at/all"), STR_INIT("") };
	for (size_t n = 0; n < COUNT_OF(rows) * COUNT_OF(dirs); n++) {
		size_t i = n / COUNT_OF(dirs);
		struct place p = place_new();
		size_t size = rows[i].head + rows[i].in_file + rows[i].rest;
		char *head = letters(0, rows[i].head), *rest = letters(rows[i].head + rows[i].in_file, rows[i].rest);
		struct outgoing a = {
			.request_id = REQUEST_ID,
			.head = { head, rows[i].head },
			.in_file = (int64_t)rows[i].in_file,
			.rest = { rest, rows[i].rest },
			.fd = rows[i].in_file ? file_of(rows[i].head, rows[i].in_file) : -1,
			.dir = dirs[n % COUNT_OF(dirs)],
			.arena = *state,
		};
		struct delivery *left = NULL;
		enum deliver_state s = deliver(&left, &a, p.socket);
		/* The request is over: nothing of it may be needed any more. */
		memset(head, '!', rows[i].head);
		memset(rest, '!', rows[i].rest);
		if (a.fd >= 0)
			close(a.fd);
		assert_int_equal(left != NULL, s == DELIVER_MORE);
		for (; s == DELIVER_MORE; s = deliver_more(left, p.socket))
			take(&p, rows[i].step);
		expect_int(rows[i].row, s, DELIVER_DONE);
		for (size_t before = SIZE_MAX; before != p.wire.n;) {
			before = p.wire.n;
			take(&p, WIRE_MAX);
		}
		expect_wire(rows[i].row, &p.wire, size);
		deliver_free(left);
		place_free(&p);
		free(head);
		free(rest);
	}
}

/* The lowest descriptor that is free. */
static int next_descriptor(void)
{
	int fd = dup(0);
	close(fd);
	return fd;
}

static void a_slow_reader_costs_little_memory(void **state)
{
	static const struct {
		size_t size;
		bool file;
	} rows[] = { { DELIVER_COPY_MAX, false }, { 4 * DELIVER_COPY_MAX, true } };
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct place p = place_new();
		char *rest = letters(0, rows[i].size);
		struct outgoing a = { .head = STR("x"), .fd = -1, .rest = { rest, rows[i].size }, .dir = STR("/tmp") };
		a.arena = *state;
		int before = next_descriptor();
		struct delivery *left = NULL;
		assert_int_equal(deliver(&left, &a, p.socket), DELIVER_MORE);
		assert_int_equal(next_descriptor() != before, rows[i].file);
		deliver_free(left);
		assert_int_equal(next_descriptor(), before);
		free(rest);
		place_free(&p);
	}
}

static void a_peer_that_left_breaks_it(void **state)
{
	(void)state;
	for (int later = 0; later < 2; later++) {
		struct place p = place_new();
		char *rest = letters(0, 500000);
		struct outgoing a = { .request_id = 1, .head = STR("x"), .fd = -1, .rest = { rest, 500000 } };
		struct delivery *left = NULL;
		if (later)
			assert_int_equal(deliver(&left, &a, p.socket), DELIVER_MORE);
		close(p.peer);
		p.peer = -1;
		assert_int_equal(later ? deliver_more(left, p.socket) : deliver(&left, &a, p.socket), DELIVER_BROKEN);
		deliver_free(left);
		place_free(&p);
		free(rest);
	}
}

static void a_file_that_is_too_short_breaks_it(void **state)
{
	(void)state;
	struct place p = place_new();
	struct outgoing a = { .request_id = 1, .head = STR("x"), .fd = file_of(0, 100), .in_file = 101, .rest = STR("") };
	struct delivery *left = NULL;
	assert_int_equal(deliver(&left, &a, p.socket), DELIVER_BROKEN);
	assert_null(left);
	close(a.fd);
	place_free(&p);
}

static void progress_is_what_the_peer_takes(void **state)
{
	(void)state;
	struct place p = place_new();
	char *rest = letters(0, 100000);
	struct outgoing a = { .request_id = 1, .head = STR("x"), .fd = -1, .rest = { rest, 100000 } };
	struct delivery *left = NULL;
	assert_int_equal(deliver(&left, &a, p.socket), DELIVER_MORE);
	int64_t first = deliver_progress_us(left), began = clock_monotonic_us();
	assert_true(first <= began);
	usleep(1000);
	assert_int_equal(deliver_more(left, p.socket), DELIVER_MORE);
	assert_int_equal(deliver_progress_us(left), first);
	take(&p, WIRE_MAX);
	assert_int_equal(deliver_more(left, p.socket), DELIVER_MORE);
	assert_true(deliver_progress_us(left) > began);
	deliver_free(left);
	place_free(&p);
	free(rest);
}

static int make_arena(void **state)
{
	*state = arena_new(SIZE_MAX);
	return 0;
}

static int free_arena(void **state)
{
	arena_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_arrive_whole),
		cmocka_unit_test(a_slow_reader_costs_little_memory),
		cmocka_unit_test(a_peer_that_left_breaks_it),
		cmocka_unit_test(a_file_that_is_too_short_breaks_it),
		cmocka_unit_test(progress_is_what_the_peer_takes),
	};
	return cmocka_run_group_tests(tests, make_arena, free_arena);
}
