/* Upserts: what they take for the same row. Internal to lib/plan; plan_keep_left_out() is in plan.h.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PLAN_UPSERT_H
#define ROWGATE_PLAN_UPSERT_H

#include "query/query.h"
#include "source.h"
#include "write.h"

/* What happens on a conflict, and of which columns. Without a primary key and without on_conflict= a resolution has
 * nothing to resolve: a plain insert. */
void upsert_resolve(struct plan_write *w, const struct query *q, const struct plan_source *s, struct arena *a);

#endif
