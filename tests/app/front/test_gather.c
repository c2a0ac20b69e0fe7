/* Requests that come in pieces are gathered whole, and what is none is told from them.
 * SPDX-License-Identifier: MIT */
#include "../../lib/expect.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/front/gather.h"
#include "base/arena.h"
#include "base/clock.h"
#include "wire.h"

#define ID 1

static const struct conf conf = {
	.server_buffer = 65536,
	.server_max_body = 100000,
	.server_spool_dir = STR_INIT("/tmp"),
};

struct link {
	int socket, peer;
};

static struct link link_new(void)
{
	int pair[2];
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	return (struct link){ pair[0], pair[1] };
}

static void link_free(struct link *l)
{
	close(l->socket);
	if (l->peer >= 0)
		close(l->peer);
}

static void send_text(const struct link *l, struct str text)
{
	assert_int_equal(send(l->peer, text.p, text.n, 0), text.n);
}

/* A request whose body comes in records of up to `piece` bytes. */
static void add_request(struct wire *w, struct str params, struct str body, size_t piece, size_t padding)
{
	wire_add(w, FCGI_BEGIN_REQUEST, ID, STR("\0\1\1\0\0\0\0\0"), 0);
	wire_add(w, FCGI_PARAMS, ID, params, padding);
	wire_add(w, FCGI_PARAMS, ID, STR(""), 0);
	for (; body.n; body = str_from(body, piece))
		wire_add(w, FCGI_STDIN, ID, str_sub(body, 0, piece), padding);
	wire_add(w, FCGI_STDIN, ID, STR(""), 0);
}

static void expect_head(const char *row, struct gather *g, const struct wire *want)
{
	static char got[sizeof want->p];
	ssize_t n = read(gather_head(g), got, sizeof got);
	expect_int(row, n, (int64_t)want->n);
	assert_memory_equal(got, want->p, want->n);
}

static void whole_wherever_it_is_cut(void **state)
{
	(void)state;
	static const struct {
		const char *row;
		struct str params, body;
		size_t piece, padding;
	} rows[] = {
		{ "no body", STR_INIT("\1\1nv"), STR_INIT(""), 1, 0 },
		{ "a body", STR_INIT("\1\1nv\4\200\0\0\2nameva"), STR_INIT("some bytes"), 100, 0 },
		{ "in pieces", STR_INIT("\1\1nv"), STR_INIT("some bytes"), 3, 0 },
		{ "padded", STR_INIT("\1\1nv"), STR_INIT("some bytes"), 7, 5 },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct wire w = { .n = 0 }, head = { .n = 0 };
		add_request(&w, rows[i].params, rows[i].body, rows[i].piece, rows[i].padding);
		add_request(&head, rows[i].params, STR(""), 1, rows[i].padding);
		for (size_t cut = 0; cut < w.n; cut++) {
			struct link l = link_new();
			struct gather *g = gather_new(&conf);
			struct fault f = { 0 };
			send_text(&l, str_sub(wire_text(&w), 0, cut));
			expect_int(rows[i].row, gather_look(l.socket), GATHER_MORE);
			expect_int(rows[i].row, gather_take(g, l.socket), GATHER_MORE);
			send_text(&l, str_from(wire_text(&w), cut));
			expect_int(rows[i].row, gather_take(g, l.socket), GATHER_WHOLE);
			expect_int(rows[i].row, gather_take(g, l.socket), GATHER_WHOLE);
			expect_head(rows[i].row, g, &head);
			assert_true(str_eq(gather_body(g, &f), rows[i].body));
			gather_free(g);
			link_free(&l);
		}
	}
}

static void looking_takes_nothing(void **state)
{
	(void)state;
	struct link l = link_new();
	struct wire w = { .n = 0 };
	expect_int("nothing", gather_look(l.socket), GATHER_MORE);
	add_request(&w, STR("\1\1nv"), STR("abc"), 100, 0);
	send_text(&l, str_sub(wire_text(&w), 0, w.n - 1));
	expect_int("a byte less", gather_look(l.socket), GATHER_MORE);
	send_text(&l, str_from(wire_text(&w), w.n - 1));
	expect_int("whole", gather_look(l.socket), GATHER_WHOLE);
	char got[sizeof w.p];
	expect_int("all is there", recv(l.socket, got, sizeof got, 0), (int64_t)w.n);
	w.n = 0;
	add_request(&w, STR("\1\20n/rowgate-refused"), STR(""), 100, 0);
	send_text(&l, wire_text(&w));
	expect_int("what an error handler is asked", gather_look(l.socket), GATHER_ASKED);
	expect_int("that is there, too", recv(l.socket, got, sizeof got, 0), (int64_t)w.n);
	send_text(&l, STR("GET / HTTP/1.1\r\n"));
	expect_int("not FastCGI", gather_look(l.socket), GATHER_BROKEN);
	link_free(&l);
	l = link_new();
	close(l.peer);
	l.peer = -1;
	expect_int("the peer is gone", gather_look(l.socket), GATHER_BROKEN);
	link_free(&l);
}

