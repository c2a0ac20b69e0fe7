/* SQLSTATE to HTTP status, and RAISE SQLSTATE 'PGRST', as tables.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"
#include "base/arena.h"
#include "pg/sqlstate.h"

static const struct {
	const char *sqlstate, *message;
	int anonymous, known; /* status without and with a role of one's own */
} statuses[] = {
	{ "08006", "", 503, 503 },
	{ "09000", "", 500, 500 },
	{ "0L000", "", 403, 403 },
	{ "0P000", "", 403, 403 },
	{ "21000", "more than one row returned by a subquery", 500, 500 },
	{ "21000", "UPDATE requires a WHERE clause", 400, 400 },
	{ "22023", "invalid value for parameter", 400, 400 },
	{ "22023", "role \"nobody\" does not exist", 401, 401 },
	{ "22P02", "", 400, 400 },
	{ "23502", "", 400, 400 },
	{ "23503", "", 409, 409 },
	{ "23505", "", 409, 409 },
	{ "23514", "", 400, 400 },
	{ "25006", "", 405, 405 },
	{ "25P02", "", 500, 500 },
	{ "28000", "", 403, 403 },
	{ "2D000", "", 500, 500 },
	{ "38000", "", 500, 500 },
	{ "39000", "", 500, 500 },
	{ "3B000", "", 500, 500 },
	{ "40001", "", 500, 500 },
	{ "40P01", "", 500, 500 },
	{ "42501", "", 401, 403 },
	{ "42601", "", 400, 400 },
	{ "42883", "function f() does not exist", 404, 404 },
	{ "42883", "function xmlagg(text) does not exist", 406, 406 },
	{ "42P01", "", 404, 404 },
	{ "42P17", "", 500, 500 },
	{ "53300", "", 503, 503 },
	{ "53400", "", 500, 500 },
	{ "54001", "", 500, 500 },
	{ "55P03", "", 500, 500 },
	{ "57014", "", 500, 500 },
	{ "57P01", "", 503, 503 },
	{ "57P02", "", 500, 500 },
	{ "58030", "", 500, 500 },
	{ "F0000", "", 500, 500 },
	{ "HV000", "", 500, 500 },
	{ "P0001", "", 400, 400 },
	{ "P0002", "", 500, 500 },
	{ "XX000", "", 500, 500 },
	{ "ZZ123", "", 400, 400 },
	{ "PT402", "", 402, 402 },
	{ "PT999", "", 999, 999 },
	{ "PT42X", "", 500, 500 },
	{ "PT100", "", 500, 500 },
	{ "PT000", "", 500, 500 },
	{ "", "", 500, 500 },
	{ "0800", "", 500, 500 },
};

static void statuses_are_postgrests(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(statuses); i++) {
		struct pg_error e = { .sqlstate = str_of(statuses[i].sqlstate), .message = str_of(statuses[i].message) };

		expect_int(statuses[i].sqlstate, sqlstate_status(&e, true), statuses[i].anonymous);
		expect_int(statuses[i].sqlstate, sqlstate_status(&e, false), statuses[i].known);
	}
}

static void faults_keep_postgresqls_texts(void **state)
{
	struct arena *a = arena_new(1 << 16);
	struct pg_error e = { STR("42501"), STR("permission denied"), STR_NONE, STR("a hint") };
	struct fault f;

	(void)state;
	assert_false(sqlstate_fault(&f, &e, true, a));
	expect_int("status", f.http_status, 401);
	expect_text("code", f.code, "42501");
	expect_text("sqlstate", f.sqlstate, "42501");
	expect_text("message", f.message, "permission denied");
	expect_text("details", f.details, NULL);
	expect_text("hint", f.hint, "a hint");
	expect_text("challenge", f.www_authenticate, "Bearer");
	sqlstate_fault(&f, &e, false, a);
	expect_text("no challenge", f.www_authenticate, NULL);
	e.sqlstate = STR("53300");
	sqlstate_fault(&f, &e, false, a);
	expect_int("retry", f.retry_after, 1);
	e.sqlstate = STR("PT401");
	sqlstate_fault(&f, &e, false, a);
	expect_text("reason", f.reason, "permission denied");
	expect_text("challenge", f.www_authenticate, "Bearer");
	arena_free(a);
}

static const char bad_message[] = "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error";

