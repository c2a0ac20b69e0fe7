/* What a plan says beside its SQL: result, access mode, counts, ranges, preferences, media type.
 * SPDX-License-Identifier: MIT */
#include "fixture.h"

#include "http/prefer.h"

static void results(void **state)
{
	(void)state;
	static const struct {
		const char *request;
		enum plan_kind kind;
		enum plan_result result;
		bool read_only, user_code;
	} rows[] = {
		{ "GET /items?id=eq.1", PLAN_READ, RESULT_ROWS, true, true }, /* the composite type is a user's */
		{ "GET /items?select=id,name,mood&id=eq.1&order=price", PLAN_READ, RESULT_ROWS, true, false },
		{ "HEAD /log?line=eq.x", PLAN_READ, RESULT_ROWS, true, false },
		{ "GET /log?select=line::text", PLAN_READ, RESULT_ROWS, true, false },
		{ "GET /log?select=line::mytype", PLAN_READ, RESULT_ROWS, true, true },
		{ "GET /log?select=computed", PLAN_READ, RESULT_ROWS, true, true },
		{ "GET /log?computed=eq.1", PLAN_READ, RESULT_ROWS, true, true },
		{ "GET /log?or=(line.eq.1,not.and(computed.eq.2,line.eq.4))", PLAN_READ, RESULT_ROWS, true, true },
		{ "GET /log?order=computed", PLAN_READ, RESULT_ROWS, true, true },
		{ "GET /cheap_items", PLAN_READ, RESULT_ROWS, true, true },
		{ "POST /log\n\n{}", PLAN_INSERT, RESULT_NOTHING, false, true },
		{ "POST /log\nPrefer: return=minimal\n\n{}", PLAN_INSERT, RESULT_NOTHING, false, true },
		{ "POST /log\nPrefer: return=headers-only\n\n{}", PLAN_INSERT, RESULT_NOTHING, false, true },
		{ "POST /pairs\nPrefer: return=headers-only\n\n{}", PLAN_INSERT, RESULT_LOCATION, false, true },
		{ "POST /log\nPrefer: return=representation\n\n{}", PLAN_INSERT, RESULT_ROWS, false, true },
		{ "PATCH /log\nPrefer: return=headers-only\n\n{}", PLAN_UPDATE, RESULT_NOTHING, false, true },
		{ "PATCH /log\nPrefer: return=representation\n\n{}", PLAN_UPDATE, RESULT_ROWS, false, true },
		{ "DELETE /log", PLAN_DELETE, RESULT_NOTHING, false, true },
		{ "PUT /orders?id=eq.1\n\n{\"id\":1}", PLAN_UPSERT_ONE, RESULT_NOTHING, false, true },
		{ "GET /rpc/add?a=1", PLAN_CALL, RESULT_VALUE, true, true },
		{ "POST /rpc/add\n\n{\"a\":1}", PLAN_CALL, RESULT_VALUE, true, true },
		{ "GET /rpc/restock", PLAN_CALL, RESULT_NOTHING, true, true },
		{ "POST /rpc/restock", PLAN_CALL, RESULT_NOTHING, false, true },
		{ "GET /rpc/numbers?upto=3", PLAN_CALL, RESULT_VALUES, true, true },
		{ "POST /rpc/get_item\n\n{\"id\":1}", PLAN_CALL, RESULT_OBJECT, false, true },
		{ "GET /rpc/stats", PLAN_CALL, RESULT_ROWS, true, true },
		{ "GET /", PLAN_INSPECT, RESULT_NOTHING, true, false },
		{ "OPTIONS /items", PLAN_INFO, RESULT_NOTHING, true, false },
		{ "OPTIONS /rpc/add", PLAN_INFO, RESULT_NOTHING, true, false },
		{ "OPTIONS /", PLAN_INFO, RESULT_NOTHING, true, false },
	};
	struct conf c = fixture_conf();
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(1 << 22);
		struct made *m = fixture_make(rows[i].request, &c, a);
		expect_int(rows[i].request, m->fault.http_status, 0);
		expect_int(rows[i].request, m->plan.kind, rows[i].kind);
		expect_int(rows[i].request, m->plan.result, rows[i].result);
		expect_int(rows[i].request, m->plan.read_only, rows[i].read_only);
		expect_int(rows[i].request, m->plan.user_code, rows[i].user_code);
		arena_free(a);
	}
}

