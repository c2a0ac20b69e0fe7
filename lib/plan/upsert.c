/* Resolves what tells rows that are there already, and what they keep.
 * SPDX-License-Identifier: MIT */
#include "plan/upsert.h"

#include "plan/plan.h"

static void conflict_on_key(struct plan_write *w, const struct catalog *cat, struct arena *a)
{
	struct str *names = arena_make_array(a, struct str, w->key_count);
	for (size_t i = 0; i < w->key_count; i++)
		names[i] = catalog_text(cat, w->key[i]->name);
	w->conflict = names;
	w->conflict_count = w->key_count;
}

void upsert_resolve(struct plan_write *w, const struct query *q, const struct plan_source *s, struct arena *a)
{
	enum prefer_resolution wanted = q->action == ACTION_UPSERT_ONE ? RESOLUTION_MERGE : q->prefer.resolution;
	if (wanted == RESOLUTION_NONE)
		return;
	w->merges = wanted == RESOLUTION_MERGE;
	conflict_on_key(w, s->catalog, a);
	if (q->action == ACTION_CREATE && q->on_conflict_count > 0) {
		w->conflict = q->on_conflict;
		w->conflict_count = q->on_conflict_count;
		w->conflict_where = catalog_partial_key(s->catalog, s->relation, w->conflict, w->conflict_count);
	}
	w->resolution = w->conflict_count > 0 ? wanted : RESOLUTION_NONE;
}

static bool is_written(const struct plan_write *w, const struct cat_column *column)
{
	for (size_t i = 0; i < w->column_count; i++)
		if (w->columns[i] == column)
			return true;
	return false;
}

/* All of the key must be written: by it the rows that are there are found. A key of some rows only does not do: a row
 * may have it and still be none of these, and would be inserted with what another one has. */
static bool finds_present(const struct plan *p)
{
	const struct plan_write *w = p->write;
	if (p->kind != PLAN_INSERT || w->resolution == RESOLUTION_NONE || w->conflict_where.p)
		return false;
	for (size_t i = 0; i < w->conflict_count; i++) {
		const struct cat_column *column = catalog_column(p->catalog, p->relation, w->conflict[i]);
		if (!column || !is_written(w, column))
			return false;
	}
	return w->conflict_count > 0;
}

bool plan_keep_left_out(struct plan *p, struct arena *a)
{
	if (!finds_present(p))
		return false;
	struct plan_write *w = arena_make(a, struct plan_write);
	struct cat_run run = p->relation->columns;
	const struct cat_column *columns = catalog_columns(p->catalog, run);
	const struct cat_column **kept = arena_make_array(a, const struct cat_column *, run.count);
	*w = *p->write;
	w->keeps = true;
	w->kept = kept;
	for (uint32_t i = 0; i < run.count; i++)
		if (!columns[i].nullable && !columns[i].has_default && !is_written(w, &columns[i]))
			kept[w->kept_count++] = &columns[i];
	if (w->kept_count == 0)
		return false;
	p->write = w;
	return true;
}
