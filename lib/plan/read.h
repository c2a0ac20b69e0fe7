/* The rows of an answer, resolved: what is selected, filtered and ordered by, and which type each of it has.
 *
 * One plan_select describes one level of rows: those of a relation, of a representation, or of a function's result. An
 * embed will be a plan_select of its own with the join that ties it to its parent: plan_read() refuses it in one
 * place until then.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PLAN_READ_H
#define ROWGATE_PLAN_READ_H

#include "catalog/catalog.h"
#include "query/query.h"

/* A column, perhaps with arrows into it. A name the catalog does not know is kept: it may be a computed field, and if
 * it is not PostgreSQL says so (42703), as it does for PostgREST. */
struct plan_field {
	struct str name;
	uint32_t type;                 /* base type, 0: not known to the catalog */
	const struct cat_type *domain; /* of a relation's column without arrows: the domain it is of, or NULL */
	const struct json_step *steps;
	size_t step_count;
	bool to_jsonb;                 /* the arrows start from to_jsonb(column): it is neither json nor jsonb */
};

/* One column of the result. */
struct plan_output {
	struct plan_field field;       /* name.p NULL: the argument of a bare count() */
	struct str cast, aggregate_cast; /* type names from the URL: see stmt_type() */
	enum aggregate aggregate;
	struct str name;               /* what the column is called in the answer */
	bool to_json;                  /* PostgreSQL encodes it: no fast path is known for its type */
	struct str represent;          /* the domain's own function that makes JSON of its values, or STR_NONE */
};

struct plan_condition {
	enum logic_kind kind;
	bool negated;                  /* of LOGIC_AND and LOGIC_OR; a filter carries its own */
	const struct filter *filter;   /* LOGIC_FILTER */
	struct plan_field field;       /* LOGIC_FILTER */
	struct str from_text;          /* LOGIC_FILTER: the domain's own function that reads the operand, or STR_NONE */
	bool to_tsvector;              /* LOGIC_FILTER: full-text search on a column that is not a tsvector */
	struct plan_condition *children; /* LOGIC_AND, LOGIC_OR: child_count of them */
	size_t child_count;
};

struct plan_order {
	struct plan_field field;
	enum order_direction direction;
	enum order_nulls nulls;
};

struct plan_select {
	struct str alias;              /* what its columns are qualified by */
	const struct plan_output *outputs;
	size_t output_count;
	bool aggregated;               /* the outputs without an aggregate are grouped by */
	const struct plan_condition *where; /* NULL: all rows */
	const struct plan_order *order;
	size_t order_count;
	bool user_code;                /* a computed field, a cast, or a type that is not built in may run code of users */
};

struct plan_source;

/* Resolves the select list and the order of a request against its source; for reads and calls its filters too, which
 * a write applies by itself. */
bool plan_read(struct plan_select *out_r, const struct query *q, const struct plan_source *s, const struct conf *c,
	struct arena *a, struct fault *f);
/* The root's filters and logic trees, NULL when there are none. */
const struct plan_condition *plan_where(const struct query *q, const struct plan_source *s, struct arena *a);

#endif
