/* Whole answers: a plan, the rows that came and what came of the flight, to status, fields and body.
 * SPDX-License-Identifier: MIT */
#include "reply/reply.h"

#include "../expect.h"
#include "base/arena.h"
#include "fake_row.h"

#define JSON_TYPE "Content-Type: application/json; charset=utf-8\r\n"
#define VARY "Vary: Accept, Prefer, Range\r\n"

/* What a case changes of an ordinary GET /items; rows: how many, of id 1, 2, ... and a name. */
struct given {
	enum plan_kind kind;
	enum plan_result result;
	enum media_kind media;
	bool singular, strip, raw, head, negotiated;
	const char *name, *canonical;
	struct row_range range;
	enum prefer_count count;
	bool by_statement;
	int64_t max_affected; /* 0: none */
	struct prefer applied;
	enum prefer_resolution asked;
	int rows;
	int64_t affected, counted, inserted;
	const char *headers, *status, *plan_json;
	int64_t max_rows; /* db-max-rows, 0: none */
};

struct answer {
	const char *name;
	struct given given;
	int status;                /* a fault's, too */
	const char *fields, *body; /* of a fault: its code and details */
};

static const struct fake_column rows[][2] = {
	{ { "id", T_INT4, "1", 0 }, { "name", T_TEXT, "a b", 0 } },
	{ { "id", T_INT4, "2", 0 }, { "name", T_TEXT, NULL, 0 } },
	{ { "id", T_INT4, "3", 0 }, { "name", T_TEXT, "c", 0 } },
};

#define ONE "{\"id\":1,\"name\":\"a b\"}"
#define TWO ONE ", \n {\"id\":2,\"name\":null}"
#define ANY .kind = PLAN_READ, .result = RESULT_ROWS

