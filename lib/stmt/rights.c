/* Statements that ask for rights: PostgreSQL checks them when it explains, and says what is missing in its own words.
 * SPDX-License-Identifier: MIT */
#include "stmt/make.h"
#include "stmt/parts.h"

/* A column to explain an UPDATE with: whoever may update the relation may update any. */
static void put_update(struct draft *d, const struct plan *p)
{
	const struct cat_column *first = catalog_columns(p->catalog, p->relation->columns);
	stmt_sql(d, "EXPLAIN UPDATE ");
	stmt_relation(d, p);
	stmt_sql(d, " SET ");
	stmt_ident(d, catalog_text(p->catalog, first->name));
	stmt_sql(d, " = DEFAULT");
}

/* Without columns any right to insert will do. */
static void put_insert(struct draft *d, const struct plan *p)
{
	stmt_sql(d, "EXPLAIN INSERT INTO ");
	stmt_relation(d, p);
	stmt_sql(d, " DEFAULT VALUES");
}

/* Arguments that the planner cannot see through: of a strict function it makes null at once of a plain null, and then
 * asks for no right. */
static void put_call(struct draft *d, const struct plan *p)
{
	const struct cat_parameter *params = catalog_parameters(p->catalog, p->routine->parameters);
	stmt_sql(d, "EXPLAIN SELECT FROM ");
	stmt_qualified(d, catalog_text(p->catalog, p->routine->schema), catalog_text(p->catalog, p->routine->name));
	for (size_t i = 0; i < p->routine->parameters.count; i++) {
		buf_put(&d->sql, i ? STR(", ") : STR("("));
		buf_put(&d->sql, params[i].variadic ? STR("VARIADIC ") : STR(""));
		if (params[i].name.length > 0) {
			stmt_ident(d, catalog_text(p->catalog, params[i].name));
			stmt_sql(d, " => ");
		}
		stmt_sql(d, "(SELECT NULL::");
		stmt_catalog(d, catalog_text(p->catalog, params[i].type_name));
		stmt_sql(d, ")");
	}
	buf_put(&d->sql, p->routine->parameters.count ? STR(")") : STR("()"));
}

bool stmt_rights(struct stmt *out_r, const struct plan *p, struct arena *a, struct fault *f)
{
	struct draft d = stmt_draft(a);
	if (p->relation && p->query->action != ACTION_UPDATE)
		put_insert(&d, p);
	else if (p->relation && p->relation->columns.count > 0)
		put_update(&d, p);
	else if (p->routine)
		put_call(&d, p);
	bool any = d.sql.n > 0;
	if (!stmt_finish(out_r, &d, f))
		return false;
	out_r->sql = any ? out_r->sql : STR_NONE;
	return true;
}

static void ask_relation(struct draft *d, const struct plan *p, struct arena *a)
{
	struct draft name = stmt_draft(a);
	stmt_relation(&name, p);
	stmt_sql(d, "pg_catalog.has_any_column_privilege(");
	stmt_value(d, buf_str(&name.sql));
	stmt_sql(d, "::text, ");
	stmt_value(d, p->query->action == ACTION_UPDATE ? STR("UPDATE") : STR("INSERT"));
	stmt_sql(d, "::text)");
}

static void ask_routine(struct draft *d, const struct plan *p, struct arena *a)
{
	stmt_sql(d, "pg_catalog.has_function_privilege(");
	stmt_value(d, str_printf(a, "%u", p->routine->oid));
	stmt_sql(d, "::pg_catalog.oid, 'EXECUTE') AND pg_catalog.has_schema_privilege(");
	stmt_value(d, catalog_text(p->catalog, p->routine->schema));
	stmt_sql(d, "::text, 'USAGE')");
}

bool stmt_may_write(struct stmt *out_r, const struct plan *p, struct arena *a, struct fault *f)
{
	struct draft d = stmt_draft(a);
	stmt_sql(&d, "SELECT 1 WHERE ");
	if (p->routine)
		ask_routine(&d, p, a);
	else
		ask_relation(&d, p, a);
	return stmt_finish(out_r, &d, f);
}
