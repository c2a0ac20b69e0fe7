/* Asks whether functions, policies and rules are still those for which it is proven that they leave nothing behind.
 *
 * PostgreSQL tells nobody that a function was replaced, and whoever replaces one need not tell us. A version is the
 * xmin of its row, which no other row had before; asked behind the main statement, so that what has run is what is
 * known. A new function may stand in for one of the same name: any that has come since ends the proof.
 * SPDX-License-Identifier: MIT */
#include "plan/read.h"
#include "stmt/make.h"
#include "stmt/quote.h"

enum { LIST_MAX = 1024 * 1024 };

#define AS_KNOWN                                                                                                       \
	"SELECT " STMT_RESPONSE ", NOT EXISTS (SELECT FROM pg_catalog.pg_proc AS p WHERE p.oid > $1::pg_catalog.oid) "     \
	"AND NOT EXISTS (SELECT FROM pg_catalog.pg_proc AS p WHERE p.oid = ANY ($2::pg_catalog.oid[]) "                    \
	"AND p.xmin <> ALL ($3::pg_catalog.xid[]))"
#define RELATIONS_AS_KNOWN                                                                                             \
	" AND NOT EXISTS (SELECT FROM pg_catalog.pg_policy AS o WHERE o.polrelid = ANY ($4::pg_catalog.oid[]) "            \
	"AND o.xmin <> ALL ($3::pg_catalog.xid[])) "                                                                       \
	"AND NOT EXISTS (SELECT FROM pg_catalog.pg_rewrite AS r WHERE r.ev_class = ANY ($4::pg_catalog.oid[]) "            \
	"AND r.xmin <> ALL ($3::pg_catalog.xid[]))"

/* Array literals being written. */
struct lists {
	const struct catalog *catalog;
	struct buf functions, relations, versions;
};

static void put_list(struct buf *out, struct str list)
{
	if (!list.n)
		return;
	buf_char(out, out->n ? ',' : '{');
	buf_put(out, list);
}

static void put_proof(struct lists *l, const struct cat_proof *proof)
{
	put_list(&l->functions, catalog_text(l->catalog, proof->functions));
	put_list(&l->relations, catalog_text(l->catalog, proof->relations));
	put_list(&l->versions, catalog_text(l->catalog, proof->versions));
}

static void put_embeds(struct lists *l, const struct plan_select *sel)
{
	for (size_t i = 0; i < sel->embed_count; i++) {
		const struct cat_relationship *related = &sel->embeds[i].related;
		put_proof(l, &related->to->proof);
		if (related->junction)
			put_proof(l, &related->junction->proof);
		put_embeds(l, &sel->embeds[i].select);
	}
}

/* What is read for the request itself; a function's result is read from no relation. */
static void put_plan(struct lists *l, const struct plan *p)
{
	if (p->kind == PLAN_CALL)
		put_proof(l, &p->routine->proof);
	else if (p->relation)
		put_proof(l, &p->relation->proof);
	if (p->read)
		put_embeds(l, p->read);
}

static struct stmt_param finish_list(struct draft *d, struct buf *list)
{
	buf_put(list, list->n ? STR("}") : STR("{}"));
	buf_char(list, '\0');
	d->sql.overflow = d->sql.overflow || list->overflow;
	return (struct stmt_param){ .value = { list->p, list->n - 1 } };
}

bool stmt_proof(struct stmt *out_r, const struct plan *p, struct arena *a, struct fault *f)
{
	struct draft d = stmt_draft(a);
	struct lists l = { p->catalog, buf_new(a, LIST_MAX), buf_new(a, LIST_MAX), buf_new(a, LIST_MAX) };
	*out_r = (struct stmt){ .sql = STR_NONE };
	if (!p->user_code)
		put_plan(&l, p);
	if (!l.functions.n && !l.relations.n)
		return true;
	bool alone = !l.relations.n;
	struct stmt_param *params = arena_make_array(a, struct stmt_param, 4);
	params[0].value = str_printf(a, "%lu", (unsigned long)catalog_newest_function(p->catalog));
	params[1] = finish_list(&d, &l.functions);
	params[2] = finish_list(&d, &l.versions);
	params[3] = finish_list(&d, &l.relations);
	stmt_sql(&d, AS_KNOWN);
	if (!alone)
		stmt_sql(&d, RELATIONS_AS_KNOWN);
	if (!stmt_finish(out_r, &d, f))
		return false;
	out_r->params = params;
	out_r->param_count = alone ? 3 : 4;
	return true;
}
