/* The OpenAPI document: fragments that must and must not be in it, for a catalog made by hand.
 * SPDX-License-Identifier: MIT */
#include "reply/openapi.h"

#include "../expect.h"
#include "base/arena.h"
#include "catalog/build.h"
#include "fake_row.h"

enum {
	OID_GENRES = 10,
	OID_FILMS = 11,
	OID_VIEW = 12,
	OID_OTHER = 13,
	OID_ADD1 = 20,
	OID_ADD2,
	OID_STORE,
	OID_BODY,
	OID_NOTHING
};

static struct arena *arena;
static const struct catalog *cat;
static struct cat_builder *b;

static struct cat_text text(const char *s)
{
	return build_text(b, str_of(s));
}

static void relation(uint32_t oid, const char *schema, const char *name, const char *comment, bool writable)
{
	build_relation(b,
		&(struct cat_relation){ .oid = oid,
			.schema = text(schema),
			.name = text(name),
			.comment = text(comment),
			.kind = writable ? 'r' : 'v',
			.insertable = writable,
			.updatable = writable,
			.deletable = writable });
}

static void column(uint32_t relation_oid, uint32_t attnum, const char *name, uint32_t type, struct cat_column more)
{
	more.name = text(name);
	more.type = type;
	if (!more.full_type_name.offset)
		more.full_type_name = text("x");
	build_column(b, relation_oid, attnum, &more);
}

static void type(uint32_t oid, const char *schema, const char *name, uint32_t base, char kind)
{
	build_type(b,
		&(struct cat_type){ .oid = oid,
			.schema = text(schema),
			.name = text(name),
			.sql_name = text(name),
			.base_type = base,
			.kind = (uint8_t)kind });
}

static void routine(uint32_t oid, const char *name, char volatility)
{
	build_routine(b,
		&(struct cat_routine){ .oid = oid,
			.schema = text("api"),
			.name = text(name),
			.comment = text("Adds\n\nnumbers"),
			.return_type = 23,
			.volatility = (uint8_t)volatility,
			.returns = CAT_RETURNS_SCALAR });
}

static void parameter(uint32_t oid, const char *name, uint32_t type_oid, bool required, bool variadic)
{
	build_parameter(b, oid,
		&(struct cat_parameter){ .name = text(name), .type = type_oid, .required = required, .variadic = variadic },
		false);
}

static void make_relations(void)
{
	relation(OID_GENRES, "api", "genres", NULL, true);
	relation(OID_FILMS, "api", "a/b~c", "Films\n\n\nof all times", true);
	relation(OID_VIEW, "api", "recent", NULL, false);
	relation(OID_OTHER, "hidden", "genres", NULL, true);
	column(OID_GENRES, 1, "id", 23, (struct cat_column){ 0 });
	column(OID_FILMS, 1, "id", 20, (struct cat_column){ .default_value = text("nextval('s'::regclass)") });
	column(OID_FILMS, 2, "title", 1043,
		(struct cat_column){ .max_length = 20,
			.comment = text("The \"title\""),
			.default_value = text("'none'::character varying"),
			.nullable = 1 });
	column(OID_FILMS, 3, "genre", 23,
		(struct cat_column){ .comment = text("Kind"), .default_value = text("7"), .nullable = 1 });
	column(OID_FILMS, 4, "mood", 16500,
		(struct cat_column){ .full_type_name = text("api.mood"),
			.nullable = 1,
			.default_value = text("'ok'::api.mood") });
	column(OID_FILMS, 5, "tags", 1009, (struct cat_column){ .nullable = 1, .default_value = text("'{}'::text[]") });
	column(OID_FILMS, 6, "extra", 3802, (struct cat_column){ .nullable = 1, .default_value = text("'{}'::jsonb") });
	column(OID_FILMS, 7, "made", 1184, (struct cat_column){ .nullable = 1, .default_value = text("now()") });
	column(OID_FILMS, 8, "rate", 1700, (struct cat_column){ .nullable = 1, .default_value = text("-0.5e2") });
	column(OID_FILMS, 9, "rank", 1700, (struct cat_column){ .nullable = 1, .default_value = text("01") });
	column(OID_FILMS, 10, "secret", 23, (struct cat_column){ .nullable = 1 });
	column(OID_VIEW, 1, "id", 20, (struct cat_column){ .nullable = 1 });
	column(OID_OTHER, 1, "id", 23, (struct cat_column){ 0 });
	build_primary_key(b, OID_FILMS, 1);
	build_foreign_key(b, STR("to_genre"), OID_FILMS, OID_GENRES, false);
	build_foreign_key_columns(b, 3, 1);
	build_foreign_key(b, STR("to_secret"), OID_FILMS, OID_OTHER, false);
	build_foreign_key_columns(b, 10, 1);
}

