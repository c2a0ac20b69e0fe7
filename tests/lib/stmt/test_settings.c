/* The settings statement and what else runs beside the main one.
 * SPDX-License-Identifier: MIT */
#include "../plan/fixture.h"

static const struct str CLAIMS = STR_INIT("{\"role\":\"clerk\"}");

/* One row is `name=value` of each setting in order. */
static struct str settings_of(const struct stmt *s, struct arena *a)
{
	struct str out = STR(""), sql = s->sql;
	size_t at = 0;
	for (size_t from = str_find(sql, STR("set_config(")); from < sql.n; from = str_find(sql, STR("set_config("))) {
		sql = str_from(sql, from + sizeof "set_config(" - 1);
		struct str name = sql.p[0] == '$' ? s->params[at++].value : str_sub(sql, 1, str_index(str_from(sql, 1), '\''));
		struct str value = s->params[at++].value;
		out = str_printf(a, "%.*s%s%.*s=%.*s", STR_ARG(out), out.n ? "; " : "", STR_ARG(name), STR_ARG(value));
	}
	assert_int_equal(at, s->param_count);
	return out;
}

static void expect_settings(const char *request, const struct conf *c, const char *role, const char *want)
{
	struct arena *a = arena_new(1 << 22);
	struct made *m = fixture_make(request, c, a);
	struct stmt_settings about = { .plan = &m->plan, .request = &m->request, .role = str_of(role), .claims = CLAIMS };
	struct stmt s;
	assert_true(stmt_settings(&s, &about, a, &m->fault));
	expect_text(request, settings_of(&s, a), want);
	arena_free(a);
}

static void settings(void **state)
{
	(void)state;
	struct conf c = fixture_conf();
	expect_settings(
		"GET /items?id=eq.1%20\nAccept: */*\nAuthorization: Bearer x\nX-Odd: a\"b\nCookie: a=0; a=1; b = 2 ;c", &c,
		"clerk",
		"search_path=\"api\", \"public\", pg_temp; statement_timeout=3s; role=clerk; "
		"request.jwt.claims={\"role\":\"clerk\"}; request.method=GET; request.path=/items; "
		"request.headers={\"accept\":\"*/*\",\"authorization\":\"Bearer x\",\"x-odd\":\"a\\\"b\"}; "
		"request.cookies={\"a\":\"1\",\"b \":\" 2\",\"c\":\"\"}; transaction_read_only=on; DateStyle=ISO");
	expect_settings("POST /items\nX-Twice: 1\nX-Twice: 2\nPrefer: timezone=Europe/Paris\n\n{}", &c, "visitor",
		"search_path=\"api\", \"public\", pg_temp; role=visitor; request.jwt.claims={\"role\":\"clerk\"}; "
		"request.method=POST; request.path=/items; "
		"request.headers={\"x-twice\":\"2\",\"prefer\":\"timezone=Europe/Paris\"}; request.cookies={}; "
		"timezone=Europe/Paris; transaction_read_only=off; DateStyle=ISO");
}

static void configured(void **state)
{
	(void)state;
	struct conf_setting app[] = { { STR_INIT("app.settings.secret"), STR_INIT("s") } };
	struct conf c = fixture_conf();
	c.app_settings = app;
	c.app_setting_count = 1;
	c.db_pass_authorization = false;
	expect_settings("POST /rpc/slow\nAuthorization: Bearer x\n", &c, "visitor",
		"search_path=\"api\", \"public\", pg_temp; role=visitor; request.jwt.claims={\"role\":\"clerk\"}; "
		"request.method=POST; request.path=/rpc/slow; request.headers={}; request.cookies={}; statement_timeout=7s; "
		"app.settings.secret=s; transaction_read_only=off; DateStyle=ISO");
	c.auth_cookie = true;
	expect_settings("POST /rpc/slow\nCookie: __Host-rg_access=x;a=1; __Host-rg_refresh=y; rg_refresh=z\n", &c,
		"visitor",
		"search_path=\"api\", \"public\", pg_temp; role=visitor; request.jwt.claims={\"role\":\"clerk\"}; "
		"request.method=POST; request.path=/rpc/slow; request.headers={}; request.cookies={\"a\":\"1\"}; "
		"statement_timeout=7s; app.settings.secret=s; transaction_read_only=off; DateStyle=ISO");
}

/* Only the number of settings shows in the text, so that one prepared statement serves all requests of a role. */
static void one_text(void **state)
{
	(void)state;
	static const char *const requests[] = { "GET /items?id=eq.1\nA: b", "DELETE /log\nCookie: x=y" };
	struct arena *a = arena_new(1 << 22);
	struct conf c = fixture_conf();
	struct stmt s[2];
	for (size_t i = 0; i < 2; i++) {
		struct made *m = fixture_make(requests[i], &c, a);
		struct stmt_settings about = { .plan = &m->plan,
			.request = &m->request,
			.role = STR("clerk"),
			.claims = CLAIMS };
		assert_true(stmt_settings(&s[i], &about, a, &m->fault));
	}
	assert_true(str_eq(s[0].sql, s[1].sql));
	arena_free(a);
}

static void isolation(void **state)
{
	(void)state;
	static const struct {
		const char *request, *role, *want;
	} rows[] = {
		{ "GET /items", "visitor", "" },
		{ "GET /items", "clerk", "repeatable read" },
		{ "POST /rpc/slow", "visitor", "serializable" },
		{ "POST /rpc/slow", "clerk", "serializable" },
		{ "POST /rpc/restock", "clerk", "repeatable read" },
	};
	struct conf c = fixture_conf();
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(1 << 22);
		struct made *m = fixture_make(rows[i].request, &c, a);
		struct stmt_settings about = { .plan = &m->plan, .request = &m->request, .role = str_of(rows[i].role) };
		expect_text(rows[i].request, stmt_isolation(&about), rows[i].want);
		arena_free(a);
	}
}

static void pre_request(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{ "check", "SELECT \"check\"()" },
		{ "auth.check", "SELECT \"auth\".\"check\"()" },
		{ "a\"b.c.d", "SELECT \"a\"\"b\".\"c.d\"()" },
	};
	struct arena *a = arena_new(1 << 16);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct stmt s;
		struct fault f = { 0 };
		assert_true(stmt_pre_request(&s, str_of(rows[i][0]), a, &f));
		expect_text(rows[i][0], s.sql, rows[i][1]);
	}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings),
		cmocka_unit_test(configured),
		cmocka_unit_test(one_text),
		cmocka_unit_test(isolation),
		cmocka_unit_test(pre_request),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
