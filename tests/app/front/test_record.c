/* Records as bytes, and streams of them cut at every byte.
 * SPDX-License-Identifier: MIT */
#include "../../lib/expect.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/count.h"
#include "wire.h"

#define ID 0x123

enum { RECORDS_MAX = 8 };

static void headers_are_in_network_order(void **state)
{
	(void)state;
	static const struct {
		const char *row;
		int type, request_id;
		int64_t content;
		unsigned char want[FCGI_HEADER_LEN];
	} rows[] = {
		{ "empty", FCGI_STDOUT, 1, 0, { 1, 6, 0, 1, 0, 0, 0, 0 } },
		{ "two bytes each", FCGI_STDOUT, 0x1234, 0x5678, { 1, 6, 0x12, 0x34, 0x56, 0x78, 0, 0 } },
		{ "all there can be", FCGI_STDERR, 65535, 65535, { 1, 7, 255, 255, 255, 255, 0, 0 } },
	};
	static const unsigned char end[] = { 1, 3, 1, 0x23, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	unsigned char got[RECORD_END_SIZE];
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		record_header(got, rows[i].type, rows[i].request_id, rows[i].content);
		if (memcmp(got, rows[i].want, FCGI_HEADER_LEN) != 0)
			fail_msg("%s: another header", rows[i].row);
	}
	record_end(got, ID);
	assert_int_equal(sizeof end, RECORD_END_SIZE);
	assert_memory_equal(got, end, sizeof end);
}

enum outcome { MORE, WHOLE, BAD };

/* What came of a stream that was fed in steps. */
struct fed {
	enum outcome outcome;
	struct buf params, body;
	size_t left; /* bytes that were not taken */
};

static struct fed feed(const struct wire *w, size_t step, struct arena *a)
{
	struct fed fed = { .outcome = MORE, .params = buf_new(a, sizeof w->p), .body = buf_new(a, sizeof w->p) };
	struct records at = { 0 };
	struct str rest = wire_text(w), piece;
	while (rest.n && fed.outcome == MORE) {
		struct str in = str_sub(rest, 0, step);
		rest = str_from(rest, in.n);
		while (in.n && !at.whole && fed.outcome == MORE) {
			enum record_piece kind = records_next(&at, &in, &piece);
			if (kind == RECORD_CONTENT && at.type != FCGI_BEGIN_REQUEST)
				buf_put(at.type == FCGI_PARAMS ? &fed.params : &fed.body, piece);
			fed.outcome = kind == RECORD_BAD ? BAD : at.whole ? WHOLE : MORE;
		}
		fed.left = rest.n + in.n;
	}
	return fed;
}

/* A name of one byte, and a value of one whose length takes four bytes. */
#define PAIR "\1\200\0\0\1nv"