static const struct answer answers[] = {
	/* Reads. */
	{ "rows", { ANY, .rows = 2 }, 200,
		"Content-Range: 0-1/*\r\nContent-Location: /items\r\n" JSON_TYPE VARY "Content-Length: 47\r\n", "[" TWO "]" },
	{ "no rows", { ANY }, 200,
		"Content-Range: */*\r\nContent-Location: /items\r\n" JSON_TYPE VARY "Content-Length: 2\r\n", "[]" },
	{ "HEAD", { ANY, .rows = 2, .head = true }, 200,
		"Content-Range: 0-1/*\r\nContent-Location: /items\r\n" JSON_TYPE VARY, NULL },
	{ "query and profile", { ANY, .name = "my items", .canonical = "a=eq.1&b=eq.2", .negotiated = true }, 200,
		"Content-Range: */*\r\nContent-Location: /my%20items?a=eq.1&b=eq.2\r\n" JSON_TYPE
		"Content-Profile: api\r\n" VARY "Content-Length: 2\r\n",
		"[]" },
	{ "all counted", { ANY, .rows = 2, .count = COUNT_EXACT, .applied = { .count = COUNT_EXACT } }, 200,
		"Content-Range: 0-1/2\r\nContent-Location: /items\r\n" JSON_TYPE "Preference-Applied: count=exact\r\n" VARY
		"Content-Length: 47\r\n",
		"[" TWO "]" },
	{ "a page", { ANY, .rows = 2, .count = COUNT_EXACT, .by_statement = true, .counted = 9, .range = { 4, 2 } }, 206,
		"Content-Range: 4-5/9\r\nContent-Location: /items\r\n" JSON_TYPE VARY "Content-Length: 47\r\n", "[" TWO "]" },
	{ "a count from an older snapshot",
		{ ANY, .rows = 1, .count = COUNT_EXACT, .by_statement = true, .counted = 3, .range = { 4, 2 } }, 206,
		"Content-Range: 4-4/5\r\nContent-Location: /items\r\n" JSON_TYPE VARY "Content-Length: 23\r\n", "[" ONE "]" },
	{ "at the end", { ANY, .count = COUNT_EXACT, .by_statement = true, .counted = 4, .range = { 4, -1 } }, 206,
		"Content-Range: */4\r\nContent-Location: /items\r\n" JSON_TYPE VARY "Content-Length: 2\r\n", "[]" },
	{ "beyond the end", { ANY, .count = COUNT_EXACT, .by_statement = true, .counted = 4, .range = { 5, -1 } }, 416,
		"Content-Range: */4\r\n" JSON_TYPE
		"Proxy-Status: PostgREST; error=PGRST103\r\nContent-Location: /items\r\n" VARY "Content-Length: 144\r\n",
		"{\"code\":\"PGRST103\",\"details\":\"An offset of 5 was requested, but there are only 4 "
		"rows.\",\"hint\":null,\"message\":\"Requested range not satisfiable\"}" },
	{ "beyond an end nobody counted", { ANY, .range = { 5, -1 } }, 200,
		"Content-Range: */*\r\nContent-Location: /items\r\n" JSON_TYPE VARY "Content-Length: 2\r\n", "[]" },
	{ "planned",
		{ ANY, .rows = 2, .count = COUNT_PLANNED, .by_statement = true, .counted = -1,
			.plan_json = "[{\"Plan\": {\"Plan Rows\": 70}}]" },
		206, "Content-Range: 0-1/70\r\nContent-Location: /items\r\n" JSON_TYPE VARY "Content-Length: 47\r\n",
		"[" TWO "]" },
	{ "estimated, few",
		{ ANY, .rows = 2, .count = COUNT_ESTIMATED, .by_statement = true, .counted = 3, .max_rows = 5,
			.plan_json = "[{\"Plan\": {\"Plan Rows\": 70}}]" },
		206, "Content-Range: 0-1/3\r\nContent-Location: /items\r\n" JSON_TYPE VARY "Content-Length: 47\r\n",
		"[" TWO "]" },
	{ "estimated, many",
		{ ANY, .rows = 2, .count = COUNT_ESTIMATED, .by_statement = true, .counted = 6, .max_rows = 5,
			.plan_json = "[{\"Plan\": {\"Plan Rows\": 70}}]" },
		206, "Content-Range: 0-1/70\r\nContent-Location: /items\r\n" JSON_TYPE VARY "Content-Length: 47\r\n",
		"[" TWO "]" },
	{ "one object", { ANY, .rows = 1, .singular = true, .media = MEDIA_OBJECT }, 200,
		"Content-Range: 0-0/*\r\nContent-Location: /items\r\n"
		"Content-Type: application/vnd.pgrst.object+json; charset=utf-8\r\n" VARY "Content-Length: 21\r\n",
		ONE },
	{ "not one object", { ANY, .rows = 3, .singular = true }, 406, "PGRST116", "The result contains 3 rows" },
	{ "not one object by HEAD", { ANY, .singular = true, .head = true }, 406, "PGRST116",
		"The result contains 0 rows" },
	{ "stripped", { ANY, .rows = 2, .strip = true, .media = MEDIA_JSON_STRIPPED }, 200,
		"Content-Range: 0-1/*\r\nContent-Location: /items\r\n"
		"Content-Type: application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8\r\n" VARY
		"Content-Length: 32\r\n",
		"[" ONE ",{\"id\":2}]" },
	{ "csv", { ANY, .rows = 3, .media = MEDIA_CSV }, 200,
		"Content-Range: 0-2/*\r\nContent-Location: /items\r\nContent-Type: text/csv; charset=utf-8\r\n" VARY
		"Content-Length: 22\r\n",
		"id,name\n1,\"a b\"\n2,\n3,c" },
	{ "csv of nothing", { ANY, .media = MEDIA_CSV }, 200,
		"Content-Range: */*\r\nContent-Location: /items\r\nContent-Type: text/csv; charset=utf-8\r\n" VARY
		"Content-Length: 8\r\n",
		"id,name\n" },

	/* Writes. */
	{ "insert",
		{ .kind = PLAN_INSERT,
			.result = RESULT_NOTHING,
			.affected = 2,
			.applied = { .ret = RETURN_MINIMAL, .missing = MISSING_DEFAULT } },
		201,
		"Content-Range: */*\r\nPreference-Applied: missing=default, return=minimal\r\n" VARY "Content-Length: 0\r\n",
		"" },
	{ "insert, shown",
		{ .kind = PLAN_INSERT, .result = RESULT_ROWS, .rows = 2, .count = COUNT_EXACT, .negotiated = true }, 201,
		"Content-Range: */2\r\n" JSON_TYPE "Content-Profile: api\r\n" VARY "Content-Length: 47\r\n", "[" TWO "]" },
	{ "insert of one, located", { .kind = PLAN_INSERT, .result = RESULT_LOCATION, .rows = 1 }, 201,
		"Location: /items?id=eq.1&name=eq.a%20b\r\nContent-Range: */*\r\n" VARY "Content-Length: 0\r\n", "" },
	{ "insert of two, located", { .kind = PLAN_INSERT, .result = RESULT_LOCATION, .rows = 2, .count = COUNT_EXACT },
		201, "Content-Range: */2\r\n" VARY "Content-Length: 0\r\n", "" },
	{ "insert, not one", { .kind = PLAN_INSERT, .result = RESULT_ROWS, .rows = 2, .singular = true }, 406, "PGRST116",
		"The result contains 2 rows" },
	{ "update", { .kind = PLAN_UPDATE, .result = RESULT_NOTHING, .affected = 3 }, 204, "Content-Range: 0-2/*\r\n" VARY,
		NULL },
	{ "update of nothing, counted", { .kind = PLAN_UPDATE, .result = RESULT_NOTHING, .count = COUNT_EXACT }, 204,
		"Content-Range: */0\r\n" VARY, NULL },
	{ "update, shown and counted", { .kind = PLAN_UPDATE, .result = RESULT_ROWS, .rows = 2, .count = COUNT_EXACT }, 200,
		"Content-Range: 0-1/2\r\n" JSON_TYPE VARY "Content-Length: 47\r\n", "[" TWO "]" },
	{ "update of too many", { .kind = PLAN_UPDATE, .result = RESULT_NOTHING, .affected = 3, .max_affected = 2 }, 400,
		"PGRST124", "The query affects 3 rows" },
	{ "delete",
		{ .kind = PLAN_DELETE,
			.result = RESULT_NOTHING,
			.affected = 3,
			.count = COUNT_EXACT,
			.applied = { .count = COUNT_EXACT } },
		204, "Content-Range: */3\r\nPreference-Applied: count=exact\r\n" VARY, NULL },
	{ "delete, shown", { .kind = PLAN_DELETE, .result = RESULT_ROWS, .rows = 1 }, 200,
		"Content-Range: */*\r\n" JSON_TYPE VARY "Content-Length: 23\r\n", "[" ONE "]" },
	{ "put", { .kind = PLAN_UPSERT_ONE, .result = RESULT_NOTHING, .affected = 1 }, 204, VARY, NULL },
	{ "put, new", { .kind = PLAN_UPSERT_ONE, .result = RESULT_ROWS, .rows = 1, .inserted = 1 }, 201,
		JSON_TYPE VARY "Content-Length: 23\r\n", "[" ONE "]" },
	{ "put, known", { .kind = PLAN_UPSERT_ONE, .result = RESULT_ROWS, .rows = 1 }, 200,
		JSON_TYPE VARY "Content-Length: 23\r\n", "[" ONE "]" },
	{ "merged, some new",
		{ .kind = PLAN_INSERT,
			.result = RESULT_NOTHING,
			.affected = 2,
			.inserted = 1,
			.applied = { .resolution = RESOLUTION_MERGE },
			.asked = RESOLUTION_MERGE },
		201, "Content-Range: */*\r\nPreference-Applied: resolution=merge-duplicates\r\n" VARY "Content-Length: 0\r\n",
		"" },
	{ "merged, none new",
		{ .kind = PLAN_INSERT,
			.result = RESULT_NOTHING,
			.affected = 2,
			.applied = { .resolution = RESOLUTION_MERGE },
			.asked = RESOLUTION_MERGE },
		200, "Content-Range: */*\r\nPreference-Applied: resolution=merge-duplicates\r\n" VARY "Content-Length: 0\r\n",
		"" },
	{ "merged, none new, without a key", { .kind = PLAN_INSERT, .result = RESULT_NOTHING, .asked = RESOLUTION_MERGE },
		200, "Content-Range: */*\r\n" VARY "Content-Length: 0\r\n", "" },
	{ "put of another key", { .kind = PLAN_UPSERT_ONE, .result = RESULT_NOTHING }, 400, "PGRST115", NULL },

	/* Calls. */
	{ "void", { .kind = PLAN_CALL, .result = RESULT_NOTHING, .affected = 1 }, 204, "Content-Range: 0-0/*\r\n" VARY,
		NULL },
	{ "a value", { .kind = PLAN_CALL, .result = RESULT_VALUE, .rows = 1 }, 200,
		"Content-Range: 0-0/*\r\n" JSON_TYPE VARY "Content-Length: 1\r\n", "1" },
	{ "no value", { .kind = PLAN_CALL, .result = RESULT_VALUE }, 200,
		"Content-Range: */*\r\n" JSON_TYPE VARY "Content-Length: 4\r\n", "null" },
	{ "values", { .kind = PLAN_CALL, .result = RESULT_VALUES, .rows = 3 }, 200,
		"Content-Range: 0-2/*\r\n" JSON_TYPE VARY "Content-Length: 9\r\n", "[1, 2, 3]" },
	{ "an object", { .kind = PLAN_CALL, .result = RESULT_OBJECT, .rows = 1 }, 200,
		"Content-Range: 0-0/*\r\n" JSON_TYPE VARY "Content-Length: 21\r\n", ONE },
	{ "text", { .kind = PLAN_CALL, .result = RESULT_VALUE, .rows = 1, .raw = true, .media = MEDIA_TEXT }, 200,
		"Content-Range: 0-0/*\r\nContent-Type: text/plain; charset=utf-8\r\n" VARY "Content-Length: 1\r\n", "1" },

	/* What functions say. */
	{ "response.headers",
		{ ANY,
			.headers = " [{\"X-A\": \"1\"}, {\"Set-Cookie\": \"a=b\"}, {\"Set-Cookie\": \"c=d\"}, "
					   "{\"content-type\": \"x/y\"}, {\"vary\": \"*\"}, {\"Content-Length\": \"99\"}] " },
		200,
		"X-A: 1\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\ncontent-type: x/y\r\nvary: *\r\n"
		"Content-Range: */*\r\nContent-Location: /items\r\nContent-Length: 2\r\n",
		"[]" },
	{ "no array", { ANY, .headers = "{\"X-A\": \"1\"}" }, 500, "PGRST111", NULL },
	{ "two keys", { ANY, .headers = "[{\"X-A\": \"1\", \"X-B\": \"2\"}]" }, 500, "PGRST111", NULL },
	{ "a number", { ANY, .headers = "[{\"X-A\": 1}]" }, 500, "PGRST111", NULL },
	{ "broken", { ANY, .headers = "[{\"X-A\": \"1\"}" }, 500, "PGRST111", NULL },
	{ "more behind", { ANY, .headers = "[] []" }, 500, "PGRST111", NULL },
	{ "injection", { ANY, .headers = "[{\"X-A\": \"1\\r\\nX-B: 2\"}]" }, 500, "PGRST111", NULL },
	{ "injection by name", { ANY, .headers = "[{\"X-A: 1\\r\\nX-B\": \"2\"}]" }, 500, "PGRST111", NULL },
	{ "response.status", { .kind = PLAN_CALL, .result = RESULT_VALUE, .rows = 1, .status = "418" }, 418,
		"Content-Range: 0-0/*\r\n" JSON_TYPE VARY "Content-Length: 1\r\n", "1" },
	{ "no content", { .kind = PLAN_CALL, .result = RESULT_VALUE, .rows = 1, .status = "204" }, 204,
		"Content-Range: 0-0/*\r\n" JSON_TYPE VARY, NULL },
	{ "no status", { ANY, .status = "teapot" }, 500, "PGRST112", NULL },
	{ "no final status", { ANY, .status = "100" }, 500, "PGRST112", NULL },
	{ "no HTTP status", { ANY, .status = "99999999999999999999200" }, 500, "PGRST112", NULL },
	{ "empty settings", { ANY, .headers = "", .status = "" }, 200,
		"Content-Range: */*\r\nContent-Location: /items\r\n" JSON_TYPE VARY "Content-Length: 2\r\n", "[]" },
};