static void make_types(void)
{
	type(20, "pg_catalog", "bigint", 20, 'b');
	type(23, "pg_catalog", "integer", 23, 'b');
	type(114, "pg_catalog", "json", 114, 'b');
	type(1007, "pg_catalog", "integer[]", 1007, 'b');
	type(1009, "pg_catalog", "text[]", 1009, 'b');
	type(1043, "pg_catalog", "character varying", 1043, 'b');
	type(1184, "pg_catalog", "timestamp with time zone", 1184, 'b');
	type(1700, "pg_catalog", "numeric", 1700, 'b');
	type(3802, "pg_catalog", "jsonb", 3802, 'b');
	type(16500, "api", "api.mood", 16500, 'e');
	build_enum_value(b, 16500, STR("sad"));
	build_enum_value(b, 16500, STR("ok"));
}

static void make_routines(void)
{
	routine(OID_ADD1, "add", CAT_STABLE);
	routine(OID_ADD2, "add", CAT_IMMUTABLE);
	routine(OID_STORE, "store", CAT_VOLATILE);
	routine(OID_BODY, "body", CAT_STABLE);
	routine(OID_NOTHING, "nothing", CAT_STABLE);
	parameter(OID_ADD1, "x", 23, true, false);
	parameter(OID_ADD2, "y", 114, true, false);
	parameter(OID_ADD2, "rest", 1007, false, true);
	parameter(OID_STORE, "list", 1007, false, false);
	parameter(OID_BODY, "", 114, true, false);
}

static int make_catalog(void **state)
{
	(void)state;
	struct fault f = { 0 };
	arena = arena_new((size_t)1 << 26);
	b = build_new(arena, 150000);
	build_schema(b, STR("api"), STR("Cinema\n\nA test"));
	make_relations();
	make_types();
	make_routines();
	return build_finish(b, &cat, arena, &f) ? 0 : -1;
}

