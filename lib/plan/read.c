/* Resolves the tree of places of a request.
 * SPDX-License-Identifier: MIT */
#include "plan/read.h"

#include "plan/casts.h"
#include "plan/place.h"

static bool has_aggregate(const struct select_item *items)
{
	for (; items; items = items->next)
		if (items->aggregate || has_aggregate(items->children))
			return true;
	return false;
}

static bool check_casts(const struct reader *r, const struct select_item *items)
{
	struct str type = casts_to_names(items);
	if (!type.p)
		return true;
	fault_printf(r->fault, r->arena, 400, "PGRST100", "Casts to %.*s are not allowed", STR_ARG(type));
	return fault_details(r->fault, STR("They name objects of schemas that are not exposed (url-allow-reg-casts)."));
}

/* What an embed may run, the place around it may run. */
static void gather_code(struct place *p)
{
	for (size_t i = 0; i < p->child_count; i++) {
		gather_code(&p->children[i]);
		p->select->user_code = p->select->user_code || p->children[i].select->user_code;
		p->select->runs_code = p->select->runs_code || p->children[i].select->runs_code;
	}
}

bool plan_read(struct plan_select *out_r, struct str *legacy_r, const struct query *q, const struct plan_source *s,
	const struct conf *c, struct arena *a, struct fault *f)
{
	static const struct select_item everything = { .kind = SELECT_ALL };
	struct reader r = { .query = q, .catalog = s->catalog, .conf = c, .arena = a, .fault = f };
	struct place root = { .select = out_r, .items = q->select ? q->select : &everything, .source = *s };
	*out_r = (struct plan_select){ .alias = s->alias, .relation = s->relation, .range = ROW_RANGE_ALL };
	place_grow(&r, &root);
	if (!place_address(&r, &root) || !place_relate(&r, &root) || !place_order(&r, &root))
		return false;
	if (!c->db_aggregates_enabled && has_aggregate(root.items))
		return fault_set(f, 400, "PGRST123", STR("Use of aggregate functions is not allowed"));
	if (!c->url_allow_reg_casts && !check_casts(&r, root.items))
		return false;
	if (!place_where(&r, &root) || !place_outputs(&r, &root))
		return false;
	place_keys(&r, &root);
	place_ranges(&r, &root);
	gather_code(&root);
	*legacy_r = place_legacy(&root, a);
	return true;
}