static struct media media_of(enum media_kind kind)
{
	return (struct media){ .kind = kind == MEDIA_ANY ? MEDIA_JSON : kind };
}

/* Collects the given rows and makes the answer, as a flight would. */
static bool answer(struct reply *out_r, const struct given *g, struct conf *conf, struct arena *a, struct fault *f)
{
	struct query query = { .head_only = g->head,
		.schema = STR("api"),
		.schema_negotiated = g->negotiated,
		.name = g->name ? str_of(g->name) : STR("items"),
		.canonical_query = str_of(g->canonical),
		.prefer.resolution = g->asked };
	struct plan plan = { .kind = g->kind,
		.result = g->result,
		.query = &query,
		.conf = conf,
		.media = media_of(g->media),
		.singular = g->singular,
		.strip_nulls = g->strip,
		.raw = g->raw,
		.range = g->range,
		.count = g->count,
		.count_by_statement = g->by_statement,
		.max_affected = g->max_affected ? g->max_affected : MAX_AFFECTED_NONE,
		.applied = g->applied };
	plan.applied.max_affected = MAX_AFFECTED_NONE;
	if (plan.range.limit == 0)
		plan.range.limit = -1;
	struct flight_outcome outcome = { .rows = (uint64_t)g->rows,
		.affected = (uint64_t)g->affected,
		.count = g->by_statement ? g->counted : -1,
		.inserted = g->inserted,
		.plan_json = str_of(g->plan_json),
		.response_headers = str_of(g->headers),
		.response_status = str_of(g->status) };
	struct reply_rows *collected = reply_rows_new(&plan, a);
	struct row r = { rows[0], g->result == RESULT_VALUE || g->result == RESULT_VALUES ? 1 : 2 };
	bool ok = reply_rows_columns(collected, &r, f);
	for (int i = 0; ok && i < g->rows; i++) {
		r.columns = rows[i];
		ok = reply_rows_add(collected, &r, f);
	}
	return ok && reply_make(out_r, collected, &outcome, a, f);
}