static void counts(void **state)
{
	(void)state;
	static const struct {
		const char *request;
		int64_t max_rows;
		int64_t offset, limit;
		const char *count, *explain;
	} rows[] = {
		{ "GET /log", -1, 0, -1, "nothing", "nothing" },
		{ "GET /log?limit=5", 3, 0, 3, "nothing", "nothing" },
		{ "GET /log?limit=2&offset=7", 3, 7, 2, "nothing", "nothing" },
		{ "GET /log?limit=0", 3, 0, 0, "nothing", "nothing" },
		{ "GET /log\nPrefer: count=exact", -1, 0, -1, "nothing", "nothing" },
		{ "GET /log\nPrefer: count=exact", 3, 0, 3,
			"SELECT pg_catalog.count(*) FROM (SELECT 1 FROM \"api\".\"log\") AS counted", "nothing" },
		{ "GET /log?line=eq.a&limit=1&order=line\nPrefer: count=exact", -1, 0, 1,
			"SELECT pg_catalog.count(*) FROM (SELECT 1 FROM \"api\".\"log\" WHERE (\"log\".\"line\" = $1)) AS "
			"counted | a",
			"nothing" },
		{ "GET /log\nRange: 2-3\nPrefer: count=planned", -1, 2, 2, "nothing",
			"EXPLAIN (FORMAT JSON) SELECT 1 FROM \"api\".\"log\"" },
		{ "GET /log\nPrefer: count=estimated", 3, 0, 3,
			"SELECT pg_catalog.count(*) FROM (SELECT 1 FROM \"api\".\"log\" LIMIT $1) AS counted | 4",
			"EXPLAIN (FORMAT JSON) SELECT 1 FROM \"api\".\"log\"" },
		{ "GET /rpc/numbers?upto=9&limit=2\nPrefer: count=exact", -1, 0, 2,
			"SELECT pg_catalog.count(*) FROM (SELECT 1 FROM (SELECT \"api\".\"numbers\"(\"upto\" := $1::integer) "
			"AS \"pgrst_scalar\") AS \"numbers\") AS counted | 9",
			"nothing" },
		{ "GET /rpc/numbers?upto=9&limit=2\nPrefer: count=planned", -1, 0, 2, "nothing", "nothing" },
		{ "GET /rpc/drain?offset=2\nPrefer: count=estimated", -1, 2, -1, "nothing", "nothing" },
		{ "POST /rpc/drain?offset=2\nPrefer: count=exact", -1, 2, -1, "nothing", "nothing" },
		{ "POST /rpc/drain\nPrefer: count=exact", -1, 0, -1, "nothing", "nothing" },
		{ "GET /rpc/add?a=9&limit=0\nPrefer: count=exact", 3, 0, 0,
			"SELECT pg_catalog.count(*) FROM (SELECT 1 FROM (SELECT \"api\".\"add\"(\"a\" := $1::integer) AS "
			"\"pgrst_scalar\") AS \"add\") AS counted | 9",
			"nothing" },
		{ "POST /log?limit=2\nPrefer: count=exact, return=representation\n\n{}", 1, 0, -1, "nothing", "nothing" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(1 << 22);
		struct conf c = fixture_conf();
		c.db_max_rows = rows[i].max_rows;
		struct made *m = fixture_make(rows[i].request, &c, a);
		expect_int(rows[i].request, m->fault.http_status, 0);
		expect_int(rows[i].request, m->plan.range.offset, rows[i].offset);
		expect_int(rows[i].request, m->plan.range.limit, rows[i].limit);
		expect_text(rows[i].request, fixture_show_stmt(m->stmts.count, a), rows[i].count);
		expect_text(rows[i].request, fixture_show_stmt(m->stmts.explain, a), rows[i].explain);
		arena_free(a);
	}
}

static void transactions(void **state)
{
	(void)state;
	static const struct {
		int64_t tx_end;
		const char *request;
		bool rollback;
		const char *applied;
	} rows[] = {
		{ CONF_TX_COMMIT, "DELETE /log", false, NULL },
		{ CONF_TX_COMMIT, "DELETE /log\nPrefer: tx=rollback", false, NULL },
		{ CONF_TX_ROLLBACK, "DELETE /log\nPrefer: tx=commit", true, NULL },
		{ CONF_TX_COMMIT_OVERRIDE, "DELETE /log\nPrefer: tx=rollback", true, "tx=rollback" },
		{ CONF_TX_COMMIT_OVERRIDE, "DELETE /log", false, NULL },
		{ CONF_TX_ROLLBACK_OVERRIDE, "DELETE /log\nPrefer: tx=commit", false, "tx=commit" },
		{ CONF_TX_ROLLBACK_OVERRIDE, "DELETE /log", true, NULL },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(1 << 22);
		struct conf c = fixture_conf();
		c.db_tx_end = rows[i].tx_end;
		struct made *m = fixture_make(rows[i].request, &c, a);
		expect_int(rows[i].request, m->plan.rollback, rows[i].rollback);
		expect_text(rows[i].request, prefer_applied(&m->plan.applied, a), rows[i].applied);
		arena_free(a);
	}
}

static void preferences(void **state)
{
	(void)state;
	static const struct {
		const char *request, *applied;
		int64_t max_affected;
	} rows[] = {
		{ "GET /log\nPrefer: return=representation, count=exact, missing=default, max-affected=1", "count=exact",
			MAX_AFFECTED_NONE },
		{ "GET /log\nPrefer: handling=strict, max-affected=1", "handling=strict", MAX_AFFECTED_NONE },
		{ "POST /log\nPrefer: resolution=merge-duplicates, return=minimal\n\n{}", "return=minimal", MAX_AFFECTED_NONE },
		{ "POST /log?on_conflict=line\nPrefer: resolution=ignore-duplicates\n\n{}", "resolution=ignore-duplicates",
			MAX_AFFECTED_NONE },
		{ "POST /pairs\nPrefer: resolution=merge-duplicates, missing=default\n\n{}",
			"resolution=merge-duplicates, missing=default", MAX_AFFECTED_NONE },
		{ "PATCH /log\nPrefer: max-affected=7\n\n{}", NULL, MAX_AFFECTED_NONE },
		{ "PATCH /log\nPrefer: max-affected=7, handling=strict\n\n{}", "handling=strict, max-affected=7", 7 },
		{ "DELETE /log\nPrefer: max-affected=7, handling=strict, missing=null, resolution=merge-duplicates",
			"handling=strict, max-affected=7", 7 },
		{ "PATCH /log\nPrefer: max-affected=-7, handling=strict\n\n{}", "handling=strict, max-affected=-7", -7 },
		{ "PUT /items?id=eq.1\nPrefer: return=minimal, missing=default, resolution=merge-duplicates\n\n{\"id\":1}",
			"return=minimal", MAX_AFFECTED_NONE },
		{ "POST /rpc/stats\nPrefer: return=minimal, missing=default, resolution=merge-duplicates", NULL,
			MAX_AFFECTED_NONE },
		{ "POST /rpc/stats\nPrefer: max-affected=7, handling=strict", "handling=strict, max-affected=7", 7 },
	};
	struct conf c = fixture_conf();
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(1 << 22);
		struct made *m = fixture_make(rows[i].request, &c, a);
		expect_int(rows[i].request, m->fault.http_status, 0);
		expect_text(rows[i].request, prefer_applied(&m->plan.applied, a), rows[i].applied);
		expect_int(rows[i].request, m->plan.max_affected, rows[i].max_affected);
		arena_free(a);
	}
}

