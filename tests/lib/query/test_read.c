/* Whole requests: target, schema, action, ranges, preferences, and which fault is told first.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include "show.h"

/* A request as a browser's address bar and its headers would give it. */
struct row {
	const char *request; /* METHOD TARGET */
	struct http_field fields[3];
	const char *want;
};

static struct str schemas[] = { STR_INIT("public"), STR_INIT("api") };

static struct request request_of(const char *text, const struct http_field *fields)
{
	struct str target = str_of(text), query;
	struct request r = { .fields = fields, .body = STR("") };
	r.method_text = str_cut(&target, ' ');
	r.method = http_method_from(r.method_text);
	query = target;
	r.path = str_cut(&query, '?');
	r.query = query;
	while (r.field_count < 3 && fields[r.field_count].name.p)
		r.field_count++;
	return r;
}

static const char *action_name(const struct query *q)
{
	static const char *const names[] = { "inspect", "read", "create", "update", "upsert", "delete", "call", "info" };
	return names[q->action];
}

static struct str show_head(const struct query *q, struct arena *a)
{
	static const char *const targets[] = { "root", "relation", "routine" };
	struct str tree = show_query(q, a), schema = q->schema, name = q->name;
	return str_printf(a, "%s%s %s %.*s%s%s%.*s %.*s", action_name(q), q->head_only ? "-head" : "", targets[q->target],
		STR_ARG(schema), q->schema_negotiated ? "!" : "", name.p ? "." : "", (int)name.n, name.p ? name.p : "",
		STR_ARG(tree));
}

static void check(const struct row *row, const struct conf *c)
{
	struct arena *a = arena_new(1 << 24);
	struct request r = request_of(row->request, row->fields);
	struct query q;
	struct fault f = { 0 };
	struct str got = query_read(&q, &r, c, a, &f) ? show_head(&q, a) : show_fault(&f, a);
	expect_text(row->request, got, row->want);
	arena_free(a);
}

#define FIELD(field, text)                                                                                             \
	{                                                                                                                  \
		STR_INIT(field), STR_INIT(text)                                                                                \
	}
#define NO_FIELDS                                                                                                      \
	{                                                                                                                  \
		{                                                                                                              \
			{ NULL, 0 },                                                                                               \
			{                                                                                                          \
				NULL, 0                                                                                                \
			}                                                                                                          \
		}                                                                                                              \
	}
#define UNSATISFIABLE "416 PGRST103 Requested range not satisfiable | "

