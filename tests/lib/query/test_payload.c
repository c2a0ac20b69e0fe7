/* Bodies: what is valid, what shape it has, and what the scanner says of texts made at random.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "query/payload.h"
#include "show.h"

/* "array of 2: a,b" */
static struct str show_payload(const struct payload *p, struct arena *a)
{
	static const char *const kinds[] = { "none", "json", "unread", "arrays", "form", "raw" };
	struct str keys = str_join(a, p->keys, p->key_count, STR(","));
	if (p->kind == PAYLOAD_ARRAYS)
		keys = str_printf(a, "%.*s %.*s", STR_ARG(keys), STR_ARG(str_join(a, p->arrays, p->key_count, STR(" "))));
	if (p->kind != PAYLOAD_JSON)
		return str_printf(a, "%s: %.*s", kinds[p->kind], STR_ARG(keys));
	return str_printf(a, "%s of %zu: %.*s", p->is_array ? "array" : "object", p->row_count, STR_ARG(keys));
}

static struct str outcome(struct str body, struct arena *a)
{
	struct payload p = { 0 };
	struct fault f = { 0 };
	/* A copy of its own size, so that the sanitizer sees a byte read too far. */
	char *exact = malloc(body.n + !body.n);
	assert_non_null(exact);
	memcpy(exact, body.p, body.n);
	bool ok = payload_json(&p, (struct str){ exact, body.n }, PAYLOAD_COLUMNS_MAX, NULL, a, &f);
	struct str got = ok ? show_payload(&p, a) : show_fault(&f, a);
	free(exact);
	return got;
}

#define INVALID "400 PGRST102 Empty or invalid json"
#define UNEVEN "400 PGRST102 All object keys must match"

static void json_shapes(void **state)
{
	(void)state;
	static const struct {
		const char *body, *want;
	} rows[] = {
		{ "{}", "object of 1: " },
		{ "[]", "array of 0: " },
		{ " [ ] ", "array of 0: " },
		{ "[{}]", "array of 1: " },
		{ "[{},{}]", "array of 2: " },
		{ "{\"a\":1,\"b\":[1,{\"c\":2}]}", "object of 1: a,b" },
		{ "\n[ { \"a\" : null , \"b\" : true },\r\n\t{\"b\":false,\"a\":-0.5e+3} ]", "array of 2: a,b" },
		{ "[{\"a\":1,\"a\":2},{\"a\":3}]", "array of 2: a" },
		{ "[{\"a\":1},{\"a\":1,\"a\":2}]", "array of 2: a" },
		{ "[{\"\\u0061\":1},{\"a\":2},{\"\\u0061\":3}]", "array of 3: a" },
		{ "{\"\\ud83d\\ude00\\n\\u00e9\\\"\":1}", "object of 1: \xf0\x9f\x98\x80\n\xc3\xa9\"" },
		{ "[{\"x\\\\\":1},{\"x\\\\\":2}]", "array of 2: x\\" },
		{ "[{\"x\\\\\":1},{\"x\\\":1}\":2}]", UNEVEN },
		{ "{\"\":0}", "object of 1: " },
		{ "5", "array of 0: " },
		{ "\"x\"", "array of 0: " },
		{ "null", "array of 0: " },
		{ "[{\"a\":1},{\"b\":1}]", UNEVEN },
		{ "[{\"a\":1},{}]", UNEVEN },
		{ "[{},{\"a\":1}]", UNEVEN },
		{ "[{\"a\":1,\"b\":2},{\"a\":1,\"a\":2}]", UNEVEN },
		{ "[{\"a\":1},{\"a\":1,\"b\":2}]", UNEVEN },
		{ "[1]", UNEVEN },
		{ "[{\"a\":1},5]", UNEVEN },
		{ "[[]]", UNEVEN },
		{ "[null,{\"a\":1}]", UNEVEN },
		{ "[{\"a\":1},{\"\\u0061\\u0061\\u0061\\u0061\":1}]", UNEVEN },
		/* That it is no JSON is told before that keys do not match. */
		{ "[{\"a\":1},{\"b\":1},]", INVALID },
		{ "", INVALID },
		{ " ", INVALID },
		{ "{", INVALID },
		{ "[", INVALID },
		{ "{\"a\"}", INVALID },
		{ "{\"a\":}", INVALID },
		{ "{\"a\":1,}", INVALID },
		{ "{,}", INVALID },
		{ "{a:1}", INVALID },
		{ "{'a':1}", INVALID },
		{ "{\"a\":1 \"b\":2}", INVALID },
		{ "{\"a\":1}}", INVALID },
		{ "{} {}", INVALID },
		{ "[{}", INVALID },
		{ "[{}}", INVALID },
		{ "{]", INVALID },
		{ "nul", INVALID },
		{ "nulll", INVALID },
		{ "True", INVALID },
		{ "NaN", INVALID },
		{ "01", INVALID },
		{ "-", INVALID },
		{ "+1", INVALID },
		{ ".5", INVALID },
		{ "1.", INVALID },
		{ "1e", INVALID },
		{ "1e+", INVALID },
		{ "0x1", INVALID },
		{ "- 1", INVALID },
		{ "\"", INVALID },
		{ "\"\\\"", INVALID },
		{ "\"\\x\"", INVALID },
		{ "\"\\u12g4\"", INVALID },
		{ "\"\\u123\"", INVALID },
		{ "\"\\ud800\"", INVALID },
		{ "\"\\udc00\"", INVALID },
		{ "\"\\ud800\\u0041\"", INVALID },
		{ "\"a\nb\"", INVALID },
		{ "\"\t\"", INVALID },
		{ "\"\x7f\"", "array of 0: " },
		{ "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", "array of 0: " },
		{ "\"\xff\"", INVALID },
		{ "\"\xc3\"", INVALID },
		{ "\"\xc0\x80\"", INVALID },
		{ "\"\xed\xa0\x80\"", INVALID },
		{ "\"\xf4\x90\x80\x80\"", INVALID },
		{ "\"\xe2\x82\"", INVALID },
		{ "\"\x80\"", INVALID },
		{ "\xef\xbb\xbf{}", INVALID },
		{ "\xa0{}", INVALID },
		{ "{\"a\\u0000b\":1}", INVALID },
		{ "{\"a\":\"\\u0000\"}", "object of 1: a" },
		{ "[1,2", INVALID },
		{ "{\"a\":[[[{}],{}]]}", "object of 1: a" },
		{ "{\"a\":[[[{}],{}]}", INVALID },
		{ "{\"a\":[}]", INVALID },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(1 << 20);
		expect_text(rows[i].body, outcome(str_of(rows[i].body), a), rows[i].want);
		arena_free(a);
	}
}

