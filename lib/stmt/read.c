/* SELECT: select list, conditions, order and range.
 * SPDX-License-Identifier: MIT */
#include "stmt/parts.h"

void stmt_relation(struct draft *d, const struct plan *p)
{
	stmt_qualified(d, catalog_text(p->catalog, p->relation->schema), catalog_text(p->catalog, p->relation->name));
}

/* Keys are parameters like other values; an index says by its cast that it is none. */
static void put_steps(struct draft *d, const struct plan_field *field)
{
	for (size_t i = 0; i < field->step_count; i++) {
		const struct json_step *step = &field->steps[i];
		buf_put(&d->sql, step->as_text ? STR("->>") : STR("->"));
		stmt_value(d, step->key);
		buf_put(&d->sql, step->is_index ? STR("::int") : STR(""));
	}
}

static void put_field(struct draft *d, struct str alias, const struct plan_field *field)
{
	buf_put(&d->sql, field->to_jsonb ? STR("pg_catalog.to_jsonb(") : STR(""));
	stmt_ident(d, alias);
	stmt_sql(d, ".");
	stmt_ident(d, field->name);
	buf_put(&d->sql, field->to_jsonb ? STR(")") : STR(""));
	put_steps(d, field);
}

static void put_cast(struct draft *d, struct str type)
{
	stmt_sql(d, " AS ");
	stmt_type(d, type);
	stmt_sql(d, ")");
}

static void open_function(struct draft *d, struct str function)
{
	if (!function.p)
		return;
	stmt_catalog(d, function);
	stmt_sql(d, "(");
}

static void put_argument(struct draft *d, struct str alias, const struct plan_output *out)
{
	if (!out->field.name.p) {
		stmt_sql(d, "*");
		return;
	}
	buf_put(&d->sql, out->cast.p ? STR("CAST(") : STR(""));
	open_function(d, out->represent);
	put_field(d, alias, &out->field);
	buf_put(&d->sql, out->represent.p ? STR(")") : STR(""));
	if (out->cast.p)
		put_cast(d, out->cast);
}

static void put_aggregate(struct draft *d, struct str alias, const struct plan_output *out)
{
	static const struct str functions[] = {
		[AGGREGATE_SUM] = STR_INIT("sum("), [AGGREGATE_AVG] = STR_INIT("avg("),
		[AGGREGATE_COUNT] = STR_INIT("count("), [AGGREGATE_MAX] = STR_INIT("max("),
		[AGGREGATE_MIN] = STR_INIT("min("),
	};
	buf_put(&d->sql, out->aggregate_cast.p ? STR("CAST(") : STR(""));
	buf_put(&d->sql, functions[out->aggregate]);
	put_argument(d, alias, out);
	stmt_sql(d, ")");
	if (out->aggregate_cast.p)
		put_cast(d, out->aggregate_cast);
}

static bool is_bare_column(const struct plan_output *out)
{
	return out->field.name.p && out->field.step_count == 0 && !out->cast.p && !out->aggregate && !out->represent.p;
}

static void put_output(struct draft *d, const struct plan *p, const struct plan_output *out)
{
	bool wrapped = out->to_json && p->media.kind != MEDIA_CSV; /* CSV shows values as PostgreSQL prints them */
	buf_put(&d->sql, wrapped ? STR("pg_catalog.to_json(") : STR(""));
	(out->aggregate ? put_aggregate : put_argument)(d, p->read->alias, out);
	buf_put(&d->sql, wrapped ? STR(")") : STR(""));
	if (!wrapped && is_bare_column(out) && str_eq(out->name, out->field.name))
		return;
	stmt_sql(d, " AS ");
	stmt_ident(d, out->name);
}

void stmt_outputs(struct draft *d, const struct plan *p)
{
	for (size_t i = 0; i < p->read->output_count; i++) {
		buf_put(&d->sql, i ? STR(", ") : STR(""));
		put_output(d, p, &p->read->outputs[i]);
	}
}

