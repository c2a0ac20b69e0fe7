/* A body as a table. JSON arrives in one parameter, which PostgreSQL unpacks, so numbers keep their digits; CSV in one
 * parameter a column.
 * SPDX-License-Identifier: MIT */
#include "catalog/oid.h"
#include "stmt/parts.h"

enum { DEFAULTS_AT_ONCE = 40 }; /* a function takes 100 arguments at most */

/* The name of the body as a table before its values are made what the columns take. */
#define STMT_RAW STR("pgrst_raw")

/* The domain's own function that makes its values of JSON, or STR_NONE. */
static struct str parser_of(const struct plan *p, const struct cat_column *c)
{
	const struct cat_type *type = catalog_type(p->catalog, c->type);
	return type ? catalog_text(p->catalog, type->from_json) : STR_NONE;
}

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

static void put_body_columns(struct draft *d, const struct plan *p)
{
	for (size_t i = 0; i < p->write->column_count; i++) {
		const struct cat_column *c = p->write->columns[i];
		buf_put(&d->sql, i ? STR(", ") : STR(""));
		stmt_ident(d, catalog_text(p->catalog, c->name));
		stmt_sql(d, " ");
		stmt_catalog(d, parser_of(p, c).p ? STR("json") : catalog_text(p->catalog, c->full_type_name));
	}
}

static void put_records(struct draft *d, const struct plan *p, struct str name)
{
	bool completed = p->write->defaults && count_defaults(p->write) > 0;
	buf_put(&d->sql, completed ? STR("pg_catalog.jsonb_to_record") : STR("pg_catalog.json_to_record"));
	buf_put(&d->sql, p->write->is_array ? STR("set(") : STR("("));
	if (completed)
		put_completed(d, p);
	else
		stmt_binary(d, p->write->body, OID_JSON);
	stmt_sql(d, ") AS ");
	stmt_ident(d, name);
	stmt_sql(d, "(");
	put_body_columns(d, p);
	stmt_sql(d, ")");
}

/* Whether an array of the column's type can be written as {a,b}. There is no array of arrays, a type of users may have
 * another separator, as box does, and JSON may not be parsed. */
static bool has_plain_array(const struct plan *p, const struct cat_column *c)
{
	if (oid_is_json(c->base_type) || c->base_type == OID_BOX || parser_of(p, c).p)
		return false;
	const struct cat_type *type = catalog_type(p->catalog, c->base_type);
	if (!type)
		return c->base_type < OID_FIRST_USER;
	return type->category != 'A' && (type->oid < OID_FIRST_USER || type->kind == 'e');
}

static void put_type(struct draft *d, const struct plan *p, const struct cat_column *c)
{
	stmt_catalog(d, catalog_text(p->catalog, c->type_name));
}

/* ROWS FROM (unnest($1::integer[]), unnest($2::text[])) AS name("a", "b"): lengths are left to the assignment, since a
 * cast would cut off. */
static void put_unnest(struct draft *d, const struct plan *p, struct str name)
{
	const struct plan_write *w = p->write;
	stmt_sql(d, "ROWS FROM (");
	for (size_t i = 0; i < w->column_count; i++) {
		buf_put(&d->sql, i ? STR(", pg_catalog.unnest(") : STR("pg_catalog.unnest("));
		stmt_large(d, w->arrays[i]);
		stmt_sql(d, "::");
		if (has_plain_array(p, w->columns[i]))
			put_type(d, p, w->columns[i]);
		else
			stmt_sql(d, "text");
		stmt_sql(d, "[])");
	}
	stmt_sql(d, ") AS ");
	stmt_ident(d, name);
	for (size_t i = 0; i < w->column_count; i++) {
		buf_put(&d->sql, i ? STR(", ") : STR("("));
		stmt_ident(d, catalog_text(p->catalog, w->columns[i]->name));
	}
	stmt_sql(d, ")");
}

/* Whether the raw column is the value itself. */
static bool is_ready(const struct plan *p, const struct cat_column *c)
{
	return p->write->arrays ? has_plain_array(p, c) : !parser_of(p, c).p;
}

static void put_string(struct draft *d, struct str name)
{
	stmt_sql(d, "pg_catalog.to_json(");
	stmt_ident(d, name);
	stmt_sql(d, ")");
}

/* A field of CSV as JSON, for the function of a domain: its values are shown as JSON, and what looks like that from
 * both ends is read back as it was shown. Everything else is a text. (PostgreSQL 14 has nothing that would ask without
 * failing.) */
