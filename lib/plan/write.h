/* A write, resolved: which columns get values from the body, which rows are meant, what happens on a conflict.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PLAN_WRITE_H
#define ROWGATE_PLAN_WRITE_H

#include "read.h"

struct plan_write {
	/* Columns to be written, sorted by name, each once: a body with its keys in another order gives the same SQL.
	 * Empty: an INSERT of defaults only, an UPDATE of nothing. */
	const struct cat_column *const *columns;
	size_t column_count;
	const struct str *arrays; /* the values of each column, as an array literal of texts; NULL: they are in body */
	struct str body;          /* a JSON object, or an array of objects */
	bool is_array;
	bool defaults;                      /* Prefer: missing=default: an absent key is the column's default, not null */
	const struct plan_condition *where; /* UPDATE, DELETE, PUT; NULL: every row */
	bool merges;                        /* asked to merge duplicates, even if no key tells them: 200 when none is new */
	enum prefer_resolution resolution;
	const struct str *conflict; /* columns of ON CONFLICT, with a resolution */
	size_t conflict_count;
	struct str conflict_where; /* condition of the rows whose key they are, as PostgreSQL printed it, or STR_NONE */
	/* Columns left out that must have a value and have no default. PostgreSQL would miss it even in rows that are there
	 * already, for it looks at the row that would be inserted before it looks for the conflict. When `keeps` is set the
	 * row gets what is there; rows that are to be ignored are then left out of the insert. */
	const struct cat_column *const *kept;
	size_t kept_count;
	bool keeps;
	const struct cat_column *const *key; /* RESULT_LOCATION: primary key */
	size_t key_count;
};

struct plan_source;

/* Resolves what CREATE, UPDATE, UPSERT_ONE and DELETE write. Faults: 400 PGRST204, 405 PGRST105. */
MUST_CHECK bool plan_write(struct plan_write *out_r, const struct query *q, const struct plan_source *s,
	struct arena *a, struct fault *f);

#endif
