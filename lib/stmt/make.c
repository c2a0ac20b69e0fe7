/* The statements of a plan: the main one, its count, its estimate.
 * SPDX-License-Identifier: MIT */
#include "stmt/make.h"

#include "stmt/parts.h"

static bool make_count(struct stmt *out_r, const struct plan *p, struct arena *a, struct fault *f)
{
	struct draft d = stmt_draft(a);
	stmt_sql(&d, "SELECT pg_catalog.count(*) FROM (");
	stmt_counted(&d, p);
	stmt_sql(&d, ") AS counted");
	return stmt_finish(out_r, &d, f);
}

static bool make_explain(struct stmt *out_r, const struct plan *p, struct arena *a, struct fault *f)
{
	struct draft d = stmt_draft(a);
	stmt_sql(&d, "EXPLAIN (FORMAT JSON) ");
	stmt_plan_rows(&d, p, true);
	return stmt_finish(out_r, &d, f);
}

static void put_gathered(struct draft *d, const struct plan *p)
{
	if (stmt_gathers(p))
		stmt_gather_open(d, p);
	stmt_plan_rows(d, p, false);
	if (stmt_gathers(p))
		stmt_gather_close(d);
}

static bool make_main(struct stmt *out_r, const struct plan *p, struct arena *a, struct fault *f)
{
	struct draft d = stmt_draft(a);
	if (p->media.kind == MEDIA_PLAN)
		stmt_explain(&d, p);
	else if (p->write)
		stmt_write(&d, p);
	else
		put_gathered(&d, p);
	return stmt_finish(out_r, &d, f);
}

bool stmt_make(struct stmt_set *out_r, const struct plan *p, struct arena *a, struct fault *f)
{
	struct stmt *stmts = arena_make_array(a, struct stmt, 3);
	*out_r = (struct stmt_set){ 0 };
	if (p->kind == PLAN_INFO || (p->kind == PLAN_INSPECT && p->conf->openapi_mode != CONF_OPENAPI_FOLLOW))
		return true;
	out_r->main = &stmts[0];
	if (p->kind == PLAN_INSPECT)
		return stmt_privileges(&stmts[0], p, a, f);
	if (!make_main(&stmts[0], p, a, f))
		return false;
	if (!p->count_by_statement)
		return true;
	if (p->count != COUNT_PLANNED)
		out_r->count = &stmts[1];
	if (p->count != COUNT_EXACT)
		out_r->explain = &stmts[2];
	return (!out_r->count || make_count(&stmts[1], p, a, f)) && (!out_r->explain || make_explain(&stmts[2], p, a, f));
}