static void a_nul_byte_is_invalid(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);
	expect_text("within", outcome(STR("{\"a\":\"\0\"}"), a), INVALID);
	expect_text("behind", outcome(STR("{}\0"), a), INVALID);
	arena_free(a);
}

static void nesting_has_an_end(void **state)
{
	(void)state;
	for (size_t depth = 9999; depth <= 10001; depth++) {
		struct arena *a = arena_new(1 << 24);
		struct buf b = buf_new(a, 1 << 20);
		buf_lit(&b, "{\"a\":");
		for (size_t i = 0; i < depth; i++)
			buf_put(&b, i % 2 ? STR("[") : STR("{\"x\":"));
		buf_lit(&b, "0");
		for (size_t i = depth; i-- > 0;)
			buf_char(&b, i % 2 ? ']' : '}');
		buf_lit(&b, "}");
		expect_text("deep", outcome(buf_str(&b), a), depth <= 10000 ? "object of 1: a" : INVALID);
		arena_free(a);
	}
}

/* A stream of numbers that is the same in every run. */
static unsigned next(uint64_t *seed, unsigned below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(*seed >> 33) % below;
}

static void put_blank(struct buf *b, uint64_t *seed)
{
	static const char *const blanks[] = { "", "", "", " ", "\n", "\t", " \r\n" };
	buf_put(b, str_of(blanks[next(seed, COUNT_OF(blanks))]));
}

static void put_string(struct buf *b, uint64_t *seed)
{
	static const char *const parts[] = { "a", "plain text ", "\\n", "\\\"", "\\\\", "\xc3\xa9", "\\u00e9",
		"\\ud83d\\ude00", "\xf0\x9f\x98\x80", "1234567", "12345678" };
	buf_char(b, '"');
	for (unsigned n = next(seed, 6); n > 0; n--)
		buf_put(b, str_of(parts[next(seed, COUNT_OF(parts))]));
	buf_char(b, '"');
}

