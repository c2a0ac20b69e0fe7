/* Params become header fields: several lines of one are one, and no spelling stands for another.
 * SPDX-License-Identifier: MIT */
#include "../../lib/expect.h"

#include "app/front/fields.h"
#include "base/arena.h"
#include "base/count.h"

enum { PARAMS_MAX = 12 };

static void what_becomes_of_params(void **state)
{
	(void)state;
	static const struct {
		const char *row, *params[PARAMS_MAX], *name, *want;
		int status;
	} rows[] = {
		{ "one line", { "HTTP_PREFER=a" }, "prefer", "a", 0 },
		{ "none", { "REMOTE_ADDR=::1", "HTTP_ACCEPT=a" }, "prefer", NULL, 0 },
		{ "no value", { "HTTP_PREFER=" }, "prefer", NULL, 0 },
		{ "two lines", { "HTTP_PREFER=a", "HTTP_ACCEPT=x", "HTTP_PREFER= b " }, "prefer", "a, b", 0 },
		{ "the other one of them", { "HTTP_PREFER=a", "HTTP_ACCEPT=x", "HTTP_PREFER=b" }, "accept", "x", 0 },
		{ "three, one empty", { "HTTP_A_B=1", "HTTP_A_B=", "HTTP_A_B=2", "HTTP_A_B=3" }, "a-b", "1, 2, 3", 0 },
		{ "two, the first empty", { "HTTP_A=", "HTTP_A=2", "HTTP_A=3" }, "a", "2, 3", 0 },
		{ "a length of nothing", { "CONTENT_LENGTH=0" }, "content-length", NULL, 0 },
		{ "a length", { "CONTENT_LENGTH=9" }, "content-length", "9", 0 },
		{ "cookies", { "HTTP_COOKIE=a=1", "HTTP_COOKIE=b=2" }, "cookie", "a=1; b=2", 0 },
		{ "a chain", { "HTTP_X_FORWARDED_FOR=1", "HTTP_X_FORWARDED_FOR=2, 3" }, "x-forwarded-for", "1, 2, 3", 0 },
		{ "two tokens", { "HTTP_AUTHORIZATION=Bearer a", "HTTP_AUTHORIZATION=Bearer b" }, "authorization",
			"Bearer a, Bearer b", 0 },
		{ "single", { "HTTP_RANGE=0-1", "HTTP_RANGE=2-3" }, "range", "0-1", 0 },
		{ "single, profile", { "HTTP_ACCEPT_PROFILE=a", "HTTP_ACCEPT_PROFILE=b" }, "accept-profile", "a", 0 },
		{ "type", { "CONTENT_TYPE=a", "HTTP_CONTENT_TYPE=b" }, "content-type", "a", 0 },
		{ "type, the other first", { "HTTP_CONTENT_TYPE=b", "CONTENT_TYPE=a" }, "content-type", "a", 0 },
		{ "type by its other name", { "CONTENT_TYPE=", "HTTP_CONTENT_TYPE=b" }, "content-type", NULL, 0 },
		{ "length by its other name", { "HTTP_CONTENT_LENGTH=9" }, "content-length", NULL, 0 },
		{ "rewritten", { "REDIRECT_HTTP_AUTHORIZATION=a" }, "authorization", "a", 0 },
		{ "rewritten, and not", { "REDIRECT_HTTP_AUTHORIZATION=b", "HTTP_AUTHORIZATION=a" }, "authorization", "a", 0 },
		{ "nginx", { "SERVER_SOFTWARE=nginx/1.22.1", "HTTP_A=1", "HTTP_A=2" }, "a", "1, 2", 0 },
		{ "nginx, last", { "GATEWAY_INTERFACE=CGI/1.1", "HTTP_A=1", "HTTP_A=2", "SERVER_SOFTWARE=nginx/1.30" }, "a",
			"1, 2", 0 },
		{ "lighttpd", { "SERVER_SOFTWARE=lighttpd/1.4.69", "HTTP_A=1", "HTTP_B=2" }, "b", "2", 0 },
		{ "lighttpd, two spellings", { "SERVER_SOFTWARE=lighttpd/1.4.69", "HTTP_A=1", "HTTP_B=2", "HTTP_A=3" }, "b",
			"2", 400 },
		{ "lighttpd, last", { "HTTP_A=1", "HTTP_A=3", "SERVER_SOFTWARE=lighttpd/1.4.69" }, "b", NULL, 400 },
		{ "a server without a name", { "GATEWAY_INTERFACE=CGI/1.1", "HTTP_A=1", "HTTP_A=3" }, "b", NULL, 400 },
		{ "spelled in another case", { "HTTP_A=1", "HTTP_a=2" }, "b", NULL, 400 },
		{ "spelled with a hyphen", { "HTTP_X_FORWARDED_FOR=1", "HTTP_X-FORWARDED-FOR=2" }, "b", NULL, 400 },
		{ "more than there may be", { "HTTP_ORIGIN=me", "HTTP_A=12345678901234567890123456789012345678901234567890" },
			"origin", "me", 431 },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(1 << 20);
		struct request r = { .method = HTTP_GET };
		struct fault f = { 0 };
		char *params[PARAMS_MAX + 1] = { NULL };
		for (size_t k = 0; k < PARAMS_MAX && rows[i].params[k]; k++)
			params[k] = (char *)(uintptr_t)rows[i].params[k];
		bool good = fields_read(&r, params, 64, a, &f);
		expect_int(rows[i].row, good ? 0 : f.http_status, rows[i].status);
		expect_text(rows[i].row, request_field(&r, str_of(rows[i].name)), rows[i].want);
		arena_free(a);
	}
}

/* A field without a value is there, but for those that web servers pass for every request. */
static void what_says_nothing(void **state)
{
	(void)state;
	static char accept[] = "HTTP_ACCEPT=", x[] = "HTTP_X=", type[] = "CONTENT_TYPE=", length[] = "CONTENT_LENGTH=";
	static char *params[] = { accept, x, x, type, length, NULL };
	struct arena *a = arena_new(1 << 20);
	struct request r = { .method = HTTP_POST };
	struct fault f = { 0 };
	assert_true(fields_read(&r, params, 1 << 20, a, &f));
	assert_int_equal(r.field_count, 2);
	assert_null(request_field(&r, STR("accept")).p);
	expect_text("said", request_field_said(&r, STR("accept")), "");
	expect_text("twice", request_field_said(&r, STR("x")), "");
	assert_null(request_field_said(&r, STR("y")).p);
	arena_free(a);
}

/* Work is bounded by the number of lines, however short they are. */
static void how_many_there_may_be(void **state)
{
	(void)state;
	static char line[] = "HTTP_A=1", *params[FIELD_LINES_MAX + 2];
	for (size_t n = FIELD_LINES_MAX; n <= FIELD_LINES_MAX + 1; n++) {
		struct arena *a = arena_new(1 << 20);
		struct request r = { .method = HTTP_GET };
		struct fault f = { 0 };
		for (size_t i = 0; i < n; i++)
			params[i] = line;
		assert_int_equal(fields_read(&r, params, 1 << 20, a, &f), n == FIELD_LINES_MAX);
		assert_int_equal(f.http_status, n == FIELD_LINES_MAX ? 0 : 431);
		assert_int_equal(r.field_count, 1);
		assert_int_equal(request_field(&r, STR("a")).n, 3 * FIELD_LINES_MAX - 2);
		assert_false(arena_overflowed(a));
		arena_free(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_becomes_of_params),
		cmocka_unit_test(what_says_nothing),
		cmocka_unit_test(how_many_there_may_be),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
