/* The parts of the syntax tree that the URL's grammar makes: select items, filters, logic, order, and the scopes
 * that collect them for each place in the tree of embeds.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_QUERY_TREE_H
#define ROWGATE_QUERY_TREE_H

#include "base/str.h"
#include "http/range.h"
#include "operator.h"

/* One arrow of a JSON, composite or array path: data->a->>b, data->-1. */
struct json_step {
	bool as_text;  /* ->> */
	bool is_index; /* key holds digits with an optional '-' */
	struct str key;
};

struct field {
	struct str name; /* "*" only where kind says so */
	const struct json_step *steps;
	size_t step_count;
};

enum aggregate {
	AGGREGATE_NONE,
	AGGREGATE_SUM,
	AGGREGATE_AVG,
	AGGREGATE_COUNT,
	AGGREGATE_MAX,
	AGGREGATE_MIN,
	AGGREGATE_KIND_COUNT
};
/* Aggregates by their name in the URL and in SQL, which is also what the column is called unless it has an alias. */
extern const struct str aggregate_names[AGGREGATE_KIND_COUNT];

enum join_type { JOIN_DEFAULT, JOIN_INNER, JOIN_LEFT };
enum select_kind {
	SELECT_ALL,   /* * */
	SELECT_FIELD, /* a field; a bare count() has field.name.p == NULL */
	SELECT_EMBED, /* rel(...) */
	SELECT_SPREAD /* ...rel(...) */
};

struct select_item {
	enum select_kind kind;
	struct str alias;   /* STR_NONE: none given */
	struct field field; /* SELECT_FIELD */
	struct str cast;    /* SELECT_FIELD: type after ::, before the aggregate */
	enum aggregate aggregate;
	struct str aggregate_cast;
	struct str relation, hint; /* embeds */
	enum join_type join;
	struct select_item *children; /* embeds: first child, NULL for rel(); rel(*) is one SELECT_ALL */
	struct select_item *next;
};

struct filter {
	struct field field;
	bool negated; /* not. */
	enum filter_operator op;
	enum filter_quantifier quantifier;
	enum filter_is is;        /* OP_IS */
	struct str language;      /* OP_FTS..: STR_NONE or the configuration in parentheses */
	struct str value;         /* the operand as text, NUL-terminated behind its end; '*' of like and ilike is
	                                 * already '%'; quantified: the {..} literal */
	const struct str *values; /* OP_IN; none for in.() */
	size_t value_count;
};

enum logic_kind { LOGIC_AND, LOGIC_OR, LOGIC_FILTER };

struct logic {
	enum logic_kind kind;
	bool negated;           /* not.and / not.or; a filter carries its own */
	struct filter filter;   /* LOGIC_FILTER */
	struct logic *children; /* LOGIC_AND, LOGIC_OR: first operand */
	struct logic *next;
};

enum order_direction { ORDER_DEFAULT, ORDER_ASC, ORDER_DESC, ORDER_DIRECTION_COUNT };
enum order_nulls { NULLS_DEFAULT, NULLS_FIRST, NULLS_LAST, ORDER_NULLS_COUNT };

struct order_term {
	struct str *relations; /* rel(col), rel(other(col)): the embeds' names, outermost first */
	size_t relation_count;
	struct field field;
	enum order_direction direction;
	enum order_nulls nulls;
	struct order_term *next;
};

/* What was said of one place in the tree of embeds: `path` names the embeds from the root ({} is the root).
 * Parameters of the same place are collected in one scope: filters and logic trees are joined by AND, the first
 * order= and the last limit= and offset= count. */
struct query_scope {
	const struct str *path;
	size_t path_length;
	struct logic *where; /* NULL, or one LOGIC_AND of every filter and logic tree of this place */
	struct order_term *order;
	bool has_order;
	bool has_range;         /* range is not ROW_RANGE_ALL */
	struct row_range range; /* limit= and offset= of this place (and the Range field at the root); limit 0 is
	                                 * a read of no rows */
	struct query_scope *next;
};

#endif