static void put_scalar(struct buf *b, uint64_t *seed)
{
	static const char *const scalars[] = { "0", "-1", "12.50", "1e9", "-0.1E-2", "true", "false", "null",
		"123456789012" };
	if (next(seed, 2))
		put_string(b, seed);
	else
		buf_put(b, str_of(scalars[next(seed, COUNT_OF(scalars))]));
}

static void put_value(struct buf *b, uint64_t *seed, unsigned depth)
{
	unsigned kind = depth > 4 ? 0 : next(seed, 4), count = next(seed, 4);
	put_blank(b, seed);
	if (kind < 2) {
		put_scalar(b, seed);
	} else {
		buf_char(b, kind == 2 ? '[' : '{');
		for (unsigned i = 0; i < count; i++) {
			if (i > 0)
				buf_char(b, ',');
			put_blank(b, seed);
			if (kind == 3) {
				put_string(b, seed);
				put_blank(b, seed);
				buf_char(b, ':');
			}
			put_value(b, seed, depth + 1);
		}
		put_blank(b, seed);
		buf_char(b, kind == 2 ? ']' : '}');
	}
	put_blank(b, seed);
}

/* Rows with the keys k0..kn in any order, each spelled plainly or with an escape. */
static void put_rows(struct buf *b, uint64_t *seed, unsigned rows, unsigned keys)
{
	buf_char(b, '[');
	for (unsigned row = 0; row < rows; row++) {
		unsigned first = row ? next(seed, keys) : 0;
		buf_put(b, row ? STR(",{") : STR("{"));
		for (unsigned i = 0; i < keys; i++) {
			buf_put(b, i ? STR(",") : STR(""));
			buf_printf(b, row && next(seed, 5) == 0 ? "\"\\u006b%u\":" : "\"k%u\":", (first + i) % keys);
			put_value(b, seed, 1);
		}
		buf_char(b, '}');
	}
	buf_char(b, ']');
}

static void texts_made_at_random(void **state)
{
	(void)state;
	uint64_t seed = 1;
	for (int round = 0; round < 2000; round++) {
		struct arena *a = arena_new(1 << 24);
		struct buf b = buf_new(a, 1 << 22);
		unsigned rows = 1 + next(&seed, 4), keys = 1 + next(&seed, 5);
		put_rows(&b, &seed, rows, keys);
		struct str got = outcome(buf_str(&b), a);
		struct str want = str_printf(a, "array of %u: ", rows);
		if (!str_starts(got, want))
			fail_msg("%.*s: got %.*s", (int)b.n, b.p, STR_ARG(got));
		/* Any cut makes it invalid. */
		expect_text("cut", outcome((struct str){ b.p, next(&seed, (unsigned)b.n) }, a), INVALID);
		arena_free(a);
	}
}

struct body_row {
	const char *target, *type, *body, *want, *json;
};

static void check_body(const struct body_row *row)
{
	struct str schema = STR("public");
	const struct conf c = { .db_schemas = { &schema, 1 }, .server_spool_dir = STR("/tmp") };
	struct arena *a = arena_new(1 << 20);
	struct str target = str_of(row->target), query;
	struct http_field type = { STR("content-type"), str_of(row->type) };
	struct request r = { .body = str_of(row->body), .fields = &type, .field_count = row->type != NULL };
	struct query q;
	struct fault f = { 0 };
	r.method_text = str_cut(&target, ' ');
	r.method = http_method_from(r.method_text);
	query = target;
	r.path = str_cut(&query, '?');
	r.query = query;
	bool ok = query_read(&q, &r, &c, a, &f);
	expect_text(row->body, ok ? show_payload(&q.payload, a) : show_fault(&f, a), row->want);
	if (row->json)
		expect_text(row->body, q.payload.body, row->json);
	arena_free(a);
}

#define FORM "application/x-www-form-urlencoded"
#define TEN "abcdefghij"
#define TOO_MANY "400 PGRST102 All lines must have same number of fields"

