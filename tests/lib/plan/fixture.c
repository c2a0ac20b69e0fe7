/* The hand-made catalog of the planning tests, and requests from text.
 * SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <stdlib.h>

#include "base/buf.h"
#include "catalog/build.h"

enum {
	ITEMS = 20001,
	ORDERS = 20002,
	PAIRS = 20003,
	LOG = 20004,
	CHEAP = 20005,
	ODD = 20006,
	PAINTS = 20007,
	MOOD = 20101,
	PLACE = 20102,
	PNG = 20103,
	COLOR = 20104
};

static struct cat_builder *b; /* of the catalog being made; tests run one after the other */

static struct cat_text text(const char *s)
{
	return build_text(b, str_of(s));
}

static void add_type(uint32_t oid, const char *name, uint32_t base, char kind, enum cat_encoding encoding)
{
	build_type(b,
		&(struct cat_type){ .oid = oid,
			.schema = text(oid < 16384 ? "pg_catalog" : "api"),
			.name = text(name),
			.sql_name = text(name),
			.base_type = base,
			.kind = (uint8_t)kind,
			.encoding = (uint8_t)encoding,
			.category = str_ends(str_of(name), STR("[]")) ? 'A' : 'U',
			.is_media_type = kind == 'd' && str_has(str_of(name), '/') });
}

static void add_builtin(uint32_t oid, const char *name)
{
	add_type(oid, name, oid, 'b', catalog_encoding_builtin(oid));
}

/* A domain over integer that is seen as JSON and named in filters by functions of its own. */
static void add_color(void)
{
	build_type(b,
		&(struct cat_type){ .oid = COLOR,
			.schema = text("api"),
			.name = text("color"),
			.sql_name = text("api.color"),
			.base_type = 23,
			.kind = 'd',
			.category = 'U',
			.encoding = CAT_ENCODE_RAW,
			.to_json = text("api.color_json"),
			.from_json = text("api.color_of_json"),
			.from_text = text("api.color_of") });
}

static void add_types(void)
{
	add_builtin(16, "boolean");
	add_builtin(17, "bytea");
	add_builtin(23, "integer");
	add_builtin(25, "text");
	add_builtin(114, "json");
	add_builtin(142, "xml");
	add_builtin(1007, "integer[]");
	add_builtin(1009, "text[]");
	add_builtin(1114, "timestamp without time zone");
	add_builtin(1184, "timestamp with time zone");
	add_builtin(1700, "numeric");
	add_builtin(2278, "void");
	add_builtin(3614, "tsvector");
	add_builtin(3802, "jsonb");
	add_builtin(3904, "int4range");
	add_type(MOOD, "api.mood", MOOD, 'e', CAT_ENCODE_ESCAPED);
	add_type(PLACE, "api.place", PLACE, 'c', CAT_ENCODE_TO_JSON);
	add_type(PNG, "image/png", 17, 'd', CAT_ENCODE_ESCAPED);
	add_color();
}

static void add_relation(uint32_t oid, const char *name, char kind)
{
	build_relation(b,
		&(struct cat_relation){ .schema = text("api"),
			.name = text(name),
			.oid = oid,
			.row_type = oid + 9000,
			.kind = (uint32_t)kind,
			.insertable = 1,
			.updatable = 1,
			.deletable = 1,
			.runs_code = kind == 'v' });
}

static void add_column(uint32_t relation, uint32_t attnum, const char *name, uint32_t type, const char *full_type,
	const char *default_value)
{
	build_column(b, relation, attnum,
		&(struct cat_column){ .name = text(name),
			.type = type,
			.full_type_name = text(full_type),
			.default_value = text(default_value),
			.has_default = default_value != NULL });
}

