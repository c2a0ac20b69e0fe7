/* The rows of an answer, resolved: what is selected, filtered and ordered by, and which type each of it has.
 *
 * One plan_select describes one place: the rows of a relation, of a representation, or of a function's result. Each
 * embed of the select list is a place of its own, tied to the one around it by a relationship; so a request is a tree
 * of places.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PLAN_READ_H
#define ROWGATE_PLAN_READ_H

#include "catalog/catalog.h"
#include "catalog/related.h"
#include "query/query.h"

struct plan_embed;

/* A column, perhaps with arrows into it. A name the catalog does not know is kept: it may be a computed field, and if
 * it is not PostgreSQL says so (42703), as it does for PostgREST. */
struct plan_field {
	struct str name;
	uint32_t type;                 /* base type, 0: not known to the catalog */
	const struct cat_type *domain; /* of a relation's column without arrows: the domain it is of, or NULL */
	const struct json_step *steps;
	size_t step_count;
	bool to_jsonb; /* the arrows start from to_jsonb(column): it is neither json nor jsonb */
	bool as_jsonb; /* it is compared although json has no equality: it is cast */
};

enum plan_shows {
	SHOWS_FIELD,  /* a column of the place itself */
	SHOWS_EMBED,  /* the rows of an embed, as one JSON value */
	SHOWS_LIFTED, /* a column of a spread embed */
	SHOWS_ROW,    /* the row itself: what count() counts when it was lifted out of a spread */
	SHOWS_ALL     /* `*`, which PostgreSQL expands: see place_leaves_all() */
};

/* One column of the result; of SHOWS_ALL all that the rows have. */
struct plan_output {
	enum plan_shows shows;
	struct plan_field field;         /* SHOWS_FIELD; name.p NULL: the argument of a bare count() */
	const struct plan_embed *embed;  /* SHOWS_EMBED, SHOWS_LIFTED */
	size_t lifted;                   /* SHOWS_LIFTED: which of the embed's outputs */
	struct str cast, aggregate_cast; /* type names from the URL: see stmt_type() */
	enum aggregate aggregate;
	struct str name;      /* what the column is called in the answer */
	bool unequal;         /* cast is to a type without equality: rows are grouped by what is cast */
	bool to_json;         /* PostgreSQL encodes it: no fast path is known for its type */
	struct str represent; /* the domain's own function that makes JSON of its values, or STR_NONE */
};

/* A filter, or a tree of filters joined by AND and OR. */
struct plan_condition {
	enum logic_kind kind;
	bool negated;                    /* of LOGIC_AND and LOGIC_OR; a filter carries its own */
	const struct filter *filter;     /* LOGIC_FILTER */
	struct plan_field field;         /* LOGIC_FILTER */
	struct str from_text;            /* LOGIC_FILTER: the domain's own function that reads the operand, or STR_NONE */
	const struct plan_embed *embed;  /* LOGIC_FILTER: not a column is null but this embed has no rows; or NULL */
	bool to_tsvector;                /* LOGIC_FILTER: full-text search on a column that is not a tsvector */
	struct plan_condition *children; /* LOGIC_AND, LOGIC_OR: child_count of them */
	size_t child_count;
};

/* What rows are ordered by: a column of theirs, a key of an embed's one row, or a column of their result. */
struct plan_key {
	const struct plan_output *output; /* of the place's own outputs, or NULL */
	const struct plan_embed *embed;   /* of whose one row it is, or NULL */
	size_t related;                   /* with an embed: which of its keys */
	bool grouped;                     /* with an embed: rows are grouped by what tells it, so by it too */
	bool of_group;                    /* it is no output of a group, whose rows agree in it or are all there is: what
	                                   * most of them have stands for it */
	struct plan_field field;          /* without output and embed */
};

/* One term of an order. */
struct plan_order {
	struct plan_key key;
	enum order_direction direction;
	enum order_nulls nulls;
};

/* One place: which of its rows, what of them, in which order. */
struct plan_select {
	struct str alias;                    /* what its columns are qualified by */
	const struct cat_relation *relation; /* whose rows; NULL: a function's, of no relation */
	const struct plan_output *outputs;
	size_t output_count;
	const struct plan_field *encoded; /* columns of SHOWS_ALL that PostgreSQL encodes where the worker makes JSON of
	                                   * the rows: selected once more, as JSON, behind all others */
	size_t encoded_count;
	bool aggregated;                    /* the outputs without an aggregate are grouped by */
	bool grouped;                       /* so are those lifted out of it, at the least: JSON must be jsonb */
	const struct plan_condition *where; /* NULL: all rows */
	const struct plan_order *order;
	size_t order_count;
	struct row_range range; /* of an embed; the root's is struct plan.range */
	const struct plan_embed *embeds;
	size_t embed_count;
	bool user_code; /* a computed field or relationship, a cast, or a type that is not built in may run
	                                * code of users; counts the embeds too */
	bool runs_code; /* so may reading an embedded relation */
};

/* A place inside another. */
struct plan_embed {
	struct plan_select select;
	struct cat_relationship related; /* from the relation around it */
	struct str name;                 /* its key in the object around it */
	struct str alias;                /* of its rows beside those around it */
	struct str junction_alias;       /* many-to-many */
	bool to_one;
	bool spread;                    /* its columns are lifted into the place around it */
	bool inner;                     /* rows without any of it are left out */
	bool shown;                     /* it has something to show: not rel() alone */
	bool separable;                 /* an object of columns each of which the worker can make JSON of */
	const struct plan_embed *outer; /* in which it is, NULL: in the rows themselves */
	struct plan_key *keys;          /* that a place around it is ordered by, from its one row */
	size_t key_count;
};

/* Whether an output is a column as it is. */
static inline bool plan_is_bare(const struct plan_output *out)
{
	return out->shows == SHOWS_FIELD && out->field.name.p && out->field.step_count == 0 && !out->cast.p
		&& !out->aggregate && !out->represent.p && !out->field.as_jsonb;
}

/* Whether an object could be a scalar subquery as well as a join: a key of a table says that there is one row at most,
 * and nothing but the object is asked for. */
static inline bool plan_may_stand_alone(const struct plan_embed *e)
{
	const struct cat_relation *to = e->related.to;
	bool unique = e->to_one && e->related.cardinality != CAT_COMPUTED && !cat_is_view(to) && !to->inherited;
	return unique && !e->spread && !e->inner && e->key_count == 0;
}

struct plan_source;

/* Resolves the select list and order of a request against its source; for reads and calls filters too, which a write
 * applies by itself: there only those of embeds. *legacy_r: a list `name` to `alias` of embeds that were addressed by
 * their relation's name although they have an alias, or STR_NONE. */
MUST_CHECK bool plan_read(struct plan_select *out_r, struct str *legacy_r, const struct query *q,
	const struct plan_source *s, const struct conf *c, struct arena *a, struct fault *f);
/* conditions.c: the root's filters and logic trees, NULL when there are none. */
const struct plan_condition *plan_where(const struct query *q, const struct plan_source *s, struct arena *a);

#endif