static const struct {
	const char *name, *message, *detail;
	int status;
	const char *code, *text, *details, *hint, *reason;
} raised[] = {
	{ "all", "{\"code\":\"123\",\"message\":\"m\",\"details\":\"d\",\"hint\":\"h\"}",
		"{\"status\":332,\"status_text\":\"Custom\",\"headers\":{\"X\":\"1\"}}", 332, "123", "m", "d", "h", "Custom" },
	{ "least", "{\"code\":\"\",\"message\":\"m\"}", "{\"status\":402,\"headers\":{}}", 402, "", "m", NULL, NULL, NULL },
	{ "nulls", "{\"code\":\"c\",\"message\":\"m\",\"details\":null,\"hint\":null,\"x\":1}",
		" {\"status\":4.02e2,\"status_text\":null,\"headers\":{}} ", 402, "c", "m", NULL, NULL, NULL },
	{ "odd status", "{\"code\":\"c\",\"message\":\"m\"}", "{\"status\":7,\"headers\":{}}", 500, "c", "m", NULL, NULL,
		NULL },
	{ "not json", "no", "{}", 500, "PGRST121", bad_message, "Invalid JSON value for MESSAGE: 'no'",
		"MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: 'details', 'hint'.",
		NULL },
	{ "rest behind", "{\"code\":\"c\",\"message\":\"m\"} x", "{}", 500, "PGRST121", bad_message,
		"Invalid JSON value for MESSAGE: '{\"code\":\"c\",\"message\":\"m\"} x'",
		"MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: 'details', 'hint'.",
		NULL },
	{ "number for text", "{\"code\":1,\"message\":\"m\"}", "{}", 500, "PGRST121", bad_message,
		"Invalid JSON value for MESSAGE: '{\"code\":1,\"message\":\"m\"}'",
		"MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: 'details', 'hint'.",
		NULL },
	{ "no detail", "{\"code\":\"c\",\"message\":\"m\"}", NULL, 500, "PGRST121", bad_message,
		"DETAIL is missing in the RAISE statement",
		"DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'.",
		NULL },
	{ "no headers", "{\"code\":\"c\",\"message\":\"m\"}", "{\"status\":400}", 500, "PGRST121", bad_message,
		"Invalid JSON value for DETAIL: '{\"status\":400}'",
		"DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'.",
		NULL },
	{ "header not text", "{\"code\":\"c\",\"message\":\"m\"}", "{\"status\":400,\"headers\":{\"a\":1}}", 500,
		"PGRST121", bad_message, "Invalid JSON value for DETAIL: '{\"status\":400,\"headers\":{\"a\":1}}'",
		"DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'.",
		NULL },
	{ "fraction", "{\"code\":\"c\",\"message\":\"m\"}", "{\"status\":400.5,\"headers\":{}}", 500, "PGRST121",
		bad_message, "Invalid JSON value for DETAIL: '{\"status\":400.5,\"headers\":{}}'",
		"DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'.",
		NULL },
	{ "huge", "{\"code\":\"c\",\"message\":\"m\"}", "{\"status\":1e300,\"headers\":{}}", 500, "PGRST121", bad_message,
		"Invalid JSON value for DETAIL: '{\"status\":1e300,\"headers\":{}}'",
		"DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'.",
		NULL },
};

static void raise_makes_the_whole_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(raised); i++) {
		struct arena *a = arena_new(1 << 16);
		struct pg_error e = { STR("PGRST"), str_of(raised[i].message), str_of(raised[i].detail), STR("of PostgreSQL") };
		struct fault f;

		assert_false(sqlstate_fault(&f, &e, true, a));
		expect_int(raised[i].name, f.http_status, raised[i].status);
		expect_text(raised[i].name, f.code, raised[i].code);
		expect_text(raised[i].name, f.message, raised[i].text);
		expect_text(raised[i].name, f.details, raised[i].details);
		expect_text(raised[i].name, f.hint, raised[i].hint);
		expect_text(raised[i].name, f.reason, raised[i].reason);
		expect_int(raised[i].name, f.raised, !str_eq(f.code, STR("PGRST121")));
		arena_free(a);
	}
}

static void raised_headers_keep_their_order(void **state)
{
	struct arena *a = arena_new(1 << 16);
	struct pg_error e = { STR("PGRST"), STR("{\"code\":\"c\",\"message\":\"m\"}"),
		STR("{\"status\":400,\"headers\":{\"X-B\":\"1\",\"X-A\":\"two\"}}"), STR_NONE };
	struct fault f;

	(void)state;
	sqlstate_fault(&f, &e, true, a);
	expect_text("first", f.headers->name, "X-B");
	expect_text("first", f.headers->value, "1");
	expect_text("second", f.headers->next->name, "X-A");
	expect_text("second", f.headers->next->value, "two");
	assert_null(f.headers->next->next);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statuses_are_postgrests),
		cmocka_unit_test(faults_keep_postgresqls_texts),
		cmocka_unit_test(raise_makes_the_whole_answer),
		cmocka_unit_test(raised_headers_keep_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
