/* Whether what is computed of the rows stands above the page.
 *
 * PostgreSQL computes a select list for the rows that OFFSET skips too, and before it sorts whatever is cheap in its
 * eyes, as to_json() is. So whatever is more than columns stands above LIMIT and OFFSET, in a select around the page.
 * Measured (PostgreSQL 15, 25 rows of 100,000): at offset 50,000 an array of an enum and a composite take 3 ms instead
 * of 40, a to-many embed 3.3 instead of 86; ordered by what has no index, at offset 0, 11 instead of 92. The select
 * around costs 2.5 us where nothing is skipped.
 * SPDX-License-Identifier: MIT */
#include "plan/plan.h"
#include "plan/read.h"

/* Whether PostgreSQL has more to do for it than to read a column. Embeds it computes after sorting anyway. */
static bool is_computed(const struct plan *p, const struct plan_output *out)
{
	if (out->shows == SHOWS_EMBED)
		return p->range.offset > 0;
	return out->shows == SHOWS_FIELD && (!plan_is_bare(out) || (out->to_json && plan_is_encoded(p)));
}

static bool computes(const struct plan *p)
{
	bool any = plan_is_encoded(p) && p->read->encoded_count > 0;
	for (size_t i = 0; i < p->read->output_count && !any; i++)
		any = is_computed(p, &p->read->outputs[i]);
	return any;
}

/* What may be a function over the whole row takes a row of the relation's own type. */
static bool takes_rows(const struct plan_select *sel)
{
	for (size_t i = 0; i < sel->output_count; i++) {
		const struct plan_output *out = &sel->outputs[i];
		if (out->shows == SHOWS_LIFTED || out->shows == SHOWS_ROW)
			return true;
		if (out->shows == SHOWS_FIELD && (!out->field.name.p || out->field.type == 0))
			return true;
	}
	return false;
}

/* A join around the page could put its rows into another order; one below it is for the rows passed over, too. A
 * subquery for each row of the page is the cheaper one where at least as many are passed over (1.3 times for 1,000 rows
 * behind 1,000, 11 times for 25 behind 50,000). */
static bool must_join(const struct plan *p, const struct plan_embed *e)
{
	if (e->spread || e->key_count > 0 || e->related.cardinality == CAT_COMPUTED)
		return true;
	bool few = p->range.limit >= 0 && p->range.offset >= p->range.limit;
	return e->to_one && e->shown && !(few && plan_may_stand_alone(e));
}

bool plan_stands_above(const struct plan *p)
{
	const struct plan_select *sel = p->read;
	bool passes_over = p->range.offset > 0 || (p->range.limit >= 0 && sel->order_count > 0);
	if (p->kind != PLAN_READ || !passes_over || sel->aggregated || takes_rows(sel) || !computes(p))
		return false;
	for (size_t i = 0; i < sel->embed_count; i++)
		if (must_join(p, &sel->embeds[i]))
			return false;
	return true;
}
