/* The hand-made catalog of the unit tests.
 * SPDX-License-Identifier: MIT */
#include "sample.h"

#include <stdlib.h>

static struct cat_builder *b; /* of the catalog being made; tests run one after the other */

static void add_relation(uint32_t oid, const char *schema, const char *name, char kind)
{
	build_relation(b,
		&(struct cat_relation){ .schema = build_text(b, str_of(schema)),
			.name = build_text(b, str_of(name)),
			.oid = oid,
			.kind = (uint32_t)kind,
			.insertable = kind == 'r',
			.updatable = kind == 'r',
			.deletable = kind == 'r' });
}

static void add_column(uint32_t relation, uint32_t attnum, const char *name, uint32_t type, const char *default_value)
{
	build_column(b, relation, attnum,
		&(struct cat_column){ .name = build_text(b, str_of(name)),
			.type = type,
			.full_type_name = build_text(b, STR("full")),
			.default_value = build_text(b, str_of(default_value)),
			.has_default = default_value != NULL });
}

static void add_type(uint32_t oid, const char *name, uint32_t base, char kind)
{
	build_type(b,
		&(struct cat_type){ .oid = oid,
			.schema = build_text(b, STR("pg_catalog")),
			.name = build_text(b, str_of(name)),
			.sql_name = build_text(b, str_of(name)),
			.base_type = base,
			.kind = (uint8_t)kind,
			.to_json = build_text(b, kind == 'd' ? STR("api.shown") : STR_NONE),
			.encoding = (uint8_t)catalog_encoding_builtin(base) });
}

static void add_routine(uint32_t oid, const char *name, uint32_t relation)
{
	build_routine(b,
		&(struct cat_routine){ .oid = oid,
			.schema = build_text(b, STR("api")),
			.name = build_text(b, str_of(name)),
			.return_type = 23,
			.return_relation = relation,
			.volatility = CAT_STABLE,
			.returns = relation ? CAT_RETURNS_COMPOSITE : CAT_RETURNS_SCALAR });
}

static void add_parameter(uint32_t routine, const char *name, uint32_t type, bool is_out)
{
	build_parameter(b, routine,
		&(struct cat_parameter){ .name = build_text(b, str_of(name)), .type = type, .required = 1 }, is_out);
}

static void add_relations(void)
{
	add_relation(101, "hidden", "secrets", 'r');
	add_relation(103, "api", "workshops", 'r');
	add_relation(104, "api", "participants", 'r');
	add_relation(107, "api", "Ünï \"x\"", 'r');
	add_relation(109, "api", "upcoming", 'v');
	add_column(101, 1, "id", 23, NULL);
	add_column(103, 1, "id", 23, "nextval('s')");
	add_column(103, 3, "title", 1042, NULL);
	add_column(103, 4, "mood", 16500, "'ok'::mood");
	add_column(104, 1, "id", 23, NULL);
	add_column(104, 2, "workshop_id", 23, NULL);
	add_column(107, 1, "ä", 25, NULL);
	add_column(109, 1, "title", 1042, "");
	build_primary_key(b, 103, 1);
	build_primary_key(b, 104, 2);
	build_primary_key(b, 104, 1);
	build_partial_key(b, 104, STR("(workshop_id > 1)"));
	build_partial_key_column(b, 104, 1);
	build_partial_key_column(b, 104, 2);
	build_partial_key(b, 104, STR("(id > 1)"));
	build_partial_key_column(b, 104, 2);
	build_foreign_key(b, STR("to_workshop"), 104, 103, false);
	build_foreign_key_columns(b, 2, 1);
	build_foreign_key(b, STR("a_secret"), 104, 101, true);
	build_foreign_key_columns(b, 1, 1);
	build_foreign_key(b, STR("hidden_key"), 101, 103, false);
	build_foreign_key_columns(b, 1, 1);
}

static void add_types(void)
{
	add_type(23, "integer", 23, 'b');
	add_type(25, "text", 25, 'b');
	add_type(1042, "character", 1042, 'b');
	add_type(16400, "mood", 16400, 'e');
	add_type(16500, "mood_domain", 16400, 'd');
	build_enum_value(b, 16400, STR("sad"));
	build_enum_value(b, 16400, STR("ok"));
}

static void add_routines(void)
{
	add_routine(201, "list", 103);
	add_routine(202, "add", 0);
	add_routine(205, "add", 0);
	add_parameter(202, "a", 23, false);
	add_parameter(202, "b", 1042, false);
	add_parameter(205, "", 16500, false);
	add_parameter(205, "sum", 23, true);
	build_routine_setting(b, 202, STR("statement_timeout"), STR("5s"));
	build_role_setting(b, STR("web_user"), STR("statement_timeout"), STR("3s"));
	build_role_setting(b, STR("web_user"), STR("default_transaction_isolation"), STR("SERIALIZABLE"));
	build_role_setting(b, STR("web_user"), STR("work_mem"), STR("4MB"));
	build_role_setting(b, STR("anon"), STR("default_transaction_isolation"), STR("read committed"));
}

static void add_handlers(void)
{
	static const struct {
		const char *function, *media_type;
		uint32_t row_type;
	} handlers[] = {
		{ "api.any_page", "text/html", 0 },
		{ "api.page", "text/html", 9103 },
		{ "api.anything", "*/*", 9103 },
	};
	for (size_t i = 0; i < COUNT_OF(handlers); i++)
		build_handler(b,
			&(struct cat_handler){ .function = build_text(b, str_of(handlers[i].function)),
				.media_type = build_text(b, str_of(handlers[i].media_type)),
				.answered = build_text(b, STR("text/html")),
				.row_type = handlers[i].row_type });
}

