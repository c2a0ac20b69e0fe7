/* The relationships between relations: from foreign keys, looked at from either side, through junctions, through the
 * views that show their columns, and from functions over rows.
 *
 * They are put together when asked for, from the keys and views of the block; what is asked for by both ends costs
 * what the foreign keys of the referencing end cost, however many refer to the other.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CATALOG_RELATED_H
#define ROWGATE_CATALOG_RELATED_H

#include "catalog.h"

/* In the order in which PostgREST lists the candidates of an ambiguous embed. */
enum cat_cardinality { CAT_ONE_TO_MANY, CAT_MANY_TO_ONE, CAT_ONE_TO_ONE, CAT_MANY_TO_MANY, CAT_COMPUTED };

/* Pairs of columns whose values are equal; indices of columns. */
struct cat_columns {
	const uint32_t *left, *right;
	size_t count;
};

/* How rows of one relation lead to rows of another, looked at from the first. */
struct cat_relationship {
	enum cat_cardinality cardinality;
	const struct cat_relation *from, *to;
	const struct cat_foreign_key *key; /* many-to-many: the junction's to `from`; computed: NULL */
	struct cat_columns columns;        /* from = to; many-to-many: from = junction */
	/* CAT_MANY_TO_MANY */
	const struct cat_relation *junction;
	const struct cat_foreign_key *other_key; /* the junction's to `to` */
	struct cat_columns other_columns;        /* junction = to */
	/* CAT_COMPUTED */
	const struct cat_computed *computed;
};

/* False ends the walk. */
typedef bool cat_relationship_fn(void *arg, const struct cat_relationship *r);

/* Calls found(arg) for every relationship of foreign keys from one relation to another, or to any when `to` is NULL.
 * Whether `to` or a junction may be seen is the caller's to decide. False when a call returned false. */
bool catalog_relationships(const struct catalog *cat, const struct cat_relation *from, const struct cat_relation *to,
	cat_relationship_fn *found, void *arg);
/* Only those by the foreign keys that the relation has or shows: to one row each. */
bool catalog_references(const struct catalog *cat, const struct cat_relation *from, cat_relationship_fn *found,
	void *arg);
/* The functions over its rows, sorted by schema and name. */
const struct cat_computed *catalog_computed(const struct catalog *cat, const struct cat_relation *from,
	size_t *count_r);

bool cat_is_to_one(const struct cat_relationship *r);
static inline bool cat_is_view(const struct cat_relation *r)
{
	return r->kind == CAT_VIEW || r->kind == CAT_MATVIEW;
}

#endif
