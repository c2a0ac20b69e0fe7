/* Where rows come from and what columns they have: a relation, or the result of a function.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PLAN_SOURCE_H
#define ROWGATE_PLAN_SOURCE_H

#include "read.h"

struct plan_source {
	const struct catalog *catalog;
	struct str name;                     /* for messages: the relation's or function's */
	struct str alias;                    /* what columns are qualified by */
	const struct cat_relation *relation; /* its columns are the rows', or NULL */
	const struct cat_routine *routine;   /* a call's; its own columns count when there is no relation */
};

struct plan_source source_relation(const struct catalog *cat, const struct cat_relation *rel);
struct plan_source source_routine(const struct catalog *cat, const struct cat_routine *r, const struct query *q);

/* Columns in order, for `*`. */
size_t source_columns(const struct plan_source *s);
struct plan_field source_column(const struct plan_source *s, size_t i);
/* Whether the catalog knows a column of that name. */
bool source_knows(const struct plan_source *s, struct str name);
/* What the URL names, with what is known of it. */
struct plan_field source_field(const struct plan_source *s, const struct field *f);

/* Whether its values are of type json, which cannot be compared; jsonb can. */
bool source_is_json(const struct plan_field *f);
/* Whether a value of that field must be encoded by PostgreSQL. */
bool source_to_json(const struct plan_source *s, const struct plan_field *f);
/* Whether using the field in an expression may run code of users. */
bool source_user_code(const struct plan_source *s, const struct plan_field *f);

#endif
