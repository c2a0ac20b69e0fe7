/* INSERT, UPDATE and DELETE, with what they return.
 * SPDX-License-Identifier: MIT */
#include "stmt/parts.h"

/* The row that is there already, of which an upsert keeps what is left out. */
#define PRESENT STR("pgrst_present")

static void put_names(struct draft *d, const struct plan *p)
{
	for (size_t i = 0; i < p->write->column_count; i++) {
		buf_put(&d->sql, i ? STR(", ") : STR(""));
		stmt_ident(d, catalog_text(p->catalog, p->write->columns[i]->name));
	}
}

/* , kept, ... */
static void put_kept(struct draft *d, const struct plan *p, struct str alias)
{
	for (size_t i = 0; i < p->write->kept_count && p->write->resolution == RESOLUTION_MERGE; i++) {
		struct str name = catalog_text(p->catalog, p->write->kept[i]->name);
		stmt_sql(d, ", ");
		if (alias.p)
			stmt_qualified(d, alias, name);
		else
			stmt_ident(d, name);
	}
}

/* FROM relation WHERE its key is the body's: of tables that inherit from it the key says nothing. */
static void put_present(struct draft *d, const struct plan *p)
{
	const struct plan_write *w = p->write;
	stmt_sql(d, " FROM ");
	buf_put(&d->sql, p->relation->kind == CAT_TABLE ? STR("ONLY ") : STR(""));
	stmt_relation(d, p);
	stmt_sql(d, " AS ");
	stmt_ident(d, PRESENT);
	for (size_t i = 0; i < w->conflict_count; i++) {
		buf_put(&d->sql, i ? STR(" AND ") : STR(" WHERE "));
		stmt_qualified(d, PRESENT, w->conflict[i]);
		stmt_sql(d, " = ");
		stmt_qualified(d, STMT_BODY, w->conflict[i]);
	}
}

/* The rows that are there, beside those of the body. They are locked: one that was deleted meanwhile would be inserted
 * with values that nobody sent. */
static void put_joined_present(struct draft *d, const struct plan *p)
{
	stmt_sql(d, " LEFT JOIN LATERAL (SELECT ");
	for (size_t i = 0; i < p->write->kept_count; i++) {
		buf_put(&d->sql, i ? STR(", ") : STR(""));
		stmt_qualified(d, PRESENT, catalog_text(p->catalog, p->write->kept[i]->name));
	}
	put_present(d, p);
	stmt_sql(d, " FOR NO KEY UPDATE) AS ");
	stmt_ident(d, PRESENT);
	stmt_sql(d, " ON true");
}

/* column = from.column, ... */
static void put_assignments(struct draft *d, const struct plan *p, struct str from)
{
	for (size_t i = 0; i < p->write->column_count; i++) {
		struct str name = catalog_text(p->catalog, p->write->columns[i]->name);
		buf_put(&d->sql, i ? STR(", ") : STR(""));
		stmt_ident(d, name);
		stmt_sql(d, " = ");
		stmt_ident(d, from);
		stmt_sql(d, ".");
		stmt_ident(d, name);
	}
}

/* `inserted` counts: one up for a row that comes, one down when it turns into an update. What is left when all is done
 * was inserted, and decides between 201 and 200: neither the command tag nor RETURNING tells the two apart on views,
 * foreign and partitioned tables. */
static void put_counter(struct draft *d, struct str step)
{
	stmt_sql(d,
		"pg_catalog.set_config('" STMT_INSERTED "', (coalesce(nullif(pg_catalog.current_setting('" STMT_INSERTED
		"', true), ''), '0')::int");
	buf_put(&d->sql, step);
	stmt_sql(d, ")::text, true) IS NOT NULL");
}

static void put_conflict(struct draft *d, const struct plan *p)
{
	const struct plan_write *w = p->write;
	if (w->resolution == RESOLUTION_NONE)
		return;
	stmt_sql(d, " ON CONFLICT (");
	for (size_t i = 0; i < w->conflict_count; i++) {
		buf_put(&d->sql, i ? STR(", ") : STR(""));
		stmt_ident(d, w->conflict[i]);
	}
	stmt_sql(d, ")");
	if (w->conflict_where.p) {
		stmt_sql(d, " WHERE ");
		stmt_catalog(d, w->conflict_where);
	}
	if (w->resolution == RESOLUTION_IGNORE || w->column_count == 0) {
		stmt_sql(d, " DO NOTHING");
		return;
	}
	stmt_sql(d, " DO UPDATE SET ");
	put_assignments(d, p, STR("excluded"));
	stmt_sql(d, " WHERE ");
	put_counter(d, STR(" - 1"));
}

/* The key as Location shows it: what to_json makes of it, without the quotes. */
static void put_location(struct draft *d, const struct plan *p)
{
	for (size_t i = 0; i < p->write->key_count; i++) {
		struct str name = catalog_text(p->catalog, p->write->key[i]->name);
		buf_put(&d->sql, i ? STR(", (pg_catalog.to_json(") : STR(" RETURNING (pg_catalog.to_json("));
		stmt_ident(d, p->read->alias);
		stmt_sql(d, ".");
		stmt_ident(d, name);
		stmt_sql(d, ") #>> '{}') AS ");
		stmt_ident(d, name);
	}
}

