/* Lines of an execution plan as they are shown.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_REPLY_EXPLAINED_H
#define ROWGATE_REPLY_EXPLAINED_H

#include "plan/plan.h"
#include "spool.h"

/* Adds a line of EXPLAIN's text, or its JSON; of the search_path among the settings only what is configured. */
void explained_put(struct spool *out, struct str line, const struct plan *p, struct arena *a);

#endif
