/* How what an embed shows leaves PostgreSQL: joined or selected, as JSON or as columns of which the worker makes JSON.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PLAN_APART_H
#define ROWGATE_PLAN_APART_H

#include "plan.h"
#include "read.h"

/* Columns of an embed that comes apart, at the most. */
enum { PLAN_APART_MOST = 100 };

/* Whether there are more embeds than PostgreSQL plans as joins. */
bool plan_is_crowded(const struct plan *p);
/* Whether an embed is joined at all, rather than computed in the select list. */
bool plan_is_joined(const struct plan *p, const struct plan_select *around, const struct plan_embed *e);
/* Whether its columns are sent for the worker to make JSON of. Of an object: behind one that is true where it has a
 * row, all it shows in order, whole where `*` is, and those of embeds in it likewise. Of rows: as arrays in one text,
 * and behind it all they show once more as NULL, which tells their names and types. */
bool plan_comes_apart(const struct plan *p, const struct plan_embed *e);
/* Whether the worker can make JSON of values of that base type, gathered in arrays. */
bool plan_can_gather(const struct catalog *cat, uint32_t type);

#endif