static void makes_answers(void **state)
{
	for (size_t i = 0; i < COUNT_OF(answers); i++) {
		const struct answer *want = &answers[i];
		struct conf conf = { .server_buffer = 4096,
			.server_spool_dir = STR("/tmp"),
			.server_max_response = 1 << 20,
			.db_max_rows = want->given.max_rows ? want->given.max_rows : -1 };
		struct reply r = { 0 };
		struct fault f = { 0 };
		if (answer(&r, &want->given, &conf, *state, &f)) {
			expect_int(want->name, r.status, want->status);
			expect_text(want->name, buf_str(&r.fields), want->fields);
			expect_text(want->name, r.no_body ? STR_NONE : fake_text(&r.body, *state), want->body);
		} else {
			expect_int(want->name, f.http_status, want->status);
			expect_text(want->name, f.code, want->fields);
			expect_text(want->name, f.details, want->body);
		}
	}
}

static void refuses_answers_beyond_the_limit(void **state)
{
	struct conf conf = { .server_buffer = 4096, .server_max_response = 20, .db_max_rows = -1 };
	struct given g = { ANY, .rows = 1 };
	struct reply r;
	struct fault f = { 0 };
	assert_false(answer(&r, &g, &conf, *state, &f));
	expect_int("limit", f.http_status, 500);
	expect_text("limit", f.code, "RG500");
}

