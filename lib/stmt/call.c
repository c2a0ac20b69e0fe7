/* Calls of functions.
 * SPDX-License-Identifier: MIT */
#include "catalog/oid.h"
#include "stmt/parts.h"

/* How a body travels, and what makes the parameter's type of it: jsonb's binary form has a version in front and xml's
 * declares an encoding, so these two go as json and text. The cast is always there: overloads that differ in nothing
 * else must not share a prepared statement, which goes by the text. */
static const struct {
	uint32_t type, sent_as;
	struct str cast;
} BODIES[] = {
	{ OID_JSON, OID_JSON, STR_INIT("::pg_catalog.json") },
	{ OID_JSONB, OID_JSON, STR_INIT("::pg_catalog.jsonb") },
	{ OID_TEXT, OID_TEXT, STR_INIT("::pg_catalog.text") },
	{ OID_XML, OID_TEXT, STR_INIT("::pg_catalog.xml") },
	{ OID_BYTEA, OID_BYTEA, STR_INIT("::pg_catalog.bytea") },
};

static void put_body(struct draft *d, const struct plan_call *call)
{
	for (size_t i = 0; i < COUNT_OF(BODIES); i++) {
		if (BODIES[i].type != call->body_type)
			continue;
		stmt_binary(d, call->body, BODIES[i].sent_as);
		buf_put(&d->sql, BODIES[i].cast);
	}
}

static void put_text_argument(struct draft *d, const struct plan_argument *arg)
{
	if (arg->variadic)
		stmt_array(d, arg->values, arg->value_count);
	else
		stmt_value(d, arg->value);
	stmt_sql(d, "::");
	stmt_catalog(d, arg->type_name);
}

static void put_arguments(struct draft *d, const struct plan_call *call)
{
	for (size_t i = 0; i < call->argument_count; i++) {
		const struct plan_argument *arg = &call->arguments[i];
		buf_put(&d->sql, i ? STR(", ") : STR(""));
		buf_put(&d->sql, arg->variadic ? STR("VARIADIC ") : STR(""));
		if (i >= call->placed) {
			stmt_ident(d, arg->name);
			stmt_sql(d, " := ");
		}
		if (call->from == ARGUMENTS_TEXT) {
			put_text_argument(d, arg);
			continue;
		}
		stmt_ident(d, STMT_BODY);
		stmt_sql(d, ".");
		stmt_ident(d, stmt_argument_column(arg));
		if (arg->json_as_text) {
			stmt_sql(d, "::");
			stmt_catalog(d, arg->type_name);
		}
	}
}

static void put_function(struct draft *d, const struct plan *p)
{
	stmt_qualified(d, catalog_text(p->catalog, p->routine->schema), catalog_text(p->catalog, p->routine->name));
	stmt_sql(d, "(");
	if (p->call->from == ARGUMENTS_BODY)
		put_body(d, p->call);
	else
		put_arguments(d, p->call);
	stmt_sql(d, ")");
}

static void put_scalar(struct draft *d, const struct plan *p)
{
	stmt_sql(d, "SELECT ");
	put_function(d, p);
	stmt_sql(d, " AS ");
	stmt_ident(d, PLAN_SCALAR);
	if (p->call->from == ARGUMENTS_JSON) {
		stmt_sql(d, " FROM ");
		stmt_body_arguments(d, p->call);
	}
}

static void put_result(struct draft *d, const struct plan *p)
{
	if (p->call->scalar || p->result == RESULT_NOTHING) {
		stmt_sql(d, "(");
		put_scalar(d, p);
		stmt_sql(d, ")");
		return;
	}
	if (p->call->from == ARGUMENTS_JSON) {
		stmt_body_arguments(d, p->call);
		stmt_sql(d, ", LATERAL ");
	}
	put_function(d, p);
}

void stmt_call_source(struct draft *d, const struct plan *p)
{
	stmt_sql(d, "SELECT ");
	stmt_ident(d, PLAN_CALL_ALIAS);
	stmt_sql(d, ".* FROM ");
	put_result(d, p);
	stmt_sql(d, " AS ");
	stmt_ident(d, PLAN_CALL_ALIAS);
}

/* Where what is called has been called before, in a WITH, it is not called again. */
static void put_called(struct draft *d, const struct plan *p)
{
	if (p->media.kind == MEDIA_PLAN)
		stmt_sql(d, STMT_SOURCE);
	else
		put_result(d, p);
}

/* Whether nothing was said of the row of a function that returns none: it is only called then. What was said is for
 * PostgreSQL to judge, before it calls. */
static bool only_called(const struct plan *p)
{
	const struct plan_select *sel = p->read;
	return p->result == RESULT_NOTHING && sel->output_count == 1 && str_eq(sel->outputs->name, PLAN_SCALAR)
		&& sel->outputs->shows == SHOWS_FIELD && !sel->outputs->cast.p && !sel->where && sel->order_count == 0
		&& sel->embed_count == 0 && p->range.limit < 0 && p->range.offset == 0;
}

void stmt_call(struct draft *d, const struct plan *p, bool counting)
{
	if (only_called(p)) {
		put_scalar(d, p);
		return;
	}
	stmt_selected(d, p, counting);
	stmt_sql(d, " FROM ");
	put_called(d, p);
	stmt_sql(d, " AS ");
	stmt_ident(d, p->read->alias);
	stmt_rest(d, p, counting);
}