static void one_request_after_the_other(void **state)
{
	(void)state;
	struct link l = link_new();
	static const char *const bodies[] = { "first", "", "the third" };
	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		struct wire w = { .n = 0 };
		struct gather *g = gather_new(&conf);
		struct fault f = { 0 };
		add_request(&w, STR("\1\1nv"), str_of(bodies[i]), 100, 0);
		send_text(&l, wire_text(&w));
		expect_int(bodies[i], gather_take(g, l.socket), GATHER_WHOLE);
		expect_text(bodies[i], gather_body(g, &f), bodies[i]);
		gather_free(g);
	}
	link_free(&l);
}

/* Left in the socket it would stand before the next request of a connection that is kept. */
static void padding_behind_the_end_is_taken(void **state)
{
	(void)state;
	static const size_t paddings[] = { 1, 8, 255 };
	for (size_t i = 0; i < COUNT_OF(paddings); i++) {
		struct link l = link_new();
		struct wire w = { .n = 0 };
		char byte;
		wire_add(&w, FCGI_BEGIN_REQUEST, ID, STR("\0\1\1\0\0\0\0\0"), 0);
		wire_add(&w, FCGI_PARAMS, ID, STR(""), 0);
		wire_add(&w, FCGI_STDIN, ID, STR(""), paddings[i]);
		for (size_t cut = w.n - paddings[i]; cut <= w.n; cut++) {
			struct gather *g = gather_new(&conf);
			send_text(&l, str_sub(wire_text(&w), 0, cut));
			/* libfcgi would leave it: it is gathered in any case. */
			expect_int("looked at", gather_look(l.socket), GATHER_MORE);
			expect_int("cut", gather_take(g, l.socket), cut < w.n ? GATHER_MORE : GATHER_WHOLE);
			send_text(&l, str_from(wire_text(&w), cut));
			expect_int("whole", gather_take(g, l.socket), GATHER_WHOLE);
			expect_int("nothing is left", recv(l.socket, &byte, 1, MSG_DONTWAIT), -1);
			gather_free(g);
		}
		link_free(&l);
	}
}

static void what_breaks_it(void **state)
{
	(void)state;
	static const struct {
		const char *row;
		int type, id;
		struct str content;
	} rows[] = {
		{ "aborted", FCGI_ABORT_REQUEST, ID, STR_INIT("") },
		{ "management", FCGI_GET_VALUES, 0, STR_INIT("") },
		{ "an unknown type", 42, ID, STR_INIT("x") },
		{ "another version", -FCGI_PARAMS, ID, STR_INIT("") },
		{ "another request", FCGI_PARAMS, ID + 1, STR_INIT("") },
		{ "a length beyond all measure", FCGI_PARAMS, ID, STR_INIT("\377\377\377\377\0") },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct link l = link_new();
		struct wire w = { .n = 0 };
		struct gather *g = gather_new(&conf);
		wire_add(&w, FCGI_BEGIN_REQUEST, ID, STR("\0\1\1\0\0\0\0\0"), 0);
		wire_add(&w, rows[i].type, rows[i].id, rows[i].content, 0);
		send_text(&l, wire_text(&w));
		expect_int(rows[i].row, gather_look(l.socket), GATHER_BROKEN);
		expect_int(rows[i].row, gather_take(g, l.socket), GATHER_BROKEN);
		gather_free(g);
		link_free(&l);
	}
}

static void a_peer_that_leaves_in_the_middle(void **state)
{
	(void)state;
	struct link l = link_new();
	struct wire w = { .n = 0 };
	struct gather *g = gather_new(&conf);
	add_request(&w, STR("\1\1nv"), STR("abc"), 100, 0);
	send_text(&l, str_sub(wire_text(&w), 0, w.n - 1));
	close(l.peer);
	l.peer = -1;
	expect_int("what came last is no end", gather_take(g, l.socket), GATHER_BROKEN);
	gather_free(g);
	link_free(&l);
}