static const struct str OPERATORS[] = {
	[OP_EQ] = STR_INIT("="), [OP_GT] = STR_INIT(">"), [OP_GTE] = STR_INIT(">="), [OP_LT] = STR_INIT("<"),
	[OP_LTE] = STR_INIT("<="), [OP_NEQ] = STR_INIT("<>"), [OP_LIKE] = STR_INIT("LIKE"),
	[OP_ILIKE] = STR_INIT("ILIKE"), [OP_MATCH] = STR_INIT("~"), [OP_IMATCH] = STR_INIT("~*"),
	[OP_IN] = STR_INIT("= ANY"), [OP_IS] = STR_INIT("IS"), [OP_ISDISTINCT] = STR_INIT("IS DISTINCT FROM"),
	[OP_FTS] = STR_INIT("@@ pg_catalog.to_tsquery"), [OP_PLFTS] = STR_INIT("@@ pg_catalog.plainto_tsquery"),
	[OP_PHFTS] = STR_INIT("@@ pg_catalog.phraseto_tsquery"),
	[OP_WFTS] = STR_INIT("@@ pg_catalog.websearch_to_tsquery"),
	[OP_CS] = STR_INIT("@>"), [OP_CD] = STR_INIT("<@"), [OP_OV] = STR_INIT("&&"), [OP_SL] = STR_INIT("<<"),
	[OP_SR] = STR_INIT(">>"), [OP_NXR] = STR_INIT("&<"), [OP_NXL] = STR_INIT("&>"), [OP_ADJ] = STR_INIT("-|-"),
};

static const struct str IS_OPERANDS[] = {
	[IS_NULL] = STR_INIT("NULL"), [IS_NOT_NULL] = STR_INIT("NOT NULL"), [IS_TRUE] = STR_INIT("TRUE"),
	[IS_FALSE] = STR_INIT("FALSE"), [IS_UNKNOWN] = STR_INIT("UNKNOWN"),
};

static const struct str QUANTIFIERS[] = {
	[QUANTIFIER_NONE] = STR_INIT(""), [QUANTIFIER_ANY] = STR_INIT("ANY ("), [QUANTIFIER_ALL] = STR_INIT("ALL ("),
};

static void put_language(struct draft *d, struct str language)
{
	if (!language.p)
		return;
	stmt_value(d, language);
	stmt_sql(d, ", ");
}

/* in.("") means no value at all, as in.() does. */
static void put_members(struct draft *d, const struct filter *f, struct str from_text)
{
	bool none = f->value_count == 1 && f->values[0].n == 0;
	stmt_sql(d, "(");
	if (from_text.p) {
		stmt_sql(d, "SELECT ");
		open_function(d, from_text);
		stmt_sql(d, "pg_catalog.unnest(");
	}
	stmt_array(d, f->values, none ? 0 : f->value_count);
	buf_put(&d->sql, from_text.p ? STR("::text[])))") : STR(")"));
}

static void put_operand(struct draft *d, const struct plan_condition *c)
{
	const struct filter *f = c->filter;
	switch (f->op) {
	case OP_IN:
		put_members(d, f, c->from_text);
		break;
	case OP_IS:
		buf_put(&d->sql, IS_OPERANDS[f->is]);
		break;
	case OP_FTS:
	case OP_PLFTS:
	case OP_PHFTS:
	case OP_WFTS:
		stmt_sql(d, "(");
		put_language(d, f->language);
		stmt_value(d, f->value);
		stmt_sql(d, ")");
		break;
	default:
		buf_put(&d->sql, QUANTIFIERS[f->quantifier]);
		open_function(d, c->from_text);
		stmt_value(d, f->value);
		buf_put(&d->sql, c->from_text.p ? STR(")") : STR(""));
		buf_put(&d->sql, f->quantifier ? STR(")") : STR(""));
	}
}