static void add_items(void)
{
	add_relation(ITEMS, "items", 'r');
	add_column(ITEMS, 1, "id", 23, "integer", "nextval('api.items_id_seq'::regclass)");
	add_column(ITEMS, 2, "name", 25, "text", NULL);
	add_column(ITEMS, 3, "price", 1700, "numeric(10,2)", "0");
	add_column(ITEMS, 4, "tags", 1009, "text[]", NULL);
	add_column(ITEMS, 5, "data", 3802, "jsonb", NULL);
	add_column(ITEMS, 6, "meta", 114, "json", NULL);
	add_column(ITEMS, 7, "made", 1184, "timestamp with time zone", "now()");
	add_column(ITEMS, 8, "words", 3614, "tsvector", NULL);
	add_column(ITEMS, 9, "mood", MOOD, "api.mood", NULL);
	add_column(ITEMS, 10, "place", PLACE, "api.place", NULL);
	add_column(ITEMS, 11, "span", 3904, "int4range", NULL);
	build_primary_key(b, ITEMS, 1);
}

static void add_others(void)
{
	add_relation(ORDERS, "orders", 'r');
	build_column(b, ORDERS, 1,
		&(struct cat_column){ .name = text("id"),
			.type = 23,
			.full_type_name = text("integer"),
			.identity = 'd',
			.has_default = 1 });
	add_column(ORDERS, 2, "item_id", 23, "integer", NULL);
	build_primary_key(b, ORDERS, 1);
	add_relation(PAIRS, "pairs", 'r');
	add_column(PAIRS, 1, "a", 23, "integer", NULL);
	add_column(PAIRS, 2, "b", 23, "integer", NULL);
	add_column(PAIRS, 3, "v", 25, "text", NULL);
	build_primary_key(b, PAIRS, 1);
	build_primary_key(b, PAIRS, 2);
	add_relation(LOG, "log", 'r');
	add_column(LOG, 1, "line", 25, "text", NULL);
	add_relation(CHEAP, "cheap_items", 'v');
	add_column(CHEAP, 1, "id", 23, "integer", NULL);
	add_relation(ODD, "odd \"t\"", 'r');
	add_column(ODD, 1, "we\"ird", 25, "text", NULL);
	add_relation(PAINTS, "paints", 'r');
	add_column(PAINTS, 1, "id", 23, "integer", NULL);
	add_column(PAINTS, 2, "color", COLOR, "api.color", NULL);
	build_partial_key(b, LOG, STR("(line <> ''::text)"));
	build_partial_key_column(b, LOG, 1);
}

static void add_foreign_key(const char *name, uint32_t from, uint32_t from_attnum, uint32_t to, uint32_t to_attnum)
{
	build_foreign_key(b, str_of(name), from, to, false);
	build_foreign_key_columns(b, from_attnum, to_attnum);
}

/* Items have orders, and pairs, a junction, join both. The view shows the key of items. */
static void add_relationships(void)
{
	add_foreign_key("orders_item_id_fkey", ORDERS, 2, ITEMS, 1);
	add_foreign_key("pairs_a_fkey", PAIRS, 1, ITEMS, 1);
	add_foreign_key("pairs_b_fkey", PAIRS, 2, ORDERS, 1);
	build_origin(b, CHEAP, 1, ITEMS, 1);
	build_computed(b,
		&(struct cat_computed){ .from = ORDERS,
			.to = ITEMS,
			.schema = text("api"),
			.name = text("best_item"),
			.to_one = 1 });
}

static void add_handler(const char *function, const char *media_type, uint32_t row_type)
{
	build_handler(b,
		&(struct cat_handler){ .function = text(function),
			.media_type = text(media_type),
			.answered = text(media_type),
			.row_type = row_type });
}

static void add_handlers(void)
{
	add_handler("api.log_page", "text/html", LOG + 9000);
	add_handler("api.tabs", "text/tab-separated-values", 0);
}

static void add_routine(uint32_t oid, const char *name, char volatility, enum cat_returns returns, uint32_t type,
	bool set)
{
	build_routine(b,
		&(struct cat_routine){ .schema = text("api"),
			.name = text(name),
			.oid = oid,
			.volatility = (uint8_t)volatility,
			.returns = (uint8_t)returns,
			.return_type = type,
			.returns_set = set,
			.return_relation = type == 20201 ? ITEMS : 0 });
}

static void add_parameter(uint32_t routine, const char *name, uint32_t type, const char *type_name, bool required)
{
	build_parameter(b, routine,
		&(struct cat_parameter){ .name = text(name),
			.type = type,
			.base_type = type,
			.type_name = text(type_name),
			.required = required },
		false);
}