static void bodies_by_type(void **state)
{
	(void)state;
	static const struct body_row rows[] = {
		{ "POST /t", NULL, "{\"a\":1}", "object of 1: a", "{\"a\":1}" },
		{ "POST /t", "application/json; charset=utf-8", "[{\"a\":1}]", "array of 1: a", NULL },
		{ "POST /t", "application/vnd.pgrst.array+json", "[]", "array of 0: ", "[]" },
		{ "POST /t", "application/json", "", INVALID, NULL },
		{ "POST /rpc/f", "application/json", "", "object of 1: ", "{}" },
		{ "POST /t", "application/json", "7", "array of 0: ", "[]" },
		{ "POST /t?columns=a,b", "application/json", "no json", "unread: a,b", "no json" },
		{ "PATCH /t?columns=a", NULL, "", "unread: a", "" },
		{ "POST /rpc/f?columns=a", NULL, "", "unread: a", "" },
		{ "PUT /t?columns=a", NULL, "{\"a\":1,\"b\":2}", "object of 1: a,b", NULL },
		{ "DELETE /t", NULL, "no json", "none: ", NULL },
		{ "GET /rpc/f", NULL, "no json", "none: ", NULL },
		{ "POST /t", FORM, "a=1&b=x+y&c=%22%0A&a=2", "object of 1: a,b,c",
			"{\"a\":\"1\",\"b\":\"x y\",\"c\":\"\\\"\\n\",\"a\":\"2\"}" },
		{ "POST /t", FORM, "", "object of 1: ", "{}" },
		{ "POST /t", FORM, "a", "object of 1: a", "{\"a\":\"\"}" },
		{ "POST /rpc/f", FORM, "a=1&b=2&a=3", "form: a,b", NULL },
		{ "POST /t", FORM, "a=%zz&b%=50%25%&%41%=%", "object of 1: a,b%,A%",
			"{\"a\":\"%zz\",\"b%\":\"50%%\",\"A%\":\"%\"}" },
		{ "POST /t", FORM, "a=%ff", "400 PGRST102 The request URL or form is not UTF-8 text or contains a NUL byte",
			NULL },
		{ "POST /rpc/f", "text/plain", "hello", "raw: ", "hello" },
		{ "POST /rpc/f", "text/xml", "<x/>", "raw: ", "<x/>" },
		{ "POST /rpc/f", "application/octet-stream", "", "raw: ", "" },
		{ "POST /t", "text/plain", "hello", "400 PGRST102 Content-Type not acceptable: text/plain", NULL },
		{ "POST /t", "image/PNG", "", "400 PGRST102 Content-Type not acceptable: image/png", NULL },
		{ "POST /t", "", "{}", "object of 1: ", NULL },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		check_body(&rows[i]);
}

static void csv(void **state)
{
	(void)state;
	static const struct body_row rows[] = {
		{ "POST /t", "text/csv", "a,b\n1,x\n2,y\n", "arrays: a,b {1,2} {x,y}", NULL },
		{ "POST /t", "text/csv", "a\r\nNULL\r\n\r\n\"NULL\"\r\nnull\r\nNull",
			"arrays: a {NULL,\"NULL\",\"null\",\"Null\"}", NULL },
		{ "POST /t", "text/csv", "\"a b\",\"c\"\"d\"\n\"x,\n\"\"y\"\"\",",
			"arrays: a b,c\"d {\"x,\n\\\"y\\\"\"} {NULL}", NULL },
		{ "POST /t", "text/csv", "a\n\\\n{\n x\n}\n\t\n\"\"\"\"\n\"\n\"\n",
			"arrays: a {\"\\\\\",\"{\",\" x\",\"}\",\"\t\",\"\\\"\",\"\n\"}", NULL },
		{ "POST /t", "text/csv", "a,b\n,\n\"\",NULL\n\"NULL\",\"\"\r\n ,x",
			"arrays: a,b {NULL,\"\",\"NULL\",\" \"} {NULL,NULL,\"\",x}", NULL },
		{ "POST /rpc/f", "text/csv", "a,b\n,\"\"\n", "array of 1: a,b", "[{\"a\":null,\"b\":\"\"}]" },
		{ "PATCH /t", "text/csv", "a,b,a\n1,x,2\n3,y,4", "arrays: a,b {2,4} {x,y}", NULL },
		{ "POST /t", "text/csv", "a,b\n", "array of 0: ", "[]" },
		{ "POST /t", "text/csv", "a\r1\r2", "arrays: a {1,2}", NULL },
		{ "POST /t", "text/csv", "\xef\xbb\xbf\xc3\xa9\n1", "arrays: \xc3\xa9 {1}", NULL },
		{ "POST /rpc/f", "text/csv", "a,b,a\n1,\"x \"\"\",2\nNULL,y,\n", "array of 2: a,b",
			"[{\"b\":\"x \\\"\",\"a\":\"2\"},{\"b\":\"y\",\"a\":null}]" },
		{ "POST /rpc/f", "text/csv", "a\nNULL\n", "array of 1: a", "[{\"a\":null}]" },
		{ "POST /rpc/f", "text/csv", "a\n", "array of 0: ", "[]" },
		{ "POST /t", "text/csv", "a,b\n1\n", TOO_MANY, NULL },
		{ "POST /t", "text/csv", "a,b\n1,2,3\n", TOO_MANY, NULL },
		{ "POST /t", "text/csv", "", "400 PGRST102 parse error (not enough input) at \"\"", NULL },
		{ "POST /t", "text/csv", "a,b", "400 PGRST102 parse error (not enough input) at \"\"", NULL },
		{ "POST /t", "text/csv", "a\"b,c\n1,2\n",
			"400 PGRST102 parse error (Failed reading: satisfy) at \"\\\"b,c\\n1,2\\n\"", NULL },
		{ "POST /t", "text/csv", "a\n\"x", "400 PGRST102 parse error (not enough input) at \"\"", NULL },
		{ "POST /t", "text/csv", "a\nx\"y\xc3\xa9", "400 PGRST102 parse error (endOfInput) at \"\\\"y\\195\\169\"",
			NULL },
		{ "POST /t", "text/csv", "a\n\"x\"y", "400 PGRST102 parse error (endOfInput) at \"y\"", NULL },
		{ "POST /t", "text/csv", "a\n\"x\"y" TEN TEN TEN TEN TEN TEN TEN TEN TEN "12345678\xc3\xa9!",
			"400 PGRST102 parse error (endOfInput) at y" TEN TEN TEN TEN TEN TEN TEN TEN TEN "12345678 (truncated)",
			NULL },
		{ "POST /t", "text/csv", "a\n\xff", "400 PGRST102 The request body is not UTF-8 text or contains a NUL byte",
			NULL },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		check_body(&rows[i]);
}

static bool leaves(void *asked)
{
	return ++*(int *)asked == 2;
}

/* Every kind of large body: asked for the second time whether anybody waits, and not a third time. */
static void a_departed_client_ends_the_reading(void **state)
{
	(void)state;
	static const struct {
		const char *type, *head, *unit;
	} bodies[] = {
		{ "application/json", "[{\"a\":0}", ",{\"a\":12345}" },
		{ "application/json", "{\"a\":[0", ",[12345]" },
		{ "text/csv", "a,b\n", "12345,6789\n" },
		{ "text/csv", "a,b\n", "12345," },
	};
	enum { SIZE = 4 << 20 };
	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		struct arena *a = arena_new((size_t)1 << 28);
		struct buf body = buf_new(a, 2 * SIZE);
		int asked = 0;
		buf_put(&body, str_of(bodies[i].head));
		while (body.n < SIZE)
			buf_put(&body, str_of(bodies[i].unit));
		struct http_field type = { STR("content-type"), str_of(bodies[i].type) };
		struct request r = { .fields = &type, .field_count = 1, .body = buf_str(&body), .watch = { leaves, &asked } };
		struct query q = { .action = ACTION_CREATE };
		struct fault f = { 0 };
		assert_false(
			payload_read(&q, &r, &(struct conf){ .server_buffer = SIZE, .server_spool_dir = STR("/tmp") }, a, &f));
		assert_int_equal(f.http_status, WATCH_LEFT);
		assert_int_equal(asked, 2);
		arena_free(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_departed_client_ends_the_reading),
		cmocka_unit_test(json_shapes),
		cmocka_unit_test(a_nul_byte_is_invalid),
		cmocka_unit_test(nesting_has_an_end),
		cmocka_unit_test(texts_made_at_random),
		cmocka_unit_test(bodies_by_type),
		cmocka_unit_test(csv),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
