/* Finds what a request is for before its body is read.
 * SPDX-License-Identifier: MIT */
#include "plan/missing.h"
#include "plan/path.h"
#include "plan/plan.h"

/* The function, if only one has the name. */
static bool find_routine(struct plan *p, struct arena *a, struct fault *f)
{
	size_t count;
	const struct query *q = p->query;
	const struct cat_routine *all = catalog_routines_named(p->catalog, q->schema, q->name, &count);
	p->routine = count == 1 ? all : NULL;
	return count > 0
		|| fault_printf(f, a, 404, "PGRST202", "Could not find the function %.*s.%.*s in the schema cache",
			STR_ARG(q->schema), STR_ARG(q->name));
}

bool plan_target(struct plan *out_r, const struct query *q, const struct catalog *cat, const struct conf *c,
	struct arena *a, struct fault *f)
{
	*out_r = (struct plan){
		.kind = PLAN_INFO,
		.query = q,
		.catalog = cat,
		.conf = c,
		.isolation = STR_INIT(""),
		.read_only = true,
		.user_code = true,
		.search_path = path_of(q->schema, c, a),
	};
	if (q->target == TARGET_ROUTINE)
		return find_routine(out_r, a, f);
	out_r->relation = catalog_relation(cat, q->schema, q->name);
	if (out_r->relation && out_r->relation->unlisted)
		out_r->relation = NULL;
	return out_r->relation || missing_relation(q, cat, a, f);
}