static void add_out(uint32_t routine, const char *name, uint32_t type)
{
	build_parameter(b, routine, &(struct cat_parameter){ .name = text(name), .type = type, .base_type = type }, true);
}

static void add_routines(void)
{
	enum { ITEMS_ROW = 20201 };
	add_routine(301, "add", 'i', CAT_RETURNS_SCALAR, 23, false);
	add_parameter(301, "a", 23, "integer", true);
	add_parameter(301, "b", 23, "integer", false);
	add_routine(302, "now_is", 's', CAT_RETURNS_SCALAR, 1114, false);
	add_routine(303, "numbers", 's', CAT_RETURNS_SCALAR, 23, true);
	add_parameter(303, "upto", 23, "integer", true);
	add_routine(304, "restock", 'v', CAT_RETURNS_VOID, 2278, false);
	add_routine(305, "find_items", 's', CAT_RETURNS_COMPOSITE, ITEMS_ROW, true);
	add_parameter(305, "word", 25, "text", true);
	add_routine(306, "get_item", 'v', CAT_RETURNS_COMPOSITE, ITEMS_ROW, false);
	add_parameter(306, "id", 23, "integer", true);
	add_routine(307, "stats", 's', CAT_RETURNS_COMPOSITE, 2249, true);
	add_out(307, "total", 23);
	add_out(307, "seen", 1114);
	add_routine(308, "join_all", 'i', CAT_RETURNS_SCALAR, 25, false);
	add_parameter(308, "sep", 25, "text", true);
	build_parameter(b, 308,
		&(struct cat_parameter){ .name = text("parts"),
			.type = 1009,
			.base_type = 1009,
			.type_name = text("text[]"),
			.required = 1,
			.variadic = 1 },
		false);
	add_routine(309, "take_json", 'v', CAT_RETURNS_SCALAR, 114, false);
	add_parameter(309, "", 114, "json", true);
	add_routine(310, "take_jsonb", 'v', CAT_RETURNS_SCALAR, 3802, false);
	add_parameter(310, "", 3802, "jsonb", true);
	add_routine(311, "take_text", 'v', CAT_RETURNS_SCALAR, 25, false);
	add_parameter(311, "", 25, "text", true);
	add_routine(312, "take_xml", 'v', CAT_RETURNS_SCALAR, 142, false);
	add_parameter(312, "", 142, "xml", true);
	add_routine(313, "take_bytea", 'v', CAT_RETURNS_SCALAR, 17, false);
	add_parameter(313, "", 17, "bytea", true);
	add_routine(314, "twice", 'i', CAT_RETURNS_SCALAR, 23, false);
	add_parameter(314, "x", 23, "integer", true);
	add_routine(315, "twice", 'i', CAT_RETURNS_SCALAR, 25, false);
	add_parameter(315, "x", 25, "text", true);
	add_routine(316, "picture", 's', CAT_RETURNS_SCALAR, PNG, false);
	add_routine(317, "slow", 'v', CAT_RETURNS_SCALAR, 1009, false);
	build_routine_setting(b, 317, STR("statement_timeout"), STR("7s"));
	build_routine_setting(b, 317, STR("work_mem"), STR("64MB"));
	build_routine_setting(b, 317, STR("default_transaction_isolation"), STR("serializable"));
	add_routine(318, "drain", 'v', CAT_RETURNS_SCALAR, 23, true);
}

static void add_roles(void)
{
	build_role_setting(b, STR("clerk"), STR("statement_timeout"), STR("3s"));
	build_role_setting(b, STR("clerk"), STR("default_transaction_isolation"), STR("repeatable read"));
}

const struct catalog *fixture_catalog(struct arena *a)
{
	struct fault f = { 0 };
	const struct catalog *cat;
	b = build_new(a, 150000);
	build_schema(b, STR("api"), STR("A shop"));
	add_items();
	add_others();
	add_relationships();
	add_handlers();
	add_types();
	add_routines();
	add_roles();
	if (!build_finish(b, &cat, a, &f))
		fail_msg("fixture: %.*s", STR_ARG(f.message));
	return cat;
}

