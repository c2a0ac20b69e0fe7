/* Whether PostgreSQL expects the same of a read whatever values the request has: then its plan may be kept.
 *
 * With a parameter for LIMIT PostgreSQL plans a statement at each execution, since it expects a tenth of all rows of a
 * plan that shall do for every limit. With the number in the text it keeps one plan from the sixth execution on. But
 * that plan does not know what is filtered by: for a value that few rows have, a million rows ordered by time with a
 * LIMIT take 2.2 s instead of 0.9 ms. So the number stands in the text only where no value decides how many rows there
 * are, or in what way they are found.
 * SPDX-License-Identifier: MIT */
#include "catalog/related.h"
#include "plan/call.h"
#include "plan/plan.h"

/* A filter by a value; also one by a key of JSON, which an index over that key is found by. */
static bool has_value(const struct plan_condition *c)
{
	if (c->kind == LOGIC_FILTER)
		return !c->embed && (c->filter->op != OP_IS || c->field.step_count > 0);
	for (size_t i = 0; i < c->child_count; i++)
		if (has_value(&c->children[i]))
			return true;
	return false;
}

static bool is_ordered_by_key(const struct plan_select *sel)
{
	for (size_t i = 0; i < sel->order_count; i++) {
		const struct plan_key *key = &sel->order[i].key;
		if (key->field.step_count > 0 || (key->output && key->output->field.step_count > 0))
			return true;
	}
	return false;
}

static bool is_grouped_by_key(const struct plan_select *sel)
{
	for (size_t i = 0; sel->aggregated && i < sel->output_count; i++)
		if (sel->outputs[i].field.step_count > 0)
			return true;
	return false;
}

static bool equals(const struct plan_condition *c, struct str column)
{
	return c->kind == LOGIC_FILTER && !c->embed && c->filter->op == OP_EQ && c->filter->quantifier == QUANTIFIER_NONE
		&& !c->filter->negated && c->field.step_count == 0 && str_eq(c->field.name, column);
}

/* Whether one row at most is asked for, by the primary key: it is found in one way only. */
static bool is_by_key(const struct plan *p, const struct plan_condition *where)
{
	const struct cat_relation *r = p->relation;
	if (p->kind != PLAN_READ || cat_is_view(r) || r->inherited || where->kind != LOGIC_AND || where->negated)
		return false;
	const uint32_t *columns = catalog_key_columns(p->catalog, r->primary_key);
	size_t found = 0;
	for (size_t k = 0; k < r->primary_key.count; k++) {
		struct str name = catalog_text(p->catalog, catalog_column_at(p->catalog, columns[k])->name);
		size_t i = 0;
		while (i < where->child_count && !equals(&where->children[i], name))
			i++;
		found += i < where->child_count;
	}
	return found > 0 && found == r->primary_key.count;
}

static bool is_steady(const struct plan *p, const struct plan_select *sel)
{
	bool filtered = sel->where && has_value(sel->where) && !(sel == p->read && is_by_key(p, sel->where));
	if (filtered || is_ordered_by_key(sel) || is_grouped_by_key(sel))
		return false;
	for (size_t i = 0; i < sel->embed_count; i++)
		if (!is_steady(p, &sel->embeds[i].select))
			return false;
	return true;
}

/* Only of a volatile function PostgreSQL looks at nothing but the call: what others do it may make part of the plan. */
bool plan_is_steady(const struct plan *p)
{
	bool opaque = p->kind != PLAN_CALL || p->call->from == ARGUMENTS_NONE || p->routine->volatility == CAT_VOLATILE;
	return opaque && is_steady(p, p->read);
}
