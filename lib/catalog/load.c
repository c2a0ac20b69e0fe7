/* Runs the introspection queries in one snapshot and feeds their rows to the builder.
 * SPDX-License-Identifier: MIT */
#include "catalog/load.h"

#include "catalog/introspection.h"
#include "catalog/loader.h"
#include "catalog/oid.h"

/* The builder's working memory is not counted against the caller's arena; the block is. */
#define SCRATCH_CEILING ((size_t)4 << 30)

/* An empty path makes every type name that leaves PostgreSQL qualified; compiling queries that run once costs more
 * than it saves. */
static const char prepare_sql[] =
	"SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true),"
	" pg_catalog.set_config('quote_all_identifiers', 'off', true), pg_catalog.set_config('jit', 'off', true)";

/* A schema that is configured and not there is a mistake to be told, in PostgreSQL's words, as PostgREST does. */
static const char named_sql[] = "SELECT pg_catalog.quote_ident(n)::regnamespace FROM unnest($1::text[]) AS n";

/* pg_relation_is_updatable()'s bits: 1 << CMD_UPDATE, CMD_INSERT, CMD_DELETE of nodes/nodes.h. */
enum { BIT_UPDATE = 4, BIT_INSERT = 8, BIT_DELETE = 16 };

static bool on_schema(void *arg, const struct row *r)
{
	build_schema(((struct load *)arg)->b, row_value(r, 0), row_value(r, 1));
	return true;
}

static bool on_relation(void *arg, const struct row *r)
{
	struct load *l = arg;
	uint32_t writable = load_u32(r, 6);
	build_relation(l->b,
		&(struct cat_relation){
			.oid = load_u32(r, 0),
			.schema = load_text(l, r, 1),
			.name = load_text(l, r, 2),
			.comment = load_text(l, r, 3),
			.kind = load_char(r, 4),
			.row_type = load_u32(r, 5),
			.insertable = (writable & BIT_INSERT) != 0,
			.updatable = (writable & BIT_UPDATE) != 0,
			.deletable = (writable & BIT_DELETE) != 0,
			.runs_code = load_bool(r, 7),
			.unlisted = load_bool(r, 8),
			.inherited = load_bool(r, 9),
		});
	return true;
}

static bool on_column(void *arg, const struct row *r)
{
	struct load *l = arg;
	struct cat_column column = {
		.name = load_text(l, r, 2),
		.comment = load_text(l, r, 3),
		.default_value = load_text(l, r, 4),
		.nullable = load_bool(r, 5),
		.generated = load_char(r, 6),
		.identity = load_char(r, 7),
		.type = load_u32(r, 8),
		.full_type_name = load_text(l, r, 9),
		.max_length = (int32_t)load_u32(r, 10),
	};
	column.has_default = column.default_value.offset || column.generated || column.identity;
	build_column(l->b, load_u32(r, 0), load_u32(r, 1), &column);
	return true;
}

static bool on_primary_key(void *arg, const struct row *r)
{
	build_primary_key(((struct load *)arg)->b, load_u32(r, 0), load_u32(r, 1));
	return true;
}

static bool on_partial_key(void *arg, const struct row *r)
{
	struct load *l = arg;
	if (load_u32(r, 1) == 1)
		build_partial_key(l->b, load_u32(r, 0), row_value(r, 3));
	build_partial_key_column(l->b, load_u32(r, 0), load_u32(r, 2));
	return true;
}

static bool on_foreign_key(void *arg, const struct row *r)
{
	struct load *l = arg;
	if (load_u32(r, 3) == 1)
		build_foreign_key(l->b, row_value(r, 0), load_u32(r, 1), load_u32(r, 2), load_bool(r, 6));
	build_foreign_key_columns(l->b, load_u32(r, 4), load_u32(r, 5));
	return true;
}

static bool on_computed(void *arg, const struct row *r)
{
	struct load *l = arg;
	build_computed(l->b,
		&(struct cat_computed){
			.schema = load_text(l, r, 0),
			.name = load_text(l, r, 1),
			.from = load_u32(r, 2),
			.to = load_u32(r, 3),
			.to_one = load_bool(r, 4),
		});
	return true;
}

static bool on_dynamic_sql(void *arg, const struct row *r)
{
	if (load_bool(r, 0))
		build_dynamic_sql(((struct load *)arg)->b);
	return true;
}

static bool on_routine(void *arg, const struct row *r)
{
	struct load *l = arg;
	build_routine(l->b,
		&(struct cat_routine){
			.oid = load_u32(r, 0),
			.schema = load_text(l, r, 1),
			.name = load_text(l, r, 2),
			.comment = load_text(l, r, 3),
			.return_type = load_u32(r, 4),
			.return_relation = load_u32(r, 5),
			.returns_set = load_bool(r, 6),
			.volatility = load_char(r, 7),
			.is_variadic = load_bool(r, 8),
			.returns = load_bool(r, 9) ? CAT_RETURNS_VOID
				: load_bool(r, 10)     ? CAT_RETURNS_COMPOSITE
									   : CAT_RETURNS_SCALAR,
			.returns_record = load_bool(r, 11),
		});
	return true;
}

static bool on_parameter(void *arg, const struct row *r)
{
	struct load *l = arg;
	build_parameter(l->b, load_u32(r, 0),
		&(struct cat_parameter){
			.name = load_text(l, r, 3),
			.type = load_u32(r, 4),
			.required = load_bool(r, 5),
			.variadic = load_bool(r, 6),
		},
		load_bool(r, 1));
	return true;
}

static bool on_routine_setting(void *arg, const struct row *r)
{
	build_routine_setting(((struct load *)arg)->b, load_u32(r, 0), row_value(r, 1), row_value(r, 2));
	return true;
}