/* Whether the representation is more than the rows as they were written: a select runs over them. */
static bool selects_from_source(const struct plan *p)
{
	bool gathered = stmt_gathers(p) || p->media.kind == MEDIA_PLAN;
	return p->result == RESULT_ROWS
		&& (p->read->aggregated || p->read->order_count > 0 || p->read->embed_count > 0 || gathered);
}

static void put_returning(struct draft *d, const struct plan *p)
{
	if (p->result == RESULT_LOCATION) {
		put_location(d, p);
	} else if (selects_from_source(p)) {
		stmt_sql(d, " RETURNING ");
		stmt_needs(d, p);
	} else if (p->result == RESULT_ROWS && p->read->output_count > 0) {
		stmt_sql(d, " RETURNING ");
		stmt_outputs(d, p);
	} else if (p->media.kind == MEDIA_PLAN) {
		stmt_sql(d, " RETURNING 1");
	}
}

/* Where another row stands beside the body's, names say whose they are. */
static void put_body_names(struct draft *d, const struct plan *p)
{
	if (!p->write->keeps) {
		put_names(d, p);
		return;
	}
	for (size_t i = 0; i < p->write->column_count; i++) {
		buf_put(&d->sql, i ? STR(", ") : STR(""));
		stmt_qualified(d, STMT_BODY, catalog_text(p->catalog, p->write->columns[i]->name));
	}
}

static void put_insert(struct draft *d, const struct plan *p)
{
	stmt_sql(d, "INSERT INTO ");
	stmt_relation(d, p);
	if (p->write->column_count > 0) {
		stmt_sql(d, "(");
		put_names(d, p);
		put_kept(d, p, STR_NONE);
		stmt_sql(d, ") SELECT ");
		put_body_names(d, p);
		put_kept(d, p, PRESENT);
	} else {
		stmt_sql(d, " SELECT");
	}
	stmt_sql(d, " FROM ");
	stmt_body_rows(d, p);
	if (p->write->keeps && p->write->resolution == RESOLUTION_MERGE)
		put_joined_present(d, p);
	stmt_where(d, STMT_BODY, p->write->where);
	if (p->write->keeps && p->write->resolution == RESOLUTION_IGNORE) {
		stmt_sql(d, " WHERE NOT EXISTS (SELECT");
		put_present(d, p);
		stmt_sql(d, ")");
	}
	if (p->write->merges) {
		buf_put(&d->sql, p->write->where ? STR(" AND ") : STR(" WHERE "));
		put_counter(d, STR(" + 1"));
	}
	put_conflict(d, p);
	put_returning(d, p);
}

/* There is no UPDATE of no columns: no rows, with the columns and the rights that reading them takes. */
static void put_empty_update(struct draft *d, const struct plan *p)
{
	stmt_sql(d, "SELECT ");
	if (selects_from_source(p))
		stmt_needs(d, p);
	else if (p->result == RESULT_ROWS)
		stmt_outputs(d, p);
	else
		stmt_sql(d, "NULL");
	stmt_sql(d, " FROM ");
	stmt_relation(d, p);
	stmt_sql(d, " WHERE false");
}

static void put_update(struct draft *d, const struct plan *p)
{
	stmt_sql(d, "UPDATE ");
	stmt_relation(d, p);
	stmt_sql(d, " SET ");
	put_assignments(d, p, STMT_BODY);
	stmt_sql(d, " FROM ");
	stmt_body_rows(d, p);
	stmt_where(d, p->read->alias, p->write->where);
	put_returning(d, p);
}

static void put_delete(struct draft *d, const struct plan *p)
{
	stmt_sql(d, "DELETE FROM ");
	stmt_relation(d, p);
	stmt_where(d, p->read->alias, p->write->where);
	put_returning(d, p);
}

void stmt_write_source(struct draft *d, const struct plan *p)
{
	if (p->kind == PLAN_DELETE)
		put_delete(d, p);
	else if (p->kind == PLAN_UPDATE && p->write->column_count == 0)
		put_empty_update(d, p);
	else if (p->kind == PLAN_UPDATE)
		put_update(d, p);
	else
		put_insert(d, p);
}

void stmt_selected_from_source(struct draft *d, const struct plan *p)
{
	stmt_sql(d, "SELECT ");
	stmt_outputs(d, p);
	stmt_sql(d, " FROM " STMT_SOURCE " AS ");
	stmt_ident(d, p->read->alias);
	stmt_rest(d, p, false);
}

void stmt_write(struct draft *d, const struct plan *p)
{
	if (!selects_from_source(p)) {
		stmt_write_source(d, p);
		return;
	}
	stmt_sql(d, "WITH " STMT_SOURCE " AS (");
	stmt_write_source(d, p);
	stmt_sql(d, ") ");
	if (stmt_gathers(p))
		stmt_gather_open(d, p);
	stmt_selected_from_source(d, p);
	if (stmt_gathers(p))
		stmt_gather_close(d);
}