const struct catalog *sample_catalog(struct arena *a)
{
	struct fault f = { 0 };
	const struct catalog *cat;
	b = build_new(a, 150020);
	build_schema(b, STR("hidden"), STR_NONE);
	build_schema(b, STR("api"), STR("Workshops\nand more"));
	add_relations();
	add_types();
	add_routines();
	add_handlers();
	if (!build_finish(b, &cat, a, &f))
		abort();
	return cat;
}

static uint64_t walk_text(const struct catalog *cat, struct cat_text t)
{
	return str_hash(catalog_text(cat, t));
}

static uint64_t walk_columns(const struct catalog *cat, const struct cat_relation *rel)
{
	uint64_t sum = 0;
	const struct cat_column *columns = catalog_columns(cat, rel->columns);
	for (uint32_t i = 0; i < rel->columns.count; i++) {
		const struct cat_column *c = &columns[i];
		sum += walk_text(cat, c->name) + walk_text(cat, c->comment) + walk_text(cat, c->default_value)
			+ walk_text(cat, c->type_name) + walk_text(cat, c->full_type_name);
		sum += catalog_column(cat, rel, catalog_text(cat, c->name)) == c;
		sum += catalog_in_primary_key(cat, rel, c);
		sum += str_hash(catalog_partial_key(cat, rel, (struct str[]){ catalog_text(cat, c->name) }, 1));
		for (uint32_t e = 0; e < c->enum_values.count; e++)
			sum += walk_text(cat, catalog_texts(cat, c->enum_values)[e]);
		const struct cat_type *type = catalog_type(cat, c->type);
		if (type)
			sum += walk_text(cat, type->schema) + walk_text(cat, type->name) + walk_text(cat, type->sql_name)
				+ walk_text(cat, type->to_json) + walk_text(cat, type->from_json) + walk_text(cat, type->from_text)
				+ (catalog_type_named(cat, catalog_text(cat, type->sql_name)) == type);
	}
	return sum;
}

static uint64_t walk_relation(const struct catalog *cat, const struct cat_relation *rel)
{
	size_t count;
	uint64_t sum = walk_text(cat, rel->schema) + walk_text(cat, rel->name) + walk_text(cat, rel->comment);
	sum += catalog_relation(cat, catalog_text(cat, rel->schema), catalog_text(cat, rel->name)) == rel;
	sum += catalog_relation_by_oid(cat, rel->oid) == rel;
	sum += catalog_relation_index(cat, rel);
	const struct cat_foreign_key *keys = catalog_foreign_keys_of(cat, rel, &count);
	for (size_t i = 0; i < count; i++) {
		sum += walk_text(cat, keys[i].name) + catalog_relation_at(cat, keys[i].from)->oid
			+ catalog_relation_at(cat, keys[i].to)->oid;
		for (uint32_t c = 0; c < keys[i].columns.count; c++)
			sum += catalog_column_at(cat, catalog_key_columns(cat, keys[i].columns)[c])->type;
	}
	return sum + walk_columns(cat, rel);
}

static uint64_t walk_parameters(const struct catalog *cat, struct cat_run run)
{
	uint64_t sum = 0;
	for (uint32_t i = 0; i < run.count; i++) {
		const struct cat_parameter *p = &catalog_parameters(cat, run)[i];
		sum += walk_text(cat, p->name) + walk_text(cat, p->type_name);
	}
	return sum;
}

static uint64_t walk_settings(const struct catalog *cat, struct cat_run run)
{
	uint64_t sum = 0;
	for (uint32_t i = 0; i < run.count; i++)
		sum += walk_text(cat, catalog_settings(cat, run)[i].name) + walk_text(cat, catalog_settings(cat, run)[i].value);
	return sum;
}

static uint64_t walk_routines(const struct catalog *cat, struct str schema)
{
	size_t count, named;
	uint64_t sum = 0;
	const struct cat_routine *routines = catalog_routines(cat, schema, &count);
	for (size_t i = 0; i < count; i++) {
		const struct cat_routine *r = &routines[i];
		sum += walk_text(cat, r->name) + walk_text(cat, r->comment) + walk_parameters(cat, r->parameters)
			+ walk_parameters(cat, r->out_columns) + walk_settings(cat, r->settings);
		if (r->return_relation != CAT_NONE)
			sum += catalog_relation_at(cat, r->return_relation)->oid;
		catalog_routines_named(cat, schema, catalog_text(cat, r->name), &named);
		sum += named;
	}
	return sum;
}

uint64_t sample_walk(const struct catalog *cat)
{
	static const struct str schemas[] = { STR_INIT("api"), STR_INIT("hidden"), STR_INIT("none") };
	static const struct str roles[] = { STR_INIT("anon"), STR_INIT("web_user") };
	uint64_t sum = 0;
	const struct cat_handler *handler = catalog_handler(cat, STR("text/html"), 0);
	sum += handler ? walk_text(cat, handler->function) + walk_text(cat, handler->answered) : 0;
	for (size_t s = 0; s < COUNT_OF(schemas); s++) {
		size_t count;
		const struct cat_relation *relations = catalog_relations(cat, schemas[s], &count);
		for (size_t i = 0; i < count; i++)
			sum += walk_relation(cat, &relations[i]);
		sum += walk_routines(cat, schemas[s]);
		const struct cat_schema *schema = catalog_schema(cat, schemas[s]);
		sum += schema ? walk_text(cat, schema->comment) : 0;
	}
	for (size_t r = 0; r < COUNT_OF(roles); r++) {
		const struct cat_role *role = catalog_role(cat, roles[r]);
		sum += role ? walk_text(cat, role->isolation) + walk_settings(cat, role->settings) : 0;
	}
	return sum;
}