static void streams_are_taken_apart_wherever_they_are_cut(void **state)
{
	(void)state;
	static const struct {
		const char *row;
		struct {
			int type;
			struct str content;
			size_t padding;
			int other_id; /* 0: ID */
		} records[RECORDS_MAX];
		enum outcome want;
		const char *params, *body;
		size_t left;
	} rows[] = {
		{ "no body",
			{ WIRE_BEGIN, { FCGI_PARAMS, STR_INIT("\1\1nv"), 0, 0 }, { FCGI_PARAMS, STR_INIT(""), 0, 0 },
				{ FCGI_STDIN, STR_INIT(""), 0, 0 } },
			WHOLE, "\1\1nv", "", 0 },
		{ "a body in two records",
			{ WIRE_BEGIN, { FCGI_PARAMS, STR_INIT(""), 0, 0 }, { FCGI_STDIN, STR_INIT("abc"), 0, 0 },
				{ FCGI_STDIN, STR_INIT("de"), 0, 0 }, { FCGI_STDIN, STR_INIT(""), 0, 0 } },
			WHOLE, "", "abcde", 0 },
		{ "padding",
			{ WIRE_BEGIN, { FCGI_PARAMS, STR_INIT("\1\1nv"), 4, 0 }, { FCGI_PARAMS, STR_INIT(""), 0, 0 },
				{ FCGI_STDIN, STR_INIT("abc"), 5, 0 }, { FCGI_STDIN, STR_INIT(""), 0, 0 } },
			WHOLE, "\1\1nv", "abc", 0 },
		{ "padding behind nothing",
			{ WIRE_BEGIN, { FCGI_PARAMS, STR_INIT(""), 255, 0 }, { FCGI_STDIN, STR_INIT(""), 0, 0 } }, WHOLE, "", "",
			0 },
		{ "padding behind the end",
			{ WIRE_BEGIN, { FCGI_PARAMS, STR_INIT(""), 0, 0 }, { FCGI_STDIN, STR_INIT(""), 9, 0 }, WIRE_BEGIN,
				{ FCGI_STDIN, STR_INIT(""), 255, 0 } },
			WHOLE, "", "", 24 + 255 },
		{ "a second request is left alone",
			{ WIRE_BEGIN, { FCGI_PARAMS, STR_INIT(""), 0, 0 }, { FCGI_STDIN, STR_INIT(""), 0, 0 }, WIRE_BEGIN,
				{ FCGI_STDIN, STR_INIT(""), 0, 0 } },
			WHOLE, "", "", 24 },
		{ "nothing yet", { { 0 } }, MORE, "", "", 0 },
		{ "only begun", { WIRE_BEGIN }, MORE, "", "", 0 },
		{ "no end of the body",
			{ WIRE_BEGIN, { FCGI_PARAMS, STR_INIT(""), 0, 0 }, { FCGI_STDIN, STR_INIT("abc"), 0, 0 } }, MORE, "", "abc",
			0 },
		{ "lengths over two records",
			{ WIRE_BEGIN, { FCGI_PARAMS, STR_INIT("\1\200\0"), 0, 0 }, { FCGI_PARAMS, STR_INIT("\0\1nv"), 0, 0 },
				{ FCGI_PARAMS, STR_INIT(""), 0, 0 }, { FCGI_STDIN, STR_INIT(""), 0, 0 } },
			WHOLE, NULL, "", 0 },
		{ "the longest name", { WIRE_BEGIN, { FCGI_PARAMS, STR_INIT("\200\20\0\0\0"), 0, 0 } }, MORE, NULL, "", 0 },
		{ "a name too long", { WIRE_BEGIN, { FCGI_PARAMS, STR_INIT("\200\20\0\1\0"), 0, 0 } }, BAD, NULL, "", 0 },
		{ "a value too long", { WIRE_BEGIN, { FCGI_PARAMS, STR_INIT("\1\377\377\377\377"), 0, 0 } }, BAD, NULL, "", 0 },
		{ "the second pair too long", { WIRE_BEGIN, { FCGI_PARAMS, STR_INIT(PAIR "\0\200\20\0\1"), 0, 0 } }, BAD, NULL,
			"", 0 },
		{ "pairs of nothing",
			{ WIRE_BEGIN, { FCGI_PARAMS, STR_INIT("\0\0\0\0" PAIR), 0, 0 }, { FCGI_PARAMS, STR_INIT(""), 0, 0 },
				{ FCGI_STDIN, STR_INIT(""), 0, 0 } },
			WHOLE, NULL, "", 0 },
		{ "another version", { { -FCGI_BEGIN_REQUEST, STR_INIT("\0\1\1\0\0\0\0\0"), 0, 0 } }, BAD, "", "", 8 },
		{ "another version later", { WIRE_BEGIN, { -FCGI_STDIN, STR_INIT(""), 0, 0 } }, BAD, "", "", 0 },
		{ "begun twice", { WIRE_BEGIN, WIRE_BEGIN }, BAD, "", "", 8 },
		{ "not begun", { { FCGI_PARAMS, STR_INIT("\1\1nv"), 0, 0 } }, BAD, "", "", 4 },
		{ "a body that is not begun", { { FCGI_STDIN, STR_INIT(""), 0, 0 } }, BAD, "", "", 0 },
		{ "aborted", { WIRE_BEGIN, { FCGI_ABORT_REQUEST, STR_INIT(""), 0, 0 } }, BAD, "", "", 0 },
		{ "a filter's data", { WIRE_BEGIN, { FCGI_DATA, STR_INIT("abc"), 0, 0 } }, BAD, "", "", 3 },
		{ "an answer", { WIRE_BEGIN, { FCGI_STDOUT, STR_INIT("abc"), 0, 0 } }, BAD, "", "", 3 },
		{ "a body before the parameters end",
			{ WIRE_BEGIN, { FCGI_PARAMS, STR_INIT("\1\1nv"), 0, 0 }, { FCGI_STDIN, STR_INIT(""), 0, 0 } }, BAD,
			"\1\1nv", "", 0 },
		{ "parameters behind their end",
			{ WIRE_BEGIN, { FCGI_PARAMS, STR_INIT(""), 0, 0 }, { FCGI_PARAMS, STR_INIT(""), 0, 0 } }, BAD, "", "", 0 },
		{ "an unknown type", { WIRE_BEGIN, { 99, STR_INIT("abc"), 0, 0 } }, BAD, "", "", 3 },
		{ "management", { { FCGI_GET_VALUES, STR_INIT("\16\0FCGI_MAX_CONNS"), 0, -1 } }, BAD, "", "", 16 },
		{ "begun without a number", { { FCGI_BEGIN_REQUEST, STR_INIT("\0\1\1\0\0\0\0\0"), 0, -1 } }, BAD, "", "", 8 },
		{ "two requests at a time", { WIRE_BEGIN, { FCGI_PARAMS, STR_INIT("\1\1nv"), 0, 7 } }, BAD, "", "", 4 },
		{ "another's body", { WIRE_BEGIN, { FCGI_PARAMS, STR_INIT(""), 0, 0 }, { FCGI_STDIN, STR_INIT(""), 0, 7 } },
			BAD, "", "", 0 },
	};
	struct arena *a = arena_new((size_t)64 << 20);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct wire w = { .n = 0 };
		for (size_t r = 0; r < RECORDS_MAX && rows[i].records[r].type; r++) {
			int id = rows[i].records[r].other_id;
			wire_add(&w, rows[i].records[r].type,
				!id          ? ID
					: id < 0 ? 0
							 : id,
				rows[i].records[r].content, rows[i].records[r].padding);
		}
		for (size_t step = 1; step <= w.n; step++) {
			struct fed fed = feed(&w, step, a);
			expect_int(rows[i].row, fed.outcome, rows[i].want);
			if (rows[i].params)
				expect_text(rows[i].row, buf_str(&fed.params), rows[i].params);
			expect_text(rows[i].row, buf_str(&fed.body), rows[i].body);
			if (rows[i].want != MORE)
				expect_int(rows[i].row, (int64_t)fed.left, (int64_t)rows[i].left);
		}
		arena_reset(a);
	}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_in_network_order),
		cmocka_unit_test(streams_are_taken_apart_wherever_they_are_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
