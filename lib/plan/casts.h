/* What a type that a request casts to would tell.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PLAN_CASTS_H
#define ROWGATE_PLAN_CASTS_H

#include "query/tree.h"

/* The first type among the casts of a select list, embeds included, whose values are names of the database's objects
 * or roles: `42::regclass` names relation 42 whatever schema hides it. STR_NONE: there is none. */
struct str casts_to_names(const struct select_item *items);

#endif
