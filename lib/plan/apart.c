/* Decides which embeds come apart.
 *
 * What makes JSON of rows looks up each column's type for each row. Measured (PostgreSQL 15, 100 rows): an object of
 * three columns takes 306 us by row_to_json() and 191 as columns; five rows each of four columns take 1,250 us by
 * json_agg(), 510 as arrays in one text, 1,570 as rows of one join, which repeats what they belong to. Where an embed
 * has no rows arrays take 0.3 us more for each around.
 * SPDX-License-Identifier: MIT */
#include "plan/apart.h"

#include "catalog/oid.h"

/* What one statement can select, with room for what is asked for beside the columns: PostgreSQL refuses 1,665. */
enum { SELECTED_MOST = 1600 };

bool plan_is_crowded(const struct plan *p)
{
	return p->embeds > PLAN_EMBEDS_FEW;
}

bool plan_is_joined(const struct plan *p, const struct plan_select *around, const struct plan_embed *e)
{
	bool has_columns = e->spread ? e->select.output_count > 0 : e->shown;
	bool as_join = e->to_one || e->spread || around->aggregated;
	bool alone = plan_is_crowded(p) || (p->above && around == p->read);
	if (alone && !around->aggregated && plan_may_stand_alone(e))
		return false;
	return as_join && (has_columns || e->key_count > 0);
}

/* A function that is called may leave another DateStyle behind, on which the text form of dates depends. Rows so wide,
 * each of their columns once more as JSON, and few embeds beside them are sure to be within what can be selected. */
static bool may_come_apart(const struct plan *p)
{
	enum { ROOT_MOST = (SELECTED_MOST - PLAN_EMBEDS_FEW * (PLAN_APART_MOST + 1)) / 2 };
	bool objects = p->kind != PLAN_CALL && plan_is_encoded(p) && !p->features && !p->raw;
	return objects && !plan_is_crowded(p) && p->read->output_count + p->relation->columns.count <= ROOT_MOST;
}

bool plan_comes_apart(const struct plan *p, const struct plan_embed *e)
{
	const struct plan_select *around = e->outer ? &e->outer->select : p->read;
	if (!may_come_apart(p) || !e->separable || e->key_count > 0 || around->aggregated)
		return false;
	bool fits = e->to_one ? plan_is_joined(p, around, e) : !p->strip_nulls;
	return fits && (!e->outer || plan_comes_apart(p, e->outer));
}

bool plan_can_gather(const struct catalog *cat, uint32_t type)
{
	const struct cat_type *t = catalog_type(cat, type);
	if (type >= OID_FIRST_USER)
		return t && t->kind == 'e' && t->encoding != CAT_ENCODE_TO_JSON;
	enum cat_encoding encoding = t ? (enum cat_encoding)t->encoding : catalog_encoding_builtin(type);
	return type != OID_BOX && !catalog_element_builtin(type) && encoding != CAT_ENCODE_TO_JSON;
}