static int free_catalog(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* What a case changes of the plain one: everything allowed, asked by http://example.org. */
struct given {
	bool follow, https, negotiated, secure, head;
	const char *schema, *proxy, *prefix, *host;
	int64_t most;       /* server-max-response */
	uint32_t grants[3]; /* what the role has rights on */
};

static void grant(struct openapi *o, uint32_t oid, struct fault *f)
{
	char number[16];
	struct fake_column columns[] = {
		{ "kind", T_TEXT, oid >= OID_ADD1 ? "routine" : "relation", 0 },
		{ "oid", T_TEXT, number, 0 },
	};
	snprintf(number, sizeof number, "%u", oid);
	assert_true(openapi_add(o, &(struct row){ columns, COUNT_OF(columns) }, f));
}

static bool answer(struct reply *out_r, const struct given *g, struct arena *a, struct fault *f)
{
	struct conf *c = arena_make(a, struct conf);
	struct query *q = arena_make(a, struct query);
	struct plan *p = arena_make(a, struct plan);
	c->openapi_mode = g->follow ? CONF_OPENAPI_FOLLOW : CONF_OPENAPI_IGNORE;
	c->openapi_security_active = g->secure;
	c->openapi_server_proxy_uri = str_of(g->proxy);
	c->server_path_prefix = str_of(g->prefix);
	c->server_buffer = 1 << 20;
	c->server_max_response = g->most ? g->most : 1 << 20;
	c->request_memory = 1 << 24;
	q->schema = g->schema ? str_of(g->schema) : STR("api");
	q->schema_negotiated = g->negotiated;
	q->head_only = g->head;
	*p = (struct plan){ .kind = PLAN_INSPECT,
		.query = q,
		.catalog = cat,
		.conf = c,
		.media = { .kind = MEDIA_OPENAPI, .text = STR("application/openapi+json") } };
	struct openapi *o = openapi_new(p, NULL, a);
	for (size_t i = 0; i < COUNT_OF(g->grants) && g->grants[i]; i++)
		grant(o, g->grants[i], f);
	struct request r = { .host = g->host ? str_of(g->host) : STR("example.org"), .https = g->https };
	return openapi_make(out_r, o, &r, a, f);
}

#define PARAM(key) "{\"$ref\":\"#/parameters/" key "\"}"
#define FILTERS PARAM("rowFilter.a~1b~0c.id") "," PARAM("rowFilter.a~1b~0c.title")
#define GRANTED(oid) .follow = true, .grants = { oid }

static const struct {
	const char *row;
	struct given given;
	const char *has, *lacks; /* NULL: nothing of the kind is asked */
} cases[] = {
	{ "starts", { 0 }, "{\"swagger\":\"2.0\",\"info\":{\"description\":\"A test\",\"title\":\"Cinema\",\"version\":\"",
		NULL },
	{ "no comment", { .schema = "hidden" },
		"\"description\":\"This is a dynamic API generated by PostgREST\","
		"\"title\":\"PostgREST API\"",
		NULL },
	{ "place", { 0 }, "\"host\":\"example.org\",\"basePath\":\"/\",\"schemes\":[\"http\"]", NULL },
	{ "place by https", { .https = true, .prefix = "/api", .host = "a.b:8" },
		"\"host\":\"a.b:8\",\"basePath\":\"/api\",\"schemes\":[\"https\"]", NULL },
	{ "no host", { .host = "" }, "\"version\":\"16 (rowgate " PACKAGE_VERSION ")\"},\"basePath\":\"/\"", NULL },
	{ "proxy", { .proxy = "https://a.org/base", .prefix = "/api" },
		"\"host\":\"a.org:443\",\"basePath\":\"/base\",\"schemes\":[\"https\"]", NULL },
	{ "proxy with port", { .proxy = "HTTP://a.org:81" },
		"\"host\":\"a.org:81\",\"basePath\":\"/\",\"schemes\":[\"http\"]", NULL },
	{ "proxy by address", { .proxy = "http://[::1]/" }, "\"host\":\"[::1]:80\",\"basePath\":\"/\"", NULL },
	{ "root", { 0 },
		"\"paths\":{\"/\":{\"get\":{\"tags\":[\"Introspection\"],\"summary\":\"OpenAPI description (this "
		"document)\",\"produces\":[\"application/openapi+json\",\"application/json\"],\"responses\":{\"200\":{"
		"\"description\":\"OK\"}}}}",
		NULL },
	{ "get", { 0 },
		"\"/a/b~c\":{\"get\":{\"tags\":[\"a/b~c\"],\"summary\":\"Films\",\"description\":\"of all times\","
		"\"parameters\":[" FILTERS,
		NULL },
	{ "get's responses", { 0 },
		PARAM("preferCount") "],\"responses\":{\"200\":{\"description\":\"OK\",\"schema\":{"
							 "\"items\":{\"$ref\":\"#/definitions/a~1b~0c\"},\"type\":\"array\"}},"
							 "\"206\":{\"description\":\"Partial Content\"}}}",
		NULL },
	{ "post", { 0 },
		"\"post\":{\"tags\":[\"genres\"],\"parameters\":[" PARAM("body.genres") "," PARAM("select") "," PARAM(
			"preferPost") "],\"responses\":{\"201\":{\"description\":\"Created\"}}}",
		NULL },
	{ "patch", { 0 },
		"\"patch\":{\"tags\":[\"genres\"],\"parameters\":[" PARAM("rowFilter.genres.id") "," PARAM(
			"body.genres") "," PARAM("preferReturn") "],\"responses\":{\"204\":{\"description\":\"No Content\"}}}",
		NULL },
	{ "read-only view", { 0 },
		"\"/recent\":{\"get\":", "{\"tags\":[\"recent\"],\"parameters\":[" PARAM("body.recent") },
	{ "granted", { GRANTED(OID_FILMS) }, "\"/a/b~c\":{\"get\":{", "\"/genres\"" },
	{ "granted: all ways", { GRANTED(OID_FILMS) }, "},\"patch\":{\"tags\":[\"a/b~c\"]", NULL },
	{ "granted nothing else", { GRANTED(OID_FILMS) }, "\"definitions\":{\"a/b~c\":{", "\"genres\":" },
	{ "granted nothing", { .follow = true }, "\"definitions\":{},\"parameters\":{\"preferParams\":{", "rowFilter" },
	{ "granted a view", { GRANTED(OID_VIEW) }, "\"/recent\":{\"get\":", "\"post\":" },
	{ "grants elsewhere", { GRANTED(OID_OTHER) }, "\"definitions\":{}", NULL },
	{ "grants on the unknown", { GRANTED(9) }, "\"definitions\":{}", NULL },
	{ "required", { 0 }, "{\"description\":\"Films\\n\\n\\nof all times\",\"required\":[\"id\"],\"properties\":{",
		NULL },
	{ "primary key", { 0 },
		"\"id\":{\"description\":\"Note:\\nThis is a Primary Key.<pk/>\",\"format\":\"int64\","
		"\"type\":\"integer\"}",
		NULL },
	{ "string", { 0 },
		"\"title\":{\"default\":\"none\",\"description\":\"The \\\"title\\\"\",\"format\":"
		"\"character varying\",\"maxLength\":20,\"type\":\"string\"}",
		NULL },
	{ "foreign key", { 0 },
		"\"genre\":{\"default\":7,\"description\":\"Kind\\n\\nNote:\\nThis is a Foreign Key to "
		"`genres.id`.<fk table='genres' column='id'/>\",\"format\":\"int32\",\"type\":\"integer\"}",
		NULL },
	{ "foreign key to another schema", { 0 }, "\"secret\":{\"format\":\"int32\",\"type\":\"integer\"}", NULL },
	{ "enum", { 0 },
		"\"mood\":{\"default\":\"ok\",\"enum\":[\"sad\",\"ok\"],\"format\":\"api.mood\",\"type\":\"string\"}", NULL },
	{ "array", { 0 }, "\"tags\":{\"format\":\"text[]\",\"items\":{\"type\":\"string\"},\"type\":\"array\"}", NULL },
	{ "jsonb", { 0 }, "\"extra\":{\"format\":\"jsonb\"}", NULL },
	{ "expression", { 0 }, "\"made\":{\"default\":\"now()\",", NULL },
	{ "number", { 0 }, "\"rate\":{\"default\":-0.5e2,", NULL },
	{ "no number", { 0 }, "\"rank\":{\"format\":\"numeric\",\"type\":\"number\"}", NULL },
	{ "stable overload", { 0 },
		"\"/rpc/add\":{\"get\":{\"tags\":[\"(rpc) add\"],\"summary\":\"Adds\",\"description\":"
		"\"numbers\",\"parameters\":[{\"name\":\"y\",\"required\":true,\"in\":\"query\",\"format\":\"json\",\"type\":"
		"\"string\"},{\"name\":\"rest\",\"required\":false,\"in\":\"query\",\"type\":\"array\",\"items\":{\"format\":"
		"\"int32\",\"type\":\"integer\"},\"collectionFormat\":\"multi\"}],\"produces\":[",
		"\"name\":\"x\"" },
	{ "only one overload granted", { GRANTED(OID_ADD1) }, "\"name\":\"x\"", "\"name\":\"y\"" },
	{ "call by POST", { 0 },
		"\"parameters\":[{\"name\":\"args\",\"required\":true,\"in\":\"body\",\"schema\":{"
		"\"description\":\"Adds\\n\\nnumbers\",\"required\":[\"y\"],\"properties\":{\"y\":{\"format\":\"json\"},"
		"\"rest\":{"
		"\"format\":\"integer[]\",\"items\":{\"type\":\"integer\"},\"type\":\"array\"}},\"type\":\"object\"}}," PARAM(
			"preferParams") "]",
		NULL },
	{ "volatile", { GRANTED(OID_STORE) }, "\"/rpc/store\":{\"post\":{", "\"get\":{\"tags\":[\"(rpc)" },
	{ "no arguments", { GRANTED(OID_NOTHING) },
		"\"/rpc/nothing\":{\"get\":{\"tags\":[\"(rpc) nothing\"],\"summary\":\"Adds\","
		"\"description\":\"numbers\",\"produces\":",
		"\"properties\":{}" },
	{ "no arguments by POST", { GRANTED(OID_NOTHING) },
		"\"schema\":{\"description\":\"Adds\\n\\nnumbers\",\"type\":"
		"\"object\"}}",
		NULL },
	{ "body whole", { GRANTED(OID_BODY) }, "\"/rpc/body\":{\"post\":{", "\"get\":{\"tags\":[\"(rpc)" },
	{ "body's schema", { 0 }, "\"in\":\"body\",\"schema\":{\"format\":\"json\"}}", NULL },
	{ "shared", { 0 },
		"\"rangeUnit\":{\"name\":\"Range-Unit\",\"description\":\"Limiting and Pagination\",\"required\":"
		"false,\"default\":\"items\",\"in\":\"header\",\"type\":\"string\"}",
		NULL },
	{ "preferences", { 0 },
		"\"preferPost\":{\"name\":\"Prefer\",\"description\":\"Preference\",\"required\":false,"
		"\"in\":\"header\",\"enum\":[\"return=representation\",\"return=minimal\",\"return=none\","
		"\"resolution=ignore-duplicates\",\"resolution=merge-duplicates\"],\"type\":\"string\"}",
		NULL },
	{ "filter", { 0 },
		"\"rowFilter.a/b~c.genre\":{\"name\":\"genre\",\"description\":\"Kind\",\"required\":false,"
		"\"in\":\"query\",\"type\":\"string\"}",
		NULL },
	{ "body", { 0 },
		"\"body.genres\":{\"name\":\"genres\",\"description\":\"genres\",\"required\":false,\"in\":\"body\","
		"\"schema\":{\"$ref\":\"#/definitions/genres\"}}",
		NULL },
	{ "security", { .secure = true }, "\"security\":[{\"JWT\":[]}]", NULL },
	{ "no security", { 0 }, NULL, "JWT" },
	{ "ends", { 0 }, "/references/api.html\"}}", NULL },
};

static void fragments(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct arena *a = arena_new((size_t)1 << 26);
		struct fault f = { 0 };
		struct reply r;
		assert_true(answer(&r, &cases[i].given, a, &f));
		struct str body = fake_text(&r.body, a), has = str_of(cases[i].has), lacks = str_of(cases[i].lacks);
		if (has.p && str_find(body, has) == body.n)
			fail_msg("%s: not in %.*s", cases[i].row, STR_ARG(body));
		if (lacks.p && str_find(body, lacks) < body.n)
			fail_msg("%s: should not be in %.*s", cases[i].row, STR_ARG(body));
		arena_free(a);
	}
}

static void fields(void **state)
{
	(void)state;
	struct fault f = { 0 };
	struct reply r;
	assert_true(answer(&r, &(struct given){ .negotiated = true, .head = true }, arena, &f));
	expect_text("HEAD", buf_str(&r.fields),
		"Content-Type: application/openapi+json; charset=utf-8\r\n"
		"Content-Profile: api\r\nVary: Accept, Prefer, Range\r\n");
	assert_true(r.no_body);
	assert_int_equal(r.status, 200);
	assert_false(answer(&r, &(struct given){ .most = 1000 }, arena, &f));
	assert_int_equal(f.http_status, 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(fragments), cmocka_unit_test(fields) };
	return cmocka_run_group_tests(tests, make_catalog, free_catalog);
}
