/* Reads a view's stored definition (pg_rewrite.ev_action): which column of which relation each of its columns is.
 *
 * The text is PostgreSQL's pg_node_tree: nodes in braces, lists in parentheses, `:member value` inside a node, and in
 * a value every blank, brace and parenthesis escaped by a backslash (nodes/outfuncs.c). Only the target list of the
 * outermost query is looked at, and of its entries only four members whose names no version has changed.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CATALOG_RULE_H
#define ROWGATE_CATALOG_RULE_H

#include "base/str.h"

/* A column of a view that is nothing but a column of another relation (a table or again a view). */
struct rule_target {
	uint32_t attnum;        /* in the view */
	uint32_t from_relation; /* OID */
	uint32_t from_attnum;
};

/* Calls found(arg) for each such column, in order; computed ones and those of a UNION have no origin and are left
 * out. False when the text does not read as a definition. */
bool rule_targets(struct str ev_action, void (*found)(void *arg, const struct rule_target *target), void *arg);

#endif
