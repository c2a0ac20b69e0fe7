/* Sorts the parameters by what they are and parses each kind in the order in which PostgREST does.
 * SPDX-License-Identifier: MIT */
#include "query/params.h"

#include "base/name_set.h"
#include "query/grammar.h"

/* In the order of parsing: of several faults a request has, the first in this order is answered. */
enum param_kind {
	PARAM_ORDER,
	PARAM_LOGIC,
	PARAM_COLUMNS,
	PARAM_SELECT,
	PARAM_FILTER,
	PARAM_ON_CONFLICT,
	PARAM_LIMIT,
	PARAM_OFFSET,
	PARAM_KIND_COUNT
};

static const struct {
	struct str name;
	enum param_kind kind;
	bool embeds; /* rel.name= means it too */
} reserved[] = {
	{ STR_INIT("order"), PARAM_ORDER, true },
	{ STR_INIT("and"), PARAM_LOGIC, true },
	{ STR_INIT("or"), PARAM_LOGIC, true },
	{ STR_INIT("columns"), PARAM_COLUMNS, false },
	{ STR_INIT("select"), PARAM_SELECT, false },
	{ STR_INIT("on_conflict"), PARAM_ON_CONFLICT, false },
	{ STR_INIT("limit"), PARAM_LIMIT, true },
	{ STR_INIT("offset"), PARAM_OFFSET, true },
};

/* What the parsers of one request share. */
struct reading {
	struct query *q;
	struct http_pair *params;
	struct query_scope **scopes; /* by their place in paths */
	struct name_set paths;       /* each scope's path in one text */
	bool call_read;
	struct arena *a;
	struct fault *f;
};

static enum param_kind kind_of(struct str name)
{
	size_t dot = str_rindex(name, '.');
	struct str last = dot < name.n ? str_from(name, dot + 1) : name;
	for (size_t i = 0; i < COUNT_OF(reserved); i++)
		if (str_eq(reserved[i].embeds ? last : name, reserved[i].name))
			return reserved[i].kind;
	return PARAM_FILTER;
}

/* The scope of that path, made when it is the first to be said of it. */
static struct query_scope *scope_of(struct reading *r, const struct name_list *path)
{
	struct str text = str_join(r->a, path->items, path->count, STR("\0"));
	size_t count = r->paths.count;
	if (!name_set_add(&r->paths, text))
		return r->scopes[name_set_find(&r->paths, text)];
	struct query_scope *scope = arena_make(r->a, struct query_scope);
	*scope = (struct query_scope){ .path = path->items, .path_length = path->count, .range = ROW_RANGE_ALL };
	*(count ? &r->scopes[count - 1]->next : &r->q->scopes) = scope;
	r->scopes[count] = scope;
	return scope;
}

static void add_condition(struct reading *r, struct query_scope *scope, struct logic *condition)
{
	if (!scope->where)
		scope->where = arena_make(r->a, struct logic);
	condition->next = scope->where->children;
	scope->where->children = condition;
}

static bool tree_path(struct reading *r, struct str name, struct name_list *path_r, struct field *field_r)
{
	struct parse p = parse_of(name, r->a);
	*path_r = (struct name_list){ 0 };
	while (!grammar_tree_path(&p, path_r, field_r))
		if (!parse_again(&p))
			return parse_fault(&p, "tree path", name, r->f);
	return true;
}

static bool read_order(struct reading *r, const struct http_pair *pair)
{
	struct parse p = parse_of(pair->value, r->a);
	struct order_term *terms;
	struct name_list path;
	struct field unused;
	if (!tree_path(r, pair->name, &path, &unused))
		return false;
	while (!grammar_order(&p, &terms))
		if (!parse_again(&p))
			return parse_fault(&p, "order", pair->value, r->f);
	struct query_scope *scope = scope_of(r, &path);
	if (!scope->has_order)
		scope->order = terms;
	scope->has_order = true;
	return true;
}