static void put_filter(struct draft *d, struct str alias, const struct plan_condition *c)
{
	buf_put(&d->sql, c->filter->negated ? STR("NOT ") : STR(""));
	if (c->to_tsvector) {
		stmt_sql(d, "pg_catalog.to_tsvector(");
		put_language(d, c->filter->language);
	}
	put_field(d, alias, &c->field);
	buf_put(&d->sql, c->to_tsvector ? STR(") ") : STR(" "));
	buf_put(&d->sql, OPERATORS[c->filter->op]);
	stmt_sql(d, " ");
	put_operand(d, c);
}

static void put_condition(struct draft *d, struct str alias, const struct plan_condition *c)
{
	if (c->kind == LOGIC_FILTER) {
		put_filter(d, alias, c);
		return;
	}
	buf_put(&d->sql, c->negated ? STR("NOT (") : STR("("));
	for (size_t i = 0; i < c->child_count; i++) {
		buf_put(&d->sql, i == 0 ? STR("") : c->kind == LOGIC_AND ? STR(" AND ") : STR(" OR "));
		put_condition(d, alias, &c->children[i]);
	}
	stmt_sql(d, ")");
}

void stmt_where(struct draft *d, struct str alias, const struct plan_condition *where)
{
	if (!where)
		return;
	stmt_sql(d, " WHERE ");
	put_condition(d, alias, where);
}

/* A column is grouped by itself, since its encoded form (json) has no equality; a path by its place in the
 * list, since its parameters are others when it is written again. */
static void put_group(struct draft *d, const struct plan_select *sel)
{
	bool first = true;
	for (size_t i = 0; i < sel->output_count && sel->aggregated; i++) {
		const struct plan_output *out = &sel->outputs[i];
		if (out->aggregate)
			continue;
		buf_put(&d->sql, first ? STR(" GROUP BY ") : STR(", "));
		first = false;
		if (out->field.step_count > 0)
			buf_u64(&d->sql, i + 1);
		else if (out->represent.p && !out->cast.p)
			put_field(d, sel->alias, &out->field);
		else
			put_argument(d, sel->alias, out);
	}
}

static void put_order(struct draft *d, const struct plan_select *sel)
{
	static const struct str directions[] = {
		[ORDER_DEFAULT] = STR_INIT(""), [ORDER_ASC] = STR_INIT(" ASC"), [ORDER_DESC] = STR_INIT(" DESC"),
	};
	static const struct str nulls[] = {
		[NULLS_DEFAULT] = STR_INIT(""), [NULLS_FIRST] = STR_INIT(" NULLS FIRST"),
		[NULLS_LAST] = STR_INIT(" NULLS LAST"),
	};
	for (size_t i = 0; i < sel->order_count; i++) {
		buf_put(&d->sql, i ? STR(", ") : STR(" ORDER BY "));
		put_field(d, sel->alias, &sel->order[i].field);
		buf_put(&d->sql, directions[sel->order[i].direction]);
		buf_put(&d->sql, nulls[sel->order[i].nulls]);
	}
}

void stmt_tail(struct draft *d, const struct plan *p)
{
	put_group(d, p->read);
	put_order(d, p->read);
	if (p->passes_over)
		return;
	if (p->range.limit >= 0) {
		stmt_sql(d, " LIMIT ");
		stmt_number(d, p->range.limit);
	}
	if (p->range.offset > 0) {
		stmt_sql(d, " OFFSET ");
		stmt_number(d, p->range.offset);
	}
}

void stmt_read(struct draft *d, const struct plan *p, bool counting)
{
	stmt_sql(d, "SELECT ");
	if (counting)
		stmt_sql(d, "1");
	else
		stmt_outputs(d, p);
	stmt_sql(d, " FROM ");
	stmt_relation(d, p);
	stmt_where(d, p->read->alias, p->read->where);
	if (!counting)
		stmt_tail(d, p);
}