static void negotiated_media(void **state)
{
	(void)state;
	static const struct {
		const char *request;
		enum media_kind kind;
		bool singular, strip_nulls;
	} rows[] = {
		{ "GET /log", MEDIA_JSON, false, false },
		{ "GET /log\nAccept: image/png, */*;q=0.1", MEDIA_JSON, false, false },
		{ "GET /log\nAccept: text/csv, application/json;q=0.5", MEDIA_CSV, false, false },
		{ "GET /log\nAccept: application/vnd.pgrst.object+json", MEDIA_OBJECT, true, false },
		{ "GET /log\nAccept: application/vnd.pgrst.object+json;nulls=stripped", MEDIA_OBJECT_STRIPPED, true, true },
		{ "GET /log\nAccept: application/vnd.pgrst.array+json;nulls=stripped", MEDIA_JSON_STRIPPED, false, true },
		{ "GET /rpc/picture\nAccept: image/png", MEDIA_OTHER, false, false },
		{ "GET /\nAccept: application/json", MEDIA_OPENAPI, false, false },
		{ "GET /", MEDIA_OPENAPI, false, false },
	};
	struct conf c = fixture_conf();
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(1 << 22);
		struct made *m = fixture_make(rows[i].request, &c, a);
		expect_int(rows[i].request, m->fault.http_status, 0);
		expect_int(rows[i].request, m->plan.media.kind, rows[i].kind);
		expect_int(rows[i].request, m->plan.singular, rows[i].singular);
		expect_int(rows[i].request, m->plan.strip_nulls, rows[i].strip_nulls);
		arena_free(a);
	}
}

