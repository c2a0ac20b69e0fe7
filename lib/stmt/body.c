/* A JSON body as a table: PostgreSQL unpacks the one parameter it arrives in, so numbers keep their digits.
 * SPDX-License-Identifier: MIT */
#include "stmt/parts.h"

enum { OID_JSON = 114, DEFAULTS_AT_ONCE = 40 }; /* a function takes 100 arguments at most */

static bool has_default(const struct cat_column *c)
{
	return !c->generated && (c->default_value.length > 0 || c->identity == 'd');
}

/* The default of an identity column is the next value of its sequence. */
static void put_default(struct draft *d, const struct plan *p, const struct cat_column *c)
{
	if (c->default_value.length > 0) {
		stmt_catalog(d, catalog_text(p->catalog, c->default_value));
		return;
	}
	struct draft table = stmt_draft(d->arena);
	stmt_relation(&table, p);
	stmt_sql(d, "pg_catalog.nextval(pg_catalog.pg_get_serial_sequence(");
	stmt_constant(d, buf_str(&table.sql));
	stmt_sql(d, ", ");
	stmt_constant(d, catalog_text(p->catalog, c->name));
	stmt_sql(d, "))");
}

static size_t count_defaults(const struct plan_write *w)
{
	size_t count = 0;
	for (size_t i = 0; i < w->column_count; i++)
		count += has_default(w->columns[i]);
	return count;
}

/* jsonb_build_object(name, default, ...), in several pieces when there are many. */
static void put_defaults(struct draft *d, const struct plan *p)
{
	const struct plan_write *w = p->write;
	size_t done = 0;
	for (size_t i = 0; i < w->column_count; i++) {
		if (!has_default(w->columns[i]))
			continue;
		if (done > 0 && done % DEFAULTS_AT_ONCE == 0)
			stmt_sql(d, ") || ");
		buf_put(&d->sql, done++ % DEFAULTS_AT_ONCE == 0 ? STR("pg_catalog.jsonb_build_object(") : STR(", "));
		stmt_constant(d, catalog_text(p->catalog, w->columns[i]->name));
		stmt_sql(d, ", ");
		put_default(d, p, w->columns[i]);
	}
	stmt_sql(d, ")");
}

/* The body with every absent key set to its column's default. */
static void put_completed(struct draft *d, const struct plan *p)
{
	if (p->write->is_array)
		stmt_sql(d, "(SELECT pg_catalog.jsonb_agg(");
	put_defaults(d, p);
	stmt_sql(d, " || ");
	if (!p->write->is_array) {
		stmt_binary(d, p->write->body, OID_JSON);
		stmt_sql(d, "::jsonb");
		return;
	}
	stmt_sql(d, "element) FROM pg_catalog.jsonb_array_elements(");
	stmt_binary(d, p->write->body, OID_JSON);
	stmt_sql(d, "::jsonb) AS element)");
}

static void put_columns(struct draft *d, const struct plan *p)
{
	for (size_t i = 0; i < p->write->column_count; i++) {
		buf_put(&d->sql, i ? STR(", ") : STR(""));
		stmt_ident(d, catalog_text(p->catalog, p->write->columns[i]->name));
		stmt_sql(d, " ");
		stmt_catalog(d, catalog_text(p->catalog, p->write->columns[i]->full_type_name));
	}
}

static void put_typed_rows(struct draft *d, const struct plan *p)
{
	bool completed = p->write->defaults && count_defaults(p->write) > 0;
	buf_put(&d->sql, completed ? STR("pg_catalog.jsonb_to_record") : STR("pg_catalog.json_to_record"));
	buf_put(&d->sql, p->write->is_array ? STR("set(") : STR("("));
	if (completed)
		put_completed(d, p);
	else
		stmt_binary(d, p->write->body, OID_JSON);
	stmt_sql(d, ") AS ");
	stmt_ident(d, STMT_BODY);
	stmt_sql(d, "(");
	put_columns(d, p);
	stmt_sql(d, ")");
}

void stmt_body_rows(struct draft *d, const struct plan *p)
{
	if (p->write->column_count > 0) {
		put_typed_rows(d, p);
		return;
	}
	if (p->write->is_array) {
		stmt_sql(d, "pg_catalog.json_array_elements(");
		stmt_binary(d, p->write->body, OID_JSON);
		stmt_sql(d, ") AS ");
	} else {
		stmt_sql(d, "(VALUES (1)) AS ");
	}
	stmt_ident(d, STMT_BODY);
}

void stmt_body_arguments(struct draft *d, const struct plan_call *call)
{
	buf_put(&d->sql, call->is_array ? STR("(SELECT * FROM pg_catalog.json_to_recordset(")
		: STR("pg_catalog.json_to_record("));
	stmt_binary(d, call->body, OID_JSON);
	stmt_sql(d, ") AS ");
	stmt_ident(d, STMT_BODY);
	stmt_sql(d, "(");
	for (size_t i = 0; i < call->argument_count; i++) {
		buf_put(&d->sql, i ? STR(", ") : STR(""));
		stmt_ident(d, call->arguments[i].name);
		stmt_sql(d, " ");
		stmt_catalog(d, call->arguments[i].type_name);
	}
	stmt_sql(d, ")");
	if (!call->is_array)
		return;
	stmt_sql(d, " LIMIT 1) AS ");
	stmt_ident(d, STMT_BODY);
}
