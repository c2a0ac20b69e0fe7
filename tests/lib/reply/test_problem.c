/* Faults as they go over the wire, and header fields that cannot be broken out of.
 * SPDX-License-Identifier: MIT */
#include "reply/problem.h"

#include "../expect.h"
#include "base/arena.h"

static bool collect(void *arg, struct str piece)
{
	buf_put(arg, piece);
	return true;
}

static struct str body_of(struct reply *r, struct arena *a)
{
	struct buf out = buf_new(a, 1 << 16);
	assert_true(spool_drain(&r->body, collect, &out));
	return buf_str(&out);
}

static const struct fault_header cookie = { STR_INIT("Set-Cookie"), STR_INIT("a=b"), NULL };
static const struct fault_header typed = { STR_INIT("content-type"), STR_INIT("text/plain"), &cookie };
static const struct fault_header injected = { STR_INIT("X-A"), STR_INIT("1\r\nX-B: 2"), &cookie };
static const struct fault_header framing = { STR_INIT("Content-Length"), STR_INIT("1"), NULL };

#define VARY "Vary: Accept, Prefer, Range\r\n"
#define JSON_TYPE "Content-Type: application/json; charset=utf-8\r\n"

static const struct {
	struct fault fault;
	bool minimal;
	int status;
	const char *fields, *body;
} cases[] = {
	{ { .http_status = 404,
		  .code = STR_INIT("PGRST205"),
		  .message = STR_INIT("No 'x'"),
		  .hint = STR_INIT("Try \"y\"") },
		false, 404, JSON_TYPE "Proxy-Status: PostgREST; error=PGRST205\r\n" VARY "Content-Length: 72\r\n",
		"{\"code\":\"PGRST205\",\"details\":null,\"hint\":\"Try \\\"y\\\"\",\"message\":\"No 'x'\"}" },
	{ { .http_status = 300,
		  .code = STR_INIT("PGRST201"),
		  .message = STR_INIT("m"),
		  .details = STR_INIT("[{\"a\":1}]"),
		  .details_json = true },
		false, 300, JSON_TYPE "Proxy-Status: PostgREST; error=PGRST201\r\n" VARY "Content-Length: 65\r\n",
		"{\"code\":\"PGRST201\",\"details\":[{\"a\":1}],\"hint\":null,\"message\":\"m\"}" },
	{ { .http_status = 409, .code = STR_INIT("23505"), .message = STR_INIT("dup"), .details = STR_INIT("secret") },
		true, 409, JSON_TYPE "Proxy-Status: PostgREST; error=23505\r\n" VARY "Content-Length: 32\r\n",
		"{\"code\":\"23505\",\"message\":\"dup\"}" },
	{ { .http_status = 503, .code = STR_INIT("PGRST002"), .message = STR_INIT("m"), .retry_after = 8 }, true, 503,
		JSON_TYPE "Proxy-Status: PostgREST; error=PGRST002\r\n" VARY "Retry-After: 8\r\nContent-Length: 33\r\n",
		"{\"code\":\"PGRST002\",\"message\":\"m\"}" },
	{ { .http_status = 401,
		  .code = STR_INIT("PGRST301"),
		  .message = STR_INIT("m"),
		  .www_authenticate = STR_INIT("Bearer error=\"invalid_token\"") },
		true, 401,
		JSON_TYPE "Proxy-Status: PostgREST; error=PGRST301\r\n" VARY
				  "WWW-Authenticate: Bearer error=\"invalid_token\"\r\nContent-Length: 33\r\n",
		"{\"code\":\"PGRST301\",\"message\":\"m\"}" },
	{ { .http_status = 402, .code = STR_INIT("P"), .message = STR_INIT("m"), .headers = &typed }, true, 402,
		"content-type: text/plain\r\nSet-Cookie: a=b\r\nProxy-Status: PostgREST; error=P\r\n" VARY
		"Content-Length: 26\r\n",
		"{\"code\":\"P\",\"message\":\"m\"}" },
	{ { .http_status = 400, .code = STR_INIT("a\r\nb"), .message = STR_INIT("m"), .headers = &injected }, true, 400,
		"Set-Cookie: a=b\r\n" JSON_TYPE VARY "Content-Length: 31\r\n", "{\"code\":\"a\\r\\nb\",\"message\":\"m\"}" },
	{ { .http_status = 99, .code = STR_INIT("P"), .headers = &framing }, true, 500,
		JSON_TYPE "Proxy-Status: PostgREST; error=P\r\n" VARY "Content-Length: 25\r\n",
		"{\"code\":\"P\",\"message\":\"\"}" },
};

