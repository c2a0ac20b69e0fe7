/* The tree of places while it is being resolved. Internal to lib/plan: read.c fills it in with the help of the others.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PLAN_PLACE_H
#define ROWGATE_PLAN_PLACE_H

#include "source.h"

struct reader {
	const struct query *query;
	const struct catalog *catalog;
	const struct conf *conf;
	struct arena *arena;
	struct fault *fault;
	struct cat_relationship *found; /* of the embed being looked at */
};

/* What was said of a place under one of its names. */
struct place_said {
	const struct query_scope *scope;
	const struct place_said *next;
};

struct place {
	struct plan_select *select;
	struct plan_embed *embed;        /* that the select is part of; NULL: the root */
	const struct select_item *item;  /* NULL: the root */
	const struct select_item *items; /* the select list */
	struct plan_source source;
	const struct place_said *said;
	struct place *parent;
	struct place *children; /* its embeds, in order */
	size_t child_count;
	struct plan_output *outputs; /* the select's */
	size_t key_most;             /* terms of orders around that lead to it or through it */
	unsigned depth;
	bool legacy; /* addressed by the relation's name in spite of an alias */
};

/* The name of an embed in the object around it. */
struct str place_name(const struct place *p);
/* Makes the places of a select list and all below it. */
void place_grow(struct reader *r, struct place *p);
/* Hands every scope of the request to its place. Fault: 400 PGRST108. */
bool place_address(struct reader *r, struct place *root);
/* The embed of that name, as null filters and related orders name it: by its alias if it has one. NULL: none. */
struct place *place_child(struct place *p, struct str name);
/* A list `name` to `alias`, or STR_NONE. */
struct str place_legacy(const struct place *root, struct arena *a);

/* relate.c: ties all embeds below to what they are in: finds their relationships and names their rows. Faults: 400
 * PGRST200, 300 PGRST201. */
bool place_relate(struct reader *r, struct place *p);

/* order.c: looks whether the orders of a place and all below it lead to embeds of one row. Faults: 400 PGRST108,
 * PGRST118. */
bool place_order(struct reader *r, struct place *p);
/* order.c: resolves them, when all outputs are known. */
void place_keys(struct reader *r, struct place *p);

/* conditions.c: conditions and ranges of a place and all below it. Fault: 400 PGRST120. */
bool place_where(struct reader *r, struct place *p);
void place_ranges(struct reader *r, struct place *p);

/* whole.c: whether `*` is left to PostgreSQL, which knows of columns that came, went or changed since the catalog was
 * read. Not where columns must be named: to be lifted out of a spread, to be grouped by, to be made JSON of by a
 * domain's own functions, or because a write has to return more than its columns. */
bool place_leaves_all(const struct reader *r, const struct place *p);
/* whole.c: what `*` shows, as one output. */
struct plan_output place_all(struct reader *r, struct place *p);
/* order.c: whether an order of the place names what only PostgreSQL knows as a column of its rows. */
bool place_orders_unknown(const struct place *p);

/* outputs.c: the columns of a place and all below it. Fault: 400 PGRST127. */
bool place_outputs(struct reader *r, struct place *p);

#endif