static void turns_bytea_into_bytes(void **state)
{
	struct conf conf = { .server_buffer = 4096, .server_max_response = 1 << 20 };
	struct query query = { .name = STR("f") };
	struct plan plan = { .kind = PLAN_CALL,
		.result = RESULT_VALUE,
		.query = &query,
		.conf = &conf,
		.max_affected = MAX_AFFECTED_NONE,
		.media = media_of(MEDIA_OCTETS),
		.raw = true };
	static const struct {
		uint32_t type;
		const char *value;
		struct str bytes;
	} cases[] = {
		{ T_BYTEA, "\\x00ff10", STR_INIT("\0\xff\x10") },
		{ T_BYTEA, "\\x", STR_INIT("") },
		{ T_BYTEA, "a\\\\b\\000\\377\\", STR_INIT("a\\b\0\xff\\") },
		{ T_TEXT, "\\x00", STR_INIT("\\x00") },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct fake_column column = { "f", cases[i].type, cases[i].value, 0 };
		struct row r = { &column, 1 };
		struct flight_outcome outcome = { .rows = 1, .count = -1 };
		struct reply_rows *collected = reply_rows_new(&plan, *state);
		struct reply out;
		struct fault f;
		assert_true(reply_rows_columns(collected, &r, &f) && reply_rows_add(collected, &r, &f));
		assert_true(reply_make(&out, collected, &outcome, *state, &f));
		struct str got = fake_text(&out.body, *state);
		assert_int_equal(got.n, cases[i].bytes.n);
		assert_memory_equal(got.p, cases[i].bytes.p, got.n);
	}
}

