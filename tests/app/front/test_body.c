/* Bodies keep what is put into them, in memory and in their file, up to their limit.
 * SPDX-License-Identifier: MIT */
#include "../../lib/expect.h"

#include <string.h>

#include "app/front/body.h"
#include "base/arena.h"

static char letter(size_t at)
{
	return (char)('a' + at * 7 % 25);
}

/* Puts n bytes in, as many at a time as there is room and not more than step; false when there is none. */
static bool put(struct body *b, size_t n, size_t step, struct fault *f)
{
	for (size_t at = 0; at < n;) {
		size_t room;
		char *to = body_room(b, &room, f);
		if (!to)
			return false;
		assert_true(room > 0);
		room = room < step ? room : step;
		room = room < n - at ? room : n - at;
		for (size_t i = 0; i < room; i++)
			to[i] = letter(at + i);
		body_add(b, room);
		at += room;
	}
	return true;
}

static void bodies_are_kept(void **state)
{
	(void)state;
	static const struct {
		const char *row;
		int64_t expected;
		size_t n, step;
	} rows[] = {
		{ "nothing", -1, 0, 1 },
		{ "nothing told", 0, 0, 1 },
		{ "as told", 1000, 1000, 1 << 20 },
		{ "less than told", 1000, 10, 3 },
		{ "more than told", 10, 5000, 7 },
		{ "untold, in memory", -1, 4000, 4000 },
		{ "untold, beyond memory", -1, 5000, 1000 },
		{ "to a file at once", 100000, 100000, 30000 },
		{ "a file that grows", -1, 2500000, 65536 },
		{ "all there may be", -1, 3000000, 1 << 20 },
	};
	const struct conf conf = { .server_buffer = 8192, .server_max_body = 3000000, .server_spool_dir = STR("/tmp") };
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(1 << 20);
		struct body *b = body_new(&conf, rows[i].expected, a);
		struct fault f = { 0 };
		assert_true(put(b, rows[i].n, rows[i].step, &f));
		struct str text = body_text(b);
		expect_int(rows[i].row, (int64_t)text.n, (int64_t)rows[i].n);
		assert_non_null(text.p);
		for (size_t at = 0; at < text.n; at++)
			if (text.p[at] != letter(at))
				fail_msg("%s: byte %zu is wrong", rows[i].row, at);
		assert_false(arena_overflowed(a));
		arena_free(a);
	}
}

static void what_has_no_room(void **state)
{
	(void)state;
	static const struct {
		const char *row, *dir;
		int64_t expected, buffer;
		size_t n;
		int want;
	} rows[] = {
		{ "in memory", "/tmp", -1, 8192, 10001, 413 },
		{ "by one byte", "/tmp", 10000, 65536, 10001, 413 },
		{ "in a file", "/tmp", -1, 0, 20000, 413 },
		{ "no such directory", "/nonexistent/rowgate", -1, 0, 1, 507 },
		{ "no such directory when it grows", "/nonexistent/rowgate", -1, 4096, 5000, 507 },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct conf conf = { .server_buffer = rows[i].buffer, .server_max_body = 10000 };
		struct arena *a = arena_new(1 << 20);
		struct fault f = { 0 };
		conf.server_spool_dir = str_of(rows[i].dir);
		struct body *b = body_new(&conf, rows[i].expected, a);
		size_t room;
		bool fits = put(b, rows[i].n, SIZE_MAX, &f) && body_room(b, &room, &f);
		assert_false(fits);
		expect_int(rows[i].row, f.http_status, rows[i].want);
		arena_free(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_are_kept),
		cmocka_unit_test(what_has_no_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