struct conf fixture_conf(void)
{
	static const struct str schemas[] = { STR_INIT("api"), STR_INIT("other") }, extra[] = { STR_INIT("public") };
	static const struct str hoisted[] = { STR_INIT("statement_timeout"), STR_INIT("default_transaction_isolation") };
	return (struct conf){
		.db_schemas = { schemas, 1 },
		.db_extra_search_path = { extra, 1 },
		.db_hoisted_tx_settings = { hoisted, 2 },
		.db_max_rows = -1,
		.url_max_embeds = 100,
		.server_spool_dir = STR("/tmp"),
		.db_tx_end = CONF_TX_COMMIT,
		.openapi_mode = CONF_OPENAPI_FOLLOW,
		.db_pass_authorization = true,
		.db_prepared_statements = true,
	};
}

static void read_fields(struct request *r, struct str *rest, struct arena *a)
{
	size_t most = 1;
	for (size_t i = 0; i < rest->n; i++)
		most += rest->p[i] == '\n';
	struct http_field *fields = arena_make_array(a, struct http_field, most);
	r->fields = fields;
	for (struct str line = str_cut(rest, '\n'); line.n > 0; line = str_cut(rest, '\n')) {
		struct str value = line, name = str_cut(&value, ':');
		fields[r->field_count++] = (struct http_field){ str_lower(a, name), value.p ? str_trim(value) : STR("") };
	}
}

struct request fixture_request(const char *text, struct arena *a)
{
	struct str rest = str_of(text), line = str_cut(&rest, '\n'), method = str_cut(&line, ' ');
	struct request r = { .method = http_method_from(method), .method_text = method };
	r.query = line;
	r.path = str_cut(&r.query, '?');
	read_fields(&r, &rest, a);
	r.body = rest.p ? rest : STR("");
	return r;
}

struct made *fixture_make(const char *request, const struct conf *c, struct arena *a)
{
	struct made *m = arena_make(a, struct made);
	m->request = fixture_request(request, a);
	const struct catalog *cat = fixture_catalog(a);
	if (query_read(&m->query, &m->request, c, a, &m->fault) && plan_make(&m->plan, &m->query, cat, c, a, &m->fault))
		(void)!stmt_make(&m->stmts, &m->plan, a, &m->fault);
	return m;
}

struct str fixture_show_stmt(const struct stmt *s, struct arena *a)
{
	struct buf out = buf_new(a, 1 << 16);
	buf_put(&out, s ? s->sql : STR("nothing"));
	for (size_t i = 0; s && i < s->param_count; i++) {
		const struct stmt_param *p = &s->params[i];
		buf_lit(&out, " | ");
		buf_put(&out, p->value.p ? p->value : STR("NULL"));
		if (p->binary)
			buf_printf(&out, " as %u", p->type);
		else if (p->value.p && p->value.p[p->value.n] != '\0')
			fail_msg("parameter %zu of %.*s does not end with NUL", i + 1, STR_ARG(s->sql));
	}
	return buf_str(&out);
}

struct str fixture_show_fault(const struct fault *f, struct arena *a)
{
	struct buf out = buf_new(a, 1 << 16);
	buf_printf(&out, "%d %.*s %.*s", f->http_status, STR_ARG(f->code), STR_ARG(f->message));
	if (f->details.p)
		buf_printf(&out, " | %.*s", STR_ARG(f->details));
	if (f->hint.p)
		buf_printf(&out, " | %.*s", STR_ARG(f->hint));
	return buf_str(&out);
}

static const char *quoted(const char *backquoted, struct arena *a)
{
	size_t n = str_of(backquoted).n;
	char *out = arena_bytes(a, n + 1);
	for (size_t i = 0; i <= n; i++)
		out[i] = backquoted[i] == '`' ? '"' : backquoted[i];
	return out;
}

void fixture_golden(const struct golden *rows, size_t count, const struct conf *c)
{
	for (size_t i = 0; i < count; i++) {
		struct arena *a = arena_new(1 << 22);
		struct made *m = fixture_make(quoted(rows[i].request, a), c, a);
		struct str got = m->fault.http_status ? fixture_show_fault(&m->fault, a) : fixture_show_stmt(m->stmts.main, a);
		expect_text(rows[i].request, got, quoted(rows[i].want, a));
		arena_free(a);
	}
}
