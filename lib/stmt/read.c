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
		stmt_key(d, step, step->key);
		buf_put(&d->sql, step->is_index ? STR("::int") : STR(""));
	}
}

void stmt_field(struct draft *d, struct str alias, const struct plan_field *field)
{
	buf_put(&d->sql, field->as_jsonb ? STR("(") : STR(""));
	buf_put(&d->sql, field->to_jsonb ? STR("pg_catalog.to_jsonb(") : STR(""));
	stmt_ident(d, alias);
	stmt_sql(d, ".");
	stmt_ident(d, field->name);
	buf_put(&d->sql, field->to_jsonb ? STR(")") : STR(""));
	put_steps(d, field);
	buf_put(&d->sql, field->as_jsonb ? STR(")::pg_catalog.jsonb") : STR(""));
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

/* What an output shows, before an aggregate takes it. */
static void put_shown(struct draft *d, const struct plan *p, const struct plan_select *sel,
	const struct plan_output *out)
{
	switch (out->shows) {
	case SHOWS_FIELD:
		if (out->field.name.p)
			stmt_field(d, sel->alias, &out->field);
		else
			stmt_sql(d, "*");
		break;
	case SHOWS_EMBED:
		stmt_embed(d, p, sel, out->embed);
		break;
	case SHOWS_LIFTED:
		stmt_ident(d, out->embed->alias);
		stmt_sql(d, ".c");
		buf_u64(&d->sql, out->lifted + 1);
		break;
	case SHOWS_ROW:
		stmt_ident(d, sel->alias);
		break;
	case SHOWS_ALL:
		stmt_ident(d, sel->alias);
		stmt_sql(d, ".*");
		break;
	}
}

static void put_aggregate_argument(struct draft *d, const struct plan *p, const struct plan_select *sel,
	const struct plan_output *out)
{
	buf_put(&d->sql, out->cast.p ? STR("CAST(") : STR(""));
	open_function(d, out->represent);
	put_shown(d, p, sel, out);
	buf_put(&d->sql, out->represent.p ? STR(")") : STR(""));
	if (out->cast.p)
		put_cast(d, out->cast);
}

void stmt_output(struct draft *d, const struct plan *p, const struct plan_select *sel, const struct plan_output *out)
{
	if (!out->aggregate) {
		put_aggregate_argument(d, p, sel, out);
		return;
	}
	buf_put(&d->sql, out->aggregate_cast.p ? STR("CAST(") : STR(""));
	buf_put(&d->sql, aggregate_names[out->aggregate]);
	stmt_sql(d, "(");
	put_aggregate_argument(d, p, sel, out);
	stmt_sql(d, ")");
	if (out->aggregate_cast.p)
		put_cast(d, out->aggregate_cast);
}

/* A star, and what comes apart, have names of their own. */
static bool has_many(const struct plan *p, const struct plan_output *out)
{
	return out->shows == SHOWS_ALL || (out->shows == SHOWS_EMBED && plan_comes_apart(p, out->embed));
}

static void put_name(struct draft *d, const struct plan *p, const struct plan_output *out, bool wrapped)
{
	if (has_many(p, out) || (!wrapped && plan_is_bare(out) && str_eq(out->name, out->field.name)))
		return;
	stmt_sql(d, " AS ");
	stmt_ident(d, out->name);
}

/* Whether an output is JSON that we make: of an embed, or of the columns of a to-many spread. */
static bool is_made(const struct plan_output *out)
{
	while (out->shows == SHOWS_LIFTED && out->embed->to_one)
		out = &out->embed->select.outputs[out->lifted];
	return out->shows == SHOWS_EMBED || out->shows == SHOWS_LIFTED;
}

/* What `*` shows in its text form, and the worker does not encode: once more, as JSON. */
static void put_encoded(struct draft *d, const struct plan_select *sel)
{
	for (size_t i = 0; i < sel->encoded_count; i++) {
		stmt_sql(d, ", pg_catalog.to_json(");
		stmt_field(d, sel->alias, &sel->encoded[i]);
		stmt_sql(d, ") AS ");
		stmt_ident(d, sel->encoded[i].name);
	}
}

/* Where values leave PostgreSQL in its own form, or for functions of users, what we make is printed as jsonb is. */
void stmt_outputs(struct draft *d, const struct plan *p)
{
	for (size_t i = 0; i < p->read->output_count; i++) {
		const struct plan_output *out = &p->read->outputs[i];
		bool wrapped = out->to_json && plan_is_encoded(p);
		buf_put(&d->sql, i ? STR(", ") : STR(""));
		buf_put(&d->sql, wrapped ? STR("pg_catalog.to_json(") : STR(""));
		stmt_output(d, p, p->read, out);
		buf_put(&d->sql, p->plain && is_made(out) && !out->aggregate ? STR("::jsonb") : STR(""));
		buf_put(&d->sql, wrapped ? STR(")") : STR(""));
		put_name(d, p, out, wrapped);
	}
	if (plan_is_encoded(p))
		put_encoded(d, p->read);
}

void stmt_values(struct draft *d, const struct plan *p, const struct plan_select *sel)
{
	for (size_t i = 0; i < sel->output_count; i++) {
		buf_put(&d->sql, i ? STR(", ") : STR(""));
		stmt_output(d, p, sel, &sel->outputs[i]);
		put_name(d, p, &sel->outputs[i], false);
	}
}

static void put_language(struct draft *d, struct str language)
{
	if (!language.p)
		return;
	stmt_value(d, language);
	stmt_sql(d, ", ");
}

static void put_members(struct draft *d, const struct filter *f, struct str from_text)
{
	stmt_sql(d, "(");
	if (from_text.p) {
		stmt_sql(d, "SELECT ");
		open_function(d, from_text);
		stmt_sql(d, "pg_catalog.unnest(");
	}
	stmt_array(d, f->values, f->value_count);
	buf_put(&d->sql, from_text.p ? STR("::text[])))") : STR(")"));
}

static void put_operand(struct draft *d, const struct plan_condition *c)
{
	const struct filter *f = c->filter;
	switch (filter_operators[f->op].operand) {
	case OPERAND_LIST:
		put_members(d, f, c->from_text);
		break;
	case OPERAND_IS:
		buf_put(&d->sql, filter_is_words[f->is].sql);
		break;
	case OPERAND_QUERY:
		stmt_sql(d, "(");
		put_language(d, f->language);
		stmt_value(d, f->value);
		stmt_sql(d, ")");
		break;
	default:
		buf_put(&d->sql, filter_quantifiers[f->quantifier].sql);
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
		/* Without a schema: hosts have functions of that name for types of theirs. */
		stmt_sql(d, "to_tsvector(");
		put_language(d, c->filter->language);
	}
	stmt_field(d, alias, &c->field);
	buf_put(&d->sql, c->to_tsvector ? STR(") ") : STR(" "));
	buf_put(&d->sql, filter_operators[c->filter->op].sql);
	stmt_sql(d, " ");
	put_operand(d, c);
}

/* p and around: of the embeds that a condition may name, NULL where there are none. */
static void put_condition(struct draft *d, const struct plan *p, const struct plan_select *around, struct str alias,
	const struct plan_condition *c)
{
	if (c->kind == LOGIC_FILTER && c->embed) {
		buf_put(&d->sql, c->filter->negated ? STR("") : STR("NOT "));
		stmt_exists(d, p, around, c->embed);
		return;
	}
	if (c->kind == LOGIC_FILTER) {
		put_filter(d, alias, c);
		return;
	}
	buf_put(&d->sql, c->negated ? STR("NOT (") : STR("("));
	for (size_t i = 0; i < c->child_count; i++) {
		buf_put(&d->sql, i == 0 ? STR("") : c->kind == LOGIC_AND ? STR(" AND ") : STR(" OR "));
		put_condition(d, p, around, alias, &c->children[i]);
	}
	stmt_sql(d, ")");
}

void stmt_where(struct draft *d, struct str alias, const struct plan_condition *where)
{
	if (!where)
		return;
	stmt_sql(d, " WHERE ");
	put_condition(d, NULL, NULL, alias, where);
}

static void put_and(struct draft *d, bool *any)
{
	buf_put(&d->sql, *any ? STR(" AND ") : STR(" WHERE "));
	*any = true;
}

void stmt_conditions(struct draft *d, const struct plan *p, const struct plan_select *sel,
	const struct plan_embed *inside, const struct plan_select *around, bool counting)
{
	bool any = inside && stmt_ties(d, p, inside, around);
	if (sel->where) {
		put_and(d, &any);
		put_condition(d, p, sel, sel->alias, sel->where);
	}
	for (size_t i = 0; i < sel->embed_count; i++) {
		if (!stmt_tests(p, sel, &sel->embeds[i], counting))
			continue;
		put_and(d, &any);
		stmt_exists(d, p, sel, &sel->embeds[i]);
	}
}

/* What an output is compared by. A domain's own JSON has no equality, nor has what some casts make: then it is what was
 * represented or cast. */
static void put_compared(struct draft *d, const struct plan *p, const struct plan_select *sel,
	const struct plan_output *out)
{
	bool represented = out->represent.p && !out->cast.p;
	if (out->aggregate)
		stmt_output(d, p, sel, out);
	else if (represented || out->unequal)
		put_shown(d, p, sel, out);
	else
		put_aggregate_argument(d, p, sel, out);
}

static void put_group(struct draft *d, bool *first)
{
	buf_put(&d->sql, *first ? STR(" GROUP BY ") : STR(", "));
	*first = false;
}

void stmt_group(struct draft *d, const struct plan *p, const struct plan_select *sel)
{
	bool first = true;
	if (!sel->aggregated)
		return;
	d->repeats = true;
	for (size_t i = 0; i < sel->output_count; i++) {
		if (sel->outputs[i].aggregate)
			continue;
		put_group(d, &first);
		put_compared(d, p, sel, &sel->outputs[i]);
	}
	for (size_t i = 0; i < sel->order_count; i++) {
		if (!sel->order[i].key.grouped)
			continue;
		put_group(d, &first);
		stmt_key_of_embed(d, &sel->order[i].key);
	}
	d->repeats = false;
}

void stmt_ordered_by(struct draft *d, const struct plan *p, const struct plan_select *sel, const struct plan_key *key)
{
	d->repeats = key->output != NULL;
	buf_put(&d->sql, key->of_group ? STR("pg_catalog.mode() WITHIN GROUP (ORDER BY ") : STR(""));
	if (key->embed)
		stmt_key_of_embed(d, key);
	else if (key->output)
		put_compared(d, p, sel, key->output);
	else
		stmt_field(d, sel->alias, &key->field);
	buf_put(&d->sql, key->of_group ? STR(")") : STR(""));
	d->repeats = false;
}

void stmt_order(struct draft *d, const struct plan *p, const struct plan_select *sel)
{
	static const struct str directions[] = {
		[ORDER_DEFAULT] = STR_INIT(""),
		[ORDER_ASC] = STR_INIT(" ASC"),
		[ORDER_DESC] = STR_INIT(" DESC"),
	};
	static_assert(COUNT_OF(directions) == ORDER_DIRECTION_COUNT, "a text for each direction");
	static const struct str nulls[] = {
		[NULLS_DEFAULT] = STR_INIT(""),
		[NULLS_FIRST] = STR_INIT(" NULLS FIRST"),
		[NULLS_LAST] = STR_INIT(" NULLS LAST"),
	};
	static_assert(COUNT_OF(nulls) == ORDER_NULLS_COUNT, "a text for each place of nulls");
	for (size_t i = 0; i < sel->order_count; i++) {
		const struct plan_order *order = &sel->order[i];
		buf_put(&d->sql, i ? STR(", ") : STR(" ORDER BY "));
		stmt_ordered_by(d, p, sel, &order->key);
		buf_put(&d->sql, directions[order->direction]);
		buf_put(&d->sql, nulls[order->nulls]);
	}
}

void stmt_rest(struct draft *d, const struct plan *p, bool counting)
{
	if (!counting || p->read->aggregated)
		stmt_joins(d, p, p->read);
	stmt_conditions(d, p, p->read, NULL, NULL, counting);
	stmt_group(d, p, p->read);
	if (counting)
		return;
	stmt_order(d, p, p->read);
	if (!p->passes_over)
		stmt_range(d, p, p->range);
}

void stmt_selected(struct draft *d, const struct plan *p, bool counting)
{
	stmt_sql(d, "SELECT ");
	if (!counting)
		stmt_outputs(d, p);
	else if (p->read->aggregated)
		stmt_values(d, p, p->read);
	else
		stmt_sql(d, "1");
}

void stmt_read(struct draft *d, const struct plan *p, bool counting)
{
	bool above = !counting && p->above;
	stmt_selected(d, p, counting);
	stmt_sql(d, " FROM ");
	if (above) {
		stmt_sql(d, "(SELECT ");
		stmt_needs(d, p);
		stmt_sql(d, " FROM ");
	}
	stmt_relation(d, p);
	stmt_rest(d, p, counting);
	if (above) {
		stmt_sql(d, ") AS ");
		stmt_ident(d, p->read->alias);
	}
}