static void requests(void **state)
{
	(void)state;
	const struct conf c = { .db_schemas = { schemas, 1 } };
	static const struct row rows[] = {
		{ "GET /items", NO_FIELDS, "read relation public.items *" },
		{ "HEAD /items", NO_FIELDS, "read-head relation public.items *" },
		{ "GET /a%20b%2Fc%22", NO_FIELDS, "read relation public.a b/c\" *" },
		{ "GET /a+b", NO_FIELDS, "read relation public.a+b *" },
		{ "GET /rpc", NO_FIELDS, "read relation public.rpc *" },
		{ "GET /", NO_FIELDS, "inspect root public *" },
		{ "HEAD /", NO_FIELDS, "inspect-head root public *" },
		{ "OPTIONS /", NO_FIELDS, "info root public *" },
		{ "OPTIONS /items", NO_FIELDS, "info relation public.items *" },
		{ "OPTIONS /rpc/f?a=1", NO_FIELDS, "info routine public.f * | a := \"1\"" },
		{ "GET /rpc/f?a=1&b=eq.2", NO_FIELDS, "call routine public.f * | {} and(b eq \"2\") | a := \"1\"" },
		{ "POST /rpc/f?b=eq.2", NO_FIELDS, "call routine public.f * | {} and(b eq \"2\")" },
		{ "DELETE /items?id=eq.1", NO_FIELDS, "delete relation public.items * | {} and(id eq \"1\")" },
		{ "POST /rpc/f?a=1", NO_FIELDS,
			"400 PGRST100 \"failed to parse filter (1)\" (line 1, column 1) | unexpected "
			"\"1\" expecting \"not\" or operator (eq, gt, ...)" },
		{ "GET /a/b", NO_FIELDS, "404 PGRST125 Invalid path specified in request URL" },
		{ "GET /a/", NO_FIELDS, "404 PGRST125 Invalid path specified in request URL" },
		{ "GET //", NO_FIELDS, "404 PGRST125 Invalid path specified in request URL" },
		{ "GET /rpc/", NO_FIELDS, "call routine public. *" },
		{ "GET /rpc//", NO_FIELDS, "404 PGRST125 Invalid path specified in request URL" },
		{ "GET /rpc/f/g", NO_FIELDS, "404 PGRST125 Invalid path specified in request URL" },
		{ "GET /%zz", NO_FIELDS, "read relation public.%zz *" },
		{ "TRACE /items", NO_FIELDS, "405 PGRST117 Unsupported HTTP method: TRACE" },
		{ "POST /", NO_FIELDS, "405 PGRST117 Unsupported HTTP method: POST" },
		{ "PUT /rpc/f", NO_FIELDS, "405 PGRST101 Cannot use the PUT method on RPC" },
		{ "get /items", NO_FIELDS, "405 PGRST117 Unsupported HTTP method: get" },
		{ "POST /items", NO_FIELDS, "400 PGRST102 Empty or invalid json" },
		{ "PUT /items?limit=1", NO_FIELDS,
			"400 PGRST114 limit/offset querystring parameters are not allowed for "
			"PUT" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		check(&rows[i], &c);
}

static void ranges(void **state)
{
	(void)state;
	const struct conf c = { .db_schemas = { schemas, 1 } };
	static const struct row rows[] = {
		{ "GET /t", { FIELD("range", "0-4") }, "read relation public.t * | {} range(0,5)" },
		{ "GET /t", { FIELD("range", "5-") }, "read relation public.t * | {} range(5,-1)" },
		{ "GET /t?limit=10&offset=2", { FIELD("range", "5-8") }, "read relation public.t * | {} range(5,4)" },
		{ "GET /t?limit=3", { FIELD("range", "1-8") }, "read relation public.t * | {} range(1,2)" },
		{ "GET /t", { FIELD("range", "bytes=0-4") }, "read relation public.t *" },
		{ "HEAD /t", { FIELD("range", "0-4") }, "read-head relation public.t *" },
		{ "GET /t?limit=0", { FIELD("range", "3-4") }, "read relation public.t * | {} range(0,0)" },
		{ "GET /t", { FIELD("range", "5-3") },
			UNSATISFIABLE "The lower boundary must be lower than or equal to the "
						  "upper boundary in the Range header." },
		{ "GET /t?offset=9", { FIELD("range", "0-4") },
			UNSATISFIABLE "Limit should be greater than or equal to zero." },
		{ "GET /t?limit=-2", NO_FIELDS, UNSATISFIABLE "Limit should be greater than or equal to zero." },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		check(&rows[i], &c);
}

static void schemas_are_negotiated(void **state)
{
	(void)state;
	const struct conf c = { .db_schemas = { schemas, 2 } };
	static const struct row rows[] = {
		{ "GET /t", NO_FIELDS, "read relation public!.t *" },
		{ "GET /t", { FIELD("accept-profile", "api") }, "read relation api!.t *" },
		{ "GET /t", { FIELD("content-profile", "api") }, "read relation public!.t *" },
		{ "DELETE /t", { FIELD("content-profile", "api") }, "delete relation api!.t *" },
		{ "POST /rpc/f", { FIELD("content-profile", "api") }, "call routine api!.f *" },
		{ "GET /t", { FIELD("accept-profile", "x") },
			"406 PGRST106 Invalid schema: x | Only the following schemas are "
			"exposed: public, api" },
		{ "DELETE /t", { FIELD("content-profile", "") },
			"406 PGRST106 Invalid schema:  | Only the following schemas "
			"are exposed: public, api" },
		/* The path is judged before the schema, the schema before the method. */
		{ "GET /t/u", { FIELD("accept-profile", "x") }, "404 PGRST125 Invalid path specified in request URL" },
		{ "TRACE /t", { FIELD("accept-profile", "x") },
			"406 PGRST106 Invalid schema: x | Only the following schemas are "
			"exposed: public, api" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		check(&rows[i], &c);
}

static void the_root_may_be_a_function(void **state)
{
	(void)state;
	const struct conf spec = { .db_schemas = { schemas, 1 }, .db_root_spec = STR("private.root") };
	const struct conf bare = { .db_schemas = { schemas, 1 }, .db_root_spec = STR("root") };
	const struct conf off = { .db_schemas = { schemas, 1 }, .openapi_mode = CONF_OPENAPI_DISABLED };
	check(&(struct row){ "GET /", NO_FIELDS, "call routine private.root *" }, &spec);
	check(&(struct row){ "GET /", NO_FIELDS, "call routine public.root *" }, &bare);
	check(&(struct row){ "GET /", NO_FIELDS, "404 PGRST126 Root endpoint metadata is disabled" }, &off);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests),
		cmocka_unit_test(ranges),
		cmocka_unit_test(schemas_are_negotiated),
		cmocka_unit_test(the_root_may_be_a_function),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
