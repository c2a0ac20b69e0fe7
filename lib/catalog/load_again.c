/* Asks for the columns that some relations of the catalog have now.
 * SPDX-License-Identifier: MIT */
#include "base/sqlname.h"
#include "catalog/amend.h"
#include "catalog/introspection.h"
#include "catalog/load.h"
#include "catalog/loader.h"
#include "pg/flight.h"

#define NAMES_MAX ((size_t)1 << 20)
#define SCRATCH_MAX ((size_t)256 << 20)
/* A relation has at most 1,600 columns. */
enum { COLUMNS_MOST = 1600 };

struct again {
	const struct catalog *catalog;
	const uint32_t *wanted;
	struct amend_relation *now; /* beside wanted */
	uint32_t *oids;             /* beside wanted; 0: there is none of that name */
	size_t count;
	struct conn *conn;
	struct arena *scratch; /* as long as the asking */
	struct arena *arena;   /* of the request: faults */
	struct fault *fault;
};

/* As the connecting role, and with an empty path, which makes every type name that leaves PostgreSQL qualified. */
static const struct stmt as_loader = {
	.sql = STR_INIT("SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true),"
					" pg_catalog.set_config('role', 'none', true),"
					" pg_catalog.set_config('quote_all_identifiers', 'off', true)"),
};

static bool ask(struct again *g, const char *sql, const struct stmt_param *params, size_t count,
	bool (*on_row)(void *arg, const struct row *r, struct fault *f))
{
	struct flight_outcome outcome;
	struct stmt main = { .sql = str_of(sql), .params = params, .param_count = count };
	struct flight flight = {
		.role = STR(""),
		.search_path = STR(""),
		.isolation = STR(""),
		.settings = &as_loader,
		.main = &main,
		.may_prepare = catalog_has_dynamic_sql(g->catalog),
		.on_row = on_row,
		.arg = g,
	};
	return flight_run(g->conn, &flight, false, &outcome, g->arena, g->fault);
}

static bool take_oid(void *arg, const struct row *r, struct fault *f)
{
	struct again *g = arg;
	uint32_t place = load_u32(r, 0);
	(void)f;
	if (place == 0 || place > g->count)
		return true;
	g->oids[place - 1] = load_u32(r, 1);
	g->now[place - 1].relation = g->wanted[place - 1];
	g->now[place - 1].columns = arena_make_array(g->scratch, struct amend_column, COLUMNS_MOST);
	return true;
}

static bool take_column(void *arg, const struct row *r, struct fault *f)
{
	struct again *g = arg;
	(void)f;
	for (size_t i = 0; i < g->count; i++) {
		if (g->oids[i] != load_u32(r, 0) || g->now[i].count == COLUMNS_MOST)
			continue;
		g->now[i].columns[g->now[i].count++] = (struct amend_column){
			.name = str_dup(g->scratch, row_value(r, 2)),
			.comment = str_dup(g->scratch, row_value(r, 3)),
			.default_value = str_dup(g->scratch, row_value(r, 4)),
			.nullable = load_bool(r, 5),
			.generated = load_char(r, 6),
			.identity = load_char(r, 7),
			.type = load_u32(r, 8),
			.full_type_name = str_dup(g->scratch, row_value(r, 9)),
			.max_length = (int32_t)load_u32(r, 10),
		};
	}
	return true;
}

/* As a parameter. */
static struct str text_of(const struct again *g, const struct buf *b)
{
	return str_dup(g->scratch, buf_str(b));
}

static bool ask_oids(struct again *g)
{
	struct buf schemas = buf_new(g->scratch, NAMES_MAX), names = buf_new(g->scratch, NAMES_MAX);
	struct str *schema = arena_make_array(g->scratch, struct str, g->count);
	struct str *name = arena_make_array(g->scratch, struct str, g->count);
	for (size_t i = 0; i < g->count; i++) {
		const struct cat_relation *rel = catalog_relation_at(g->catalog, g->wanted[i]);
		schema[i] = catalog_text(g->catalog, rel->schema);
		name[i] = catalog_text(g->catalog, rel->name);
	}
	sqlname_array(&schemas, schema, g->count);
	sqlname_array(&names, name, g->count);
	struct stmt_param params[] = { { .value = text_of(g, &schemas) }, { .value = text_of(g, &names) } };
	return ask(g, introspection_named_relations, params, 2, take_oid);
}

static bool ask_columns(struct again *g)
{
	struct buf oids = buf_new(g->scratch, NAMES_MAX);
	for (size_t i = 0; i < g->count; i++)
		buf_printf(&oids, "%s%lu", i ? "," : "{", (unsigned long)g->oids[i]);
	buf_char(&oids, '}');
	struct stmt_param params[] = { { .value = text_of(g, &oids) } };
	return ask(g, introspection_columns, params, 1, take_column);
}

static bool differs(const struct again *g)
{
	for (size_t i = 0; i < g->count; i++)
		if (amend_differs(g->catalog, &g->now[i]))
			return true;
	return false;
}

bool catalog_look_again(const struct catalog **out_r, const struct catalog *cat, const uint32_t *relations,
	size_t count, struct conn *c, struct arena *kept, struct arena *a, struct fault *f)
{
	struct arena *scratch = arena_new(SCRATCH_MAX);
	struct again g = {
		.catalog = cat,
		.wanted = relations,
		.now = arena_make_array(scratch, struct amend_relation, count),
		.oids = arena_make_array(scratch, uint32_t, count),
		.count = count,
		.conn = c,
		.scratch = scratch,
		.arena = a,
		.fault = f,
	};
	*out_r = NULL;
	for (size_t i = 0; i < count; i++)
		g.now[i].relation = CAT_NONE;
	bool made = ask_oids(&g) && ask_columns(&g) && (!differs(&g) || amend_make(out_r, cat, g.now, count, kept, f));
	arena_free(scratch);
	return made;
}