static void renders_faults(void **state)
{
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct conf conf = { .client_error_verbosity = cases[i].minimal ? CONF_MINIMAL : CONF_VERBOSE };
		struct reply r;
		problem_reply(&r, &cases[i].fault, &conf, false, *state);
		assert_int_equal(r.status, cases[i].status);
		expect_text(cases[i].body, body_of(&r, *state), cases[i].body);
		expect_text(cases[i].body, buf_str(&r.fields), cases[i].fields);
		assert_false(r.no_body);
	}
}

static void leaves_the_body_out_for_head(void **state)
{
	struct fault f = { .http_status = 404,
		.code = STR_INIT("C"),
		.message = STR_INIT("m"),
		.reason = STR_INIT("Gone\n") };
	struct reply r;
	problem_reply(&r, &f, NULL, true, *state);
	assert_true(r.no_body);
	assert_null(r.reason.p);
	expect_text("HEAD", buf_str(&r.fields), JSON_TYPE "Proxy-Status: PostgREST; error=C\r\n" VARY);
}

static const struct {
	struct str name, value;
	bool taken;
} fields[] = {
	{ STR_INIT("X-A"), STR_INIT("b"), true },
	{ STR_INIT("X-A"), STR_INIT(""), true },
	{ STR_INIT("X-A"), STR_INIT("tab\tand ü"), true },
	{ STR_INIT(""), STR_INIT("b"), false },
	{ STR_INIT("X A"), STR_INIT("b"), false },
	{ STR_INIT("X:A"), STR_INIT("b"), false },
	{ STR_INIT("X-A\r\nY"), STR_INIT("b"), false },
	{ STR_INIT("X-Ü"), STR_INIT("b"), false },
	{ STR_INIT("X-A"), STR_INIT("b\r\nSet-Cookie: c"), false },
	{ STR_INIT("X-A"), STR_INIT("b\nc"), false },
	{ STR_INIT("X-A"), STR_INIT("b\0c"), false },
	{ STR_INIT("X-A"), STR_INIT("\x7f"), false },
};

static void refuses_fields_that_would_break_out(void **state)
{
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		struct reply r = reply_new(200, *state);
		assert_int_equal(reply_field(&r, fields[i].name, fields[i].value), fields[i].taken);
		assert_int_equal(r.fields.n > 0, fields[i].taken);
	}
}

static void finds_fields_by_name(void **state)
{
	struct reply r = reply_new(200, *state);
	reply_field(&r, STR("Content-Type"), STR("Vary: x"));
	reply_field(&r, STR("X-A"), STR("1"));
	assert_true(reply_has_field(&r, STR("content-type")));
	assert_true(reply_has_field(&r, STR("x-a")));
	assert_false(reply_has_field(&r, STR("Vary")));
	assert_false(reply_has_field(&r, STR("X")));
	assert_true(reply_field_is_framing(STR("Transfer-encoding")));
	assert_false(reply_field_is_framing(STR("Vary")));
}

static void refuses_an_endless_field_section(void **state)
{
	struct reply r = reply_new(200, *state);
	size_t taken = 0;
	char value[1000] = { 0 };
	for (size_t i = 0; i < sizeof value; i++)
		value[i] = 'v';
	while (reply_field(&r, STR("X-A"), (struct str){ value, sizeof value }))
		taken++;
	assert_in_range(taken, 200, 300);
}

static int set_up(void **state)
{
	*state = arena_new(1 << 24);
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
		cmocka_unit_test_setup_teardown(renders_faults, set_up, tear_down),
		cmocka_unit_test_setup_teardown(leaves_the_body_out_for_head, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_fields_that_would_break_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(finds_fields_by_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_an_endless_field_section, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