static void put_json_or_string(struct draft *d, struct str name)
{
	stmt_sql(d, "CASE WHEN ");
	stmt_ident(d, name);
	stmt_sql(d, " LIKE ANY (ARRAY['\"%\"', '{%}', '[%]']) THEN ");
	stmt_ident(d, name);
	stmt_sql(d, "::json ELSE ");
	put_string(d, name);
	stmt_sql(d, " END");
}

/* The raw column, JSON or the text of a field of CSV, as a value of the column's type. In PostgREST's CSV every field
 * is a JSON string. */
static void put_column_value(struct draft *d, const struct plan *p, const struct cat_column *c)
{
	struct str name = catalog_text(p->catalog, c->name), parser = parser_of(p, c);
	bool strings = p->write->arrays && p->conf->csv_dialect == CONF_CSV_POSTGREST;
	if (parser.p) {
		stmt_catalog(d, parser);
		stmt_sql(d, "(");
	}
	if (strings && (parser.p || oid_is_json(c->base_type)))
		put_string(d, name);
	else if (p->write->arrays && parser.p)
		put_json_or_string(d, name);
	else
		stmt_ident(d, name);
	if (parser.p) {
		stmt_sql(d, ")");
	} else {
		stmt_sql(d, "::");
		put_type(d, p, c);
	}
	stmt_sql(d, " AS ");
	stmt_ident(d, name);
}

static void put_values(struct draft *d, const struct plan *p)
{
	for (size_t i = 0; i < p->write->column_count; i++) {
		const struct cat_column *c = p->write->columns[i];
		buf_put(&d->sql, i ? STR(", ") : STR(""));
		if (is_ready(p, c))
			stmt_ident(d, catalog_text(p->catalog, c->name));
		else
			put_column_value(d, p, c);
	}
}

static void put_typed_rows(struct draft *d, const struct plan *p)
{
	void (*put)(struct draft *, const struct plan *, struct str) = p->write->arrays ? put_unnest : put_records;
	bool ready = true;
	for (size_t i = 0; i < p->write->column_count; i++)
		ready = ready && is_ready(p, p->write->columns[i]);
	if (ready) {
		put(d, p, STMT_BODY);
		return;
	}
	stmt_sql(d, "(SELECT ");
	put_values(d, p);
	stmt_sql(d, " FROM ");
	put(d, p, STMT_RAW);
	stmt_sql(d, ") AS ");
	stmt_ident(d, STMT_BODY);
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

struct str stmt_argument_column(const struct plan_argument *arg)
{
	return arg->name.n > 0 ? arg->name : STR("pgrst_unnamed");
}

/* An object's members, where the one without a name gets one: a column must have it. */
static void put_renamed_members(struct draft *d, const struct plan_call *call)
{
	stmt_sql(d,
		"(SELECT COALESCE(pg_catalog.json_object_agg(CASE key WHEN '' THEN 'pgrst_unnamed' ELSE key END, value), '{}') "
		"FROM pg_catalog.json_each(");
	if (call->is_array)
		stmt_sql(d, "one.value");
	else
		stmt_binary(d, call->body, OID_JSON);
	/* With columns= a body may have members that are no arguments, of this name too. */
	stmt_sql(d, ") WHERE key <> 'pgrst_unnamed')");
}

/* The body, renamed where it must be; of an array the first object, and NULL where it has none. */
static void put_arguments_body(struct draft *d, const struct plan_call *call)
{
	if (call->placed == 0) {
		stmt_binary(d, call->body, OID_JSON);
	} else if (call->is_array) {
		stmt_sql(d, "(SELECT pg_catalog.json_build_array(");
		put_renamed_members(d, call);
		stmt_sql(d, ") FROM pg_catalog.json_array_elements(");
		stmt_binary(d, call->body, OID_JSON);
		stmt_sql(d, ") AS one LIMIT 1)");
	} else {
		put_renamed_members(d, call);
	}
}

void stmt_body_arguments(struct draft *d, const struct plan_call *call)
{
	buf_put(&d->sql,
		call->is_array ? STR("(SELECT * FROM pg_catalog.json_to_recordset(") : STR("pg_catalog.json_to_record("));
	put_arguments_body(d, call);
	stmt_sql(d, ") AS ");
	stmt_ident(d, STMT_BODY);
	stmt_sql(d, "(");
	for (size_t i = 0; i < call->argument_count; i++) {
		buf_put(&d->sql, i ? STR(", ") : STR(""));
		stmt_ident(d, stmt_argument_column(&call->arguments[i]));
		stmt_sql(d, " ");
		stmt_catalog(d, call->arguments[i].json_as_text ? STR("text") : call->arguments[i].type_name);
	}
	stmt_sql(d, ")");
	if (!call->is_array)
		return;
	stmt_sql(d, " LIMIT 1) AS ");
	stmt_ident(d, STMT_BODY);
}