/* to_json() itself looks through domains, and for types of users asks for a cast to json. */
static enum cat_encoding encoding_of(uint32_t base_type, uint8_t base_kind, bool is_array, bool has_json_cast)
{
	if (base_type < OID_FIRST_USER)
		return catalog_encoding_builtin(base_type);
	bool plain = base_kind == 'b' || base_kind == 'e' || base_kind == 'r' || base_kind == 'm';
	return plain && !is_array && !has_json_cast ? CAT_ENCODE_ESCAPED : CAT_ENCODE_TO_JSON;
}

static bool on_type(void *arg, const struct row *r)
{
	struct load *l = arg;
	uint32_t base_type = load_u32(r, 4);
	build_type(l->b,
		&(struct cat_type){
			.oid = load_u32(r, 0),
			.schema = load_text(l, r, 1),
			.name = load_text(l, r, 2),
			.sql_name = load_text(l, r, 3),
			.base_type = base_type,
			.element_type = load_u32(r, 5),
			.relation_oid = load_u32(r, 6),
			.kind = load_char(r, 7),
			.category = load_char(r, 8),
			.encoding = (uint8_t)encoding_of(base_type, load_char(r, 9), load_bool(r, 10), load_bool(r, 11)),
			.is_media_type = load_bool(r, 12),
			.to_json = load_text(l, r, 13),
			.from_json = load_text(l, r, 14),
			.from_text = load_text(l, r, 15),
		});
	return true;
}

static bool on_enum_label(void *arg, const struct row *r)
{
	build_enum_value(((struct load *)arg)->b, load_u32(r, 0), row_value(r, 1));
	return true;
}

static bool on_role_setting(void *arg, const struct row *r)
{
	struct load *l = arg;
	build_role_setting(l->b, row_value(r, 0), row_value(r, 1), row_value(r, 2));
	return true;
}

static bool on_handler(void *arg, const struct row *r)
{
	struct load *l = arg;
	build_handler(l->b,
		&(struct cat_handler){
			.function = load_text(l, r, 0),
			.media_type = load_text(l, r, 1),
			.answered = load_text(l, r, 2),
			.row_type = load_u32(r, 3),
		});
	return true;
}

static bool load_relations(struct load *l, struct str schemas)
{
	if (!load_run(l, introspection_relations, schemas, STR_NONE, on_relation))
		return false;
	struct str relations = build_oids(l->b, TABLE_RELATIONS, l->scratch);
	return load_run(l, introspection_columns, relations, STR_NONE, on_column)
		&& load_run(l, introspection_primary_keys, relations, STR_NONE, on_primary_key)
		&& load_run(l, introspection_partial_keys, relations, STR_NONE, on_partial_key)
		&& load_run(l, introspection_foreign_keys, relations, STR_NONE, on_foreign_key)
		&& load_run(l, introspection_computed, schemas, STR_NONE, on_computed) && load_views(l);
}

static bool load_routines(struct load *l, struct str schemas)
{
	if (!load_run(l, introspection_routines, schemas, STR_NONE, on_routine))
		return false;
	struct str routines = build_oids(l->b, TABLE_ROUTINES, l->scratch);
	struct str relations = build_oids(l->b, TABLE_RELATIONS, l->scratch);
	return load_run(l, introspection_parameters, routines, relations, on_parameter)
		&& load_run(l, introspection_routine_settings, routines, STR_NONE, on_routine_setting);
}

/* Each query needs what those before it found. */
static bool load_all(struct load *l)
{
	struct str schemas = load_text_array(l, &l->conf->db_schemas, NULL);
	struct str named = load_text_array(l, &l->conf->db_schemas, &l->conf->db_extra_search_path);
	const char *roles = conn_server_version(l->conn) >= 150000 ? introspection_role_settings
															   : introspection_role_settings_14;
	return load_run(l, prepare_sql, STR_NONE, STR_NONE, NULL) && load_run(l, named_sql, named, STR_NONE, NULL)
		&& load_run(l, introspection_schemas, schemas, STR_NONE, on_schema) && load_relations(l, schemas)
		&& load_routines(l, schemas)
		&& load_run(l, introspection_types, build_used_types(l->b, l->scratch), STR_NONE, on_type)
		&& load_run(l, introspection_enum_labels, STR_NONE, STR_NONE, on_enum_label)
		&& load_run(l, introspection_handlers, schemas, STR_NONE, on_handler)
		&& load_run(l, introspection_dynamic_sql, STR_NONE, STR_NONE, on_dynamic_sql)
		&& load_run(l, roles, STR_NONE, STR_NONE, on_role_setting);
}

/* One snapshot for all queries, so that what one names the next one finds; undone, since nothing is to stay. */
static bool load_in_transaction(struct load *l)
{
	static const char begin[] = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";
	struct fault ignored = { 0 };
	struct stmt rollback = { .sql = STR("ROLLBACK") };
	if (!load_run(l, begin, STR_NONE, STR_NONE, NULL))
		return false;
	bool loaded = load_all(l);
	return conn_run(l->conn, &rollback, NULL, NULL, l->arena, loaded ? l->fault : &ignored) && loaded;
}

bool catalog_load(const struct catalog **out_r, struct conn *c, const struct conf *conf, struct arena *a,
	struct fault *f)
{
	struct arena *scratch = arena_new(SCRATCH_CEILING);
	struct load l = {
		.conn = c,
		.conf = conf,
		.scratch = scratch,
		.arena = a,
		.fault = f,
		.b = build_new(scratch, conn_server_version(c)),
	};
	bool loaded = load_in_transaction(&l) && build_finish(l.b, out_r, a, f);
	arena_free(scratch);
	return loaded;
}