static void forgets_rows_before_a_second_flight(void **state)
{
	struct conf conf = { .server_buffer = 4096, .server_max_response = 1 << 20 };
	struct query query = { .name = STR("items") };
	struct plan plan = { .kind = PLAN_READ,
		.result = RESULT_ROWS,
		.query = &query,
		.conf = &conf,
		.max_affected = MAX_AFFECTED_NONE,
		.media = media_of(MEDIA_JSON) };
	struct reply_rows *collected = reply_rows_new(&plan, *state);
	struct row r = { rows[0], 2 };
	struct fault f;
	struct reply out;
	for (int again = 0; again < 2; again++) {
		assert_true(reply_rows_columns(collected, &r, &f) && reply_rows_add(collected, &r, &f));
	}
	assert_true(reply_make(&out, collected, &(struct flight_outcome){ .rows = 1, .count = -1 }, *state, &f));
	expect_text("again", fake_text(&out.body, *state), "[" ONE "]");
}

static const struct {
	struct cat_relation relation;
	int volatility; /* 0: no function */
	bool root;
	const char *allow;
} infos[] = {
	{ { .insertable = 1, .updatable = 1, .deletable = 1, .primary_key = { 0, 1 } }, 0, false,
		"OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE" },
	{ { .insertable = 1, .updatable = 1, .deletable = 1 }, 0, false, "OPTIONS,GET,HEAD,POST,PATCH,DELETE" },
	{ { .deletable = 1, .primary_key = { 0, 1 } }, 0, false, "OPTIONS,GET,HEAD,DELETE" },
	{ { .insertable = 0 }, 0, false, "OPTIONS,GET,HEAD" },
	{ { .insertable = 0 }, 0, true, "OPTIONS,GET,HEAD" },
	{ { .insertable = 0 }, CAT_VOLATILE, true, "OPTIONS,POST" },
	{ { .insertable = 0 }, CAT_STABLE, true, "OPTIONS,GET,HEAD,POST" },
};

static void tells_what_is_allowed(void **state)
{
	for (size_t i = 0; i < COUNT_OF(infos); i++) {
		struct cat_routine routine = { .volatility = (uint8_t)infos[i].volatility };
		struct plan plan = { .kind = PLAN_INFO,
			.relation = infos[i].root ? NULL : &infos[i].relation,
			.routine = infos[i].volatility ? &routine : NULL };
		struct reply r;
		struct fault f;
		assert_true(reply_info(&r, &plan, *state, &f));
		expect_int(infos[i].allow, r.status, 200);
		struct str want = str_printf(*state,
			"Access-Control-Allow-Origin: *\r\nAllow: %s\r\n" VARY "Content-Length: 0\r\n", infos[i].allow);
		expect_text(infos[i].allow, buf_str(&r.fields), want.p);
	}
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

/* An execution plan's lines are shown and nothing is judged, whatever the statement would have returned. */
static void explained_writes(void **state)
{
	(void)state;
	static const enum plan_kind kinds[] = { PLAN_INSERT, PLAN_UPDATE, PLAN_UPSERT_ONE, PLAN_DELETE, PLAN_CALL };
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		struct plan plan = { .kind = kinds[i],
			.result = RESULT_NOTHING,
			.media = { .kind = MEDIA_PLAN },
			.max_affected = 1 };
		assert_true(reply_rows_wanted(&plan));
		assert_false(reply_rows_must_judge(&plan));
		plan.media.kind = MEDIA_JSON;
		assert_false(reply_rows_wanted(&plan));
		assert_true(reply_rows_must_judge(&plan));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(explained_writes),
		cmocka_unit_test_setup_teardown(makes_answers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_answers_beyond_the_limit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(turns_bytea_into_bytes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(forgets_rows_before_a_second_flight, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tells_what_is_allowed, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
