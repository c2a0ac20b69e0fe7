/* The faults of names that lead nowhere, with the hints that help: PGRST108 and 200 to 205.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PLAN_MISSING_H
#define ROWGATE_PLAN_MISSING_H

#include "catalog/related.h"
#include "query/query.h"

/* All below fill the fault and always return false. A hint only names what the schema asked for exposes. */
bool missing_relation(const struct query *q, const struct catalog *cat, struct arena *a, struct fault *f);
bool missing_column(const struct cat_relation *rel, struct str column, const struct catalog *cat, struct arena *a,
	struct fault *f);

/* An embed that cannot be told to be one relationship. */
struct missing_embed_of {
	const struct query *query;
	const struct catalog *catalog;
	const struct cat_relation *from; /* NULL: a function's result of no relation */
	struct str from_name;
	const struct select_item *embed;
};
/* missing_relationship.c: no relationship, or more than one: those found. Both always return false. */
bool missing_relationship(const struct missing_embed_of *m, struct arena *a, struct fault *f);
bool missing_relationship_choice(const struct missing_embed_of *m, struct cat_relationship *found, size_t count,
	struct arena *a, struct fault *f);
/* The fault PGRST108, in a filter, an order or a limit. Always returns false. */
bool missing_embed(struct str name, struct arena *a, struct fault *f);
/* No routine takes these arguments; keys: their names, sorted, each once. Always returns false. */
bool missing_routine(const struct query *q, const struct str *keys, size_t key_count, const struct catalog *cat,
	struct arena *a, struct fault *f);
/* More than one overload takes the arguments. Always returns false. */
bool missing_choice(const struct cat_routine *const *routines, size_t count, const struct catalog *cat, struct arena *a,
	struct fault *f);

#endif