/* Takes every `not` out of the path; true if there was one. */
static bool take_not(struct name_list *path)
{
	size_t kept = 0;
	for (size_t i = 0; i < path->count; i++)
		if (!str_eq(path->items[i], STR("not")))
			path->items[kept++] = path->items[i];
	bool found = kept < path->count;
	path->count = kept;
	return found;
}

/* rel.not.or=(...) is parsed as the text not.or(...), so that columns in errors count from there. A name that cannot be
 * read on behind `not` ends with it, and then is a negation too. */
static bool read_logic(struct reading *r, const struct http_pair *pair)
{
	struct name_list path = { 0 };
	struct parse p = parse_of(pair->name, r->a);
	while (!grammar_path(&p, &path))
		if (!parse_again(&p))
			return parse_fault(&p, "logic path", pair->name, r->f);
	struct str op = path.items[--path.count];
	bool negated = take_not(&path) || str_eq(op, STR("not"));
	struct str text = str_printf(r->a, "%s%.*s%.*s", negated ? "not." : "", STR_ARG(op), STR_ARG(pair->value));
	struct logic *tree = arena_make(r->a, struct logic);
	p = parse_of(text, r->a);
	while (!grammar_logic(&p, tree))
		if (!parse_again(&p))
			return parse_fault(&p, "logic tree", pair->value, r->f);
	add_condition(r, scope_of(r, &path), tree);
	return true;
}

static bool read_columns(struct reading *r, const struct http_pair *pair)
{
	struct name_list all = { 0 };
	struct parse p = parse_of(pair->value, r->a);
	while (!grammar_names(&p, &all))
		if (!parse_again(&p))
			return parse_fault(&p, "columns parameter", pair->value, r->f);
	struct name_set once = name_set_new(all.count, r->a);
	for (size_t i = 0; i < all.count; i++)
		name_set_add(&once, all.items[i]);
	r->q->columns = once.names;
	r->q->column_count = once.count;
	r->q->has_columns = true;
	return true;
}

static bool read_on_conflict(struct reading *r, const struct http_pair *pair)
{
	struct name_list list = { 0 };
	struct parse p = parse_of(pair->value, r->a);
	while (!grammar_names(&p, &list))
		if (!parse_again(&p))
			return parse_fault(&p, "on_conflict parameter", pair->value, r->f);
	r->q->on_conflict = list.items;
	r->q->on_conflict_count = list.count;
	return true;
}

static bool read_select(struct reading *r, const struct http_pair *pair)
{
	struct parse p = parse_of(pair->value, r->a);
	while (!grammar_select(&p, &r->q->select))
		if (!parse_again(&p))
			return parse_fault(&p, "select parameter", pair->value, r->f);
	r->q->has_select = true;
	return true;
}

static bool add_argument(struct reading *r, struct str name, struct str value)
{
	r->params[r->q->param_count++] = (struct http_pair){ str_dup(r->a, name), value };
	return true;
}

/* A filter; or in a reading call an argument, if the value does not even begin as an operator expression. */
static bool read_filter(struct reading *r, const struct http_pair *pair)
{
	struct logic *condition = arena_make(r->a, struct logic);
	struct name_list path;
	if (!tree_path(r, pair->name, &path, &condition->filter.field))
		return false;
	struct parse p = parse_of(pair->value, r->a);
	condition->kind = LOGIC_FILTER;
	while (!grammar_operation(&p, grammar_operand, &condition->filter)) {
		if (r->call_read && p.cur == p.start)
			return add_argument(r, condition->filter.field.name, pair->value);
		if (!parse_again(&p))
			return parse_fault(&p, "filter", pair->value, r->f);
	}
	add_condition(r, scope_of(r, &path), condition);
	return true;
}

/* Text to a number as a range takes it: too large a number counts as the largest. */
static bool number_of(struct str text, int64_t *out_r)
{
	text = str_trim(text);
	bool negative = text.n && text.p[0] == '-';
	struct str digits = str_from(text, negative);
	for (size_t i = 0; i < digits.n; i++)
		if (digits.p[i] < '0' || digits.p[i] > '9')
			return false;
	if (digits.n == 0)
		return false;
	*out_r = negative ? -range_row(digits) : range_row(digits);
	return true;
}