/* Feeds count copies of a record; the state after the last one. */
static enum gather_state take_many(struct gather *g, int type, size_t size, size_t count)
{
	struct link l = link_new();
	static char content[65535];
	enum gather_state got = GATHER_MORE;
	/* The pairs of params that end with the record: 3 bytes each, length 0 and 1. */
	for (size_t i = 0; i < size; i++)
		content[i] = type == FCGI_PARAMS ? "\0\1v"[i % 3] : 'b';
	for (size_t i = 0; i < count && got == GATHER_MORE; i++) {
		struct wire w = { .n = 0 };
		if (i == 0)
			wire_add(&w, FCGI_BEGIN_REQUEST, ID, STR("\0\1\1\0\0\0\0\0"), 0);
		if (i == 0 && type == FCGI_STDIN)
			wire_add(&w, FCGI_PARAMS, ID, STR(""), 0);
		wire_add(&w, type, ID, (struct str){ content, size }, 0);
		if (i + 1 == count && type == FCGI_PARAMS)
			wire_add(&w, FCGI_PARAMS, ID, STR(""), 0);
		if (i + 1 == count)
			wire_add(&w, FCGI_STDIN, ID, STR(""), 0);
		send_text(&l, wire_text(&w));
		got = gather_take(g, l.socket);
	}
	link_free(&l);
	return got;
}

static void limits(void **state)
{
	(void)state;
	static const struct {
		const char *row;
		int type;
		size_t size, count;
		enum gather_state want;
		int fault;
		size_t body;
	} rows[] = {
		{ "as much as a body may be", FCGI_STDIN, 50000, 2, GATHER_WHOLE, 0, 100000 },
		{ "more than that is thrown away", FCGI_STDIN, 60000, 4, GATHER_WHOLE, 413, 0 },
		{ "much before the body", FCGI_PARAMS, 60000, 17, GATHER_WHOLE, 0, 0 },
		{ "too much before the body", FCGI_PARAMS, 60000, 18, GATHER_BROKEN, 0, 0 },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct gather *g = gather_new(&conf);
		struct fault f = { 0 };
		expect_int(rows[i].row, take_many(g, rows[i].type, rows[i].size, rows[i].count), rows[i].want);
		struct str body = gather_body(g, &f);
		expect_int(rows[i].row, f.http_status, rows[i].fault);
		expect_int(rows[i].row, (int64_t)body.n, (int64_t)rows[i].body);
		assert_int_equal(body.p == NULL, rows[i].fault != 0);
		gather_free(g);
	}
}

static void stalled_requests_are_refused(void **state)
{
	(void)state;
	struct link l = link_new();
	struct wire w = { .n = 0 };
	struct gather *g = gather_new(&conf);
	char got[256];
	gather_refuse(g, l.socket);
	assert_int_equal(recv(l.peer, got, sizeof got, MSG_DONTWAIT), -1);
	wire_add(&w, FCGI_BEGIN_REQUEST, 0x203, STR("\0\1\1\0\0\0\0\0"), 0);
	send_text(&l, wire_text(&w));
	int64_t before = clock_monotonic_us();
	expect_int("begun", gather_take(g, l.socket), GATHER_MORE);
	int64_t progress = gather_progress_us(g);
	assert_true(progress >= before);
	expect_int("nothing came", gather_take(g, l.socket), GATHER_MORE);
	assert_int_equal(gather_progress_us(g), progress);
	gather_refuse(g, l.socket);
	static const char want[] = "\1\6\2\3\0\123\0\0Status: 408 Request Timeout\r\nX-Content-Type-Options: nosniff\r\n"
							   "Content-Length: 0\r\n\r\n"
							   "\1\3\2\3\0\10\0\0\0\0\0\0\0\0\0\0";
	ssize_t n = recv(l.peer, got, sizeof got, MSG_DONTWAIT);
	assert_int_equal(n, sizeof want - 1);
	assert_memory_equal(got, want, sizeof want - 1);
	/* libfcgi closes the head when it does not like it: that must not happen twice. */
	close(gather_head(g));
	gather_head_closed(g);
	gather_free(g);
	link_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_wherever_it_is_cut),
		cmocka_unit_test(looking_takes_nothing),
		cmocka_unit_test(one_request_after_the_other),
		cmocka_unit_test(padding_behind_the_end_is_taken),
		cmocka_unit_test(what_breaks_it),
		cmocka_unit_test(a_peer_that_leaves_in_the_middle),
		cmocka_unit_test(limits),
		cmocka_unit_test(stalled_requests_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