/* Requests that differ in values only share one text, so one prepared statement. */
static void one_text(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{ "GET /items?id=eq.1", "GET /items?id=eq.2" },
		{ "GET /items?id=in.(1,2)", "GET /items?id=in.(3)" },
		{ "GET /items?data->a=eq.1&limit=4", "GET /items?data->b=eq.2&limit=7" },
		{ "POST /log\n\n{\"line\":1}", "POST /log\n\n{\"line\":[1,2]}" },
		{ "POST /pairs\n\n{\"a\":1,\"b\":2}", "POST /pairs\n\n{\"b\":1,\"a\":2}" },
		{ "POST /pairs\n\n[{\"a\":1,\"b\":2}]", "POST /pairs\n\n[{\"b\":1,\"a\":2},{\"a\":4,\"b\":5}]" },
		{ "GET /rpc/join_all?sep=a&parts=b", "GET /rpc/join_all?parts=b&parts=c&sep=x" },
	};
	struct conf c = fixture_conf();
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(1 << 22);
		struct made *one = fixture_make(rows[i][0], &c, a), *other = fixture_make(rows[i][1], &c, a);
		assert_non_null(one->stmts.main);
		assert_non_null(other->stmts.main);
		if (!str_eq(one->stmts.main->sql, other->stmts.main->sql))
			fail_msg("%s: %s", rows[i][0], rows[i][1]);
		arena_free(a);
	}
}

static void search_path(void **state)
{
	(void)state;
	static const struct str extra[] = { STR_INIT("public"), STR_INIT(""), STR_INIT("api"), STR_INIT("x\"y") };
	struct arena *a = arena_new(1 << 22);
	struct conf c = fixture_conf();
	expect_text("one", fixture_make("GET /log", &c, a)->plan.search_path, "\"api\", \"public\", pg_temp");
	c.db_extra_search_path = (struct conf_list){ extra, COUNT_OF(extra) };
	expect_text("four", fixture_make("GET /log", &c, a)->plan.search_path, "\"api\", \"public\", \"x\"\"y\", pg_temp");
	c.openapi_mode = CONF_OPENAPI_IGNORE;
	assert_null(fixture_make("GET /", &c, a)->stmts.main);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results),
		cmocka_unit_test(counts),
		cmocka_unit_test(transactions),
		cmocka_unit_test(preferences),
		cmocka_unit_test(negotiated_media),
		cmocka_unit_test(one_text),
		cmocka_unit_test(search_path),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