/* limit= and offset=: what is no number counts as not given, a negative offset as 0. */
static bool read_limits(struct reading *r, const struct http_pair *pair, bool is_limit)
{
	struct name_list path;
	struct field unused;
	int64_t number = is_limit ? -1 : 0;
	if (!tree_path(r, pair->name, &path, &unused))
		return false;
	struct row_range *range = &scope_of(r, &path)->range;
	bool given = number_of(pair->value, &number);
	if (given && is_limit && number < 0) {
		fault_set(r->f, 416, "PGRST103", STR("Requested range not satisfiable"));
		return fault_details(r->f, STR("Limit should be greater than or equal to zero."));
	}
	*(is_limit ? &range->limit : &range->offset) = number < 0 && !is_limit ? 0 : number;
	return true;
}

static bool read_limit(struct reading *r, const struct http_pair *pair)
{
	return read_limits(r, pair, true);
}

static bool read_offset(struct reading *r, const struct http_pair *pair)
{
	return read_limits(r, pair, false);
}

static const struct {
	bool (*read)(struct reading *r, const struct http_pair *pair);
	bool first_only;
} readers[] = {
	[PARAM_ORDER] = { read_order, false },
	[PARAM_LOGIC] = { read_logic, false },
	[PARAM_COLUMNS] = { read_columns, true },
	[PARAM_SELECT] = { read_select, true },
	[PARAM_FILTER] = { read_filter, false },
	[PARAM_ON_CONFLICT] = { read_on_conflict, true },
	[PARAM_LIMIT] = { read_limit, false },
	[PARAM_OFFSET] = { read_offset, false },
};
static_assert(COUNT_OF(readers) == PARAM_KIND_COUNT, "a reader for each kind");

/* A parameter without '=' is ignored, but still the first of its name. */
static bool read_kind(struct reading *r, enum param_kind kind, const struct http_pair *pairs, const uint8_t *kinds,
	size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (kinds[i] != kind)
			continue;
		if (pairs[i].value.p && !readers[kind].read(r, &pairs[i]))
			return false;
		if (readers[kind].first_only)
			break;
	}
	return true;
}

/* Conditions were put in front of each other; now they stand in the order in which they were read. */
static void finish_scope(struct query_scope *scope)
{
	struct logic *reversed = NULL;
	for (struct logic *next, *item = scope->where ? scope->where->children : NULL; item; item = next) {
		next = item->next;
		item->next = reversed;
		reversed = item;
	}
	if (scope->where)
		scope->where->children = reversed;
	scope->has_range = scope->range.offset != 0 || scope->range.limit >= 0;
}

bool params_read(struct query *q, struct str raw, bool call_read, struct arena *a, struct fault *f)
{
	static const struct name_list root = { 0 };
	struct reading r = { .q = q, .call_read = call_read, .a = a, .f = f };
	struct http_pair *pairs;
	size_t count;
	if (!http_form(&pairs, &count, raw, a, f))
		return false;
	uint8_t *kinds = arena_make_array(a, uint8_t, count);
	for (size_t i = 0; i < count; i++)
		kinds[i] = (uint8_t)kind_of(pairs[i].name);
	r.params = arena_make_array(a, struct http_pair, count);
	r.scopes = arena_make_array(a, struct query_scope *, count + 1);
	r.paths = name_set_new(4, a);
	q->params = r.params;
	q->select = arena_make(a, struct select_item);
	q->canonical_query = params_canonical(pairs, count, a);
	scope_of(&r, &root);
	for (unsigned kind = 0; kind < PARAM_KIND_COUNT; kind++)
		if (!read_kind(&r, (enum param_kind)kind, pairs, kinds, count))
			return false;
	for (struct query_scope *scope = q->scopes; scope; scope = scope->next)
		finish_scope(scope);
	return true;
}
