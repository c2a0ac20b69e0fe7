/* Resolves select lists, filters and orders.
 * SPDX-License-Identifier: MIT */
#include "plan/read.h"

#include "plan/missing.h"
#include "plan/source.h"

static const char *const AGGREGATE_NAMES[] = {
	[AGGREGATE_SUM] = "sum", [AGGREGATE_AVG] = "avg", [AGGREGATE_COUNT] = "count", [AGGREGATE_MAX] = "max",
	[AGGREGATE_MIN] = "min",
};

/* Types a cast may go to without PostgreSQL's help in encoding; nobody else's code runs for them either. */
static const char *const PLAIN_CASTS[] = {
	"text", "int", "integer", "int4", "bigint", "int8", "smallint", "int2", "numeric", "decimal", "real", "float4",
	"float8", "double precision", "boolean", "bool", "varchar", "character varying", "uuid", "json", "jsonb", "date",
	"time", "timestamp", "timestamptz", "timestamp with time zone", "timestamp without time zone", "interval",
};

static bool is_plain_cast(struct str type)
{
	for (size_t i = 0; i < sizeof PLAIN_CASTS / sizeof *PLAIN_CASTS; i++)
		if (str_eq_nocase(type, str_of(PLAIN_CASTS[i])))
			return true;
	return false;
}

static bool is_embed(const struct select_item *item)
{
	return item->kind == SELECT_EMBED || item->kind == SELECT_SPREAD;
}

/* The embed that a path of names leads to one step further, by relation or alias. */
static const struct select_item *find_embed(const struct select_item *items, struct str name)
{
	for (; items; items = items->next)
		if (is_embed(items) && (str_eq(items->relation, name) || (items->alias.p && str_eq(items->alias, name))))
			return items;
	return NULL;
}

/* Every place that is filtered, ordered or limited must be in the select list. */
static bool check_places(const struct query *q, struct arena *a, struct fault *f)
{
	for (const struct query_scope *scope = q->scopes; scope; scope = scope->next) {
		const struct select_item *items = q->select;
		for (size_t i = 0; i < scope->path_length; i++) {
			const struct select_item *embed = find_embed(items, scope->path[i]);
			if (!embed)
				return missing_embed(scope->path[i], a, f);
			items = embed->children;
		}
	}
	return true;
}

static bool check_embeds(const struct query *q, const struct plan_source *s, struct arena *a, struct fault *f)
{
	for (const struct select_item *item = q->select; item; item = item->next)
		if (is_embed(item))
			return missing_relationship(q->schema, s->name, item, a, f);
	for (const struct order_term *term = q->scopes->order; term; term = term->next)
		if (term->relation.p)
			return missing_embed(term->relation, a, f);
	return true;
}

/* The last key of an arrow path, or for an index at its end the name before it: what the value is called. */
static struct str path_name(const struct plan_field *field)
{
	for (size_t i = field->step_count; i > 0; i--)
		if (!field->steps[i - 1].is_index)
			return field->steps[i - 1].key;
	return field->name;
}

static bool output_to_json(const struct plan_source *s, const struct plan_output *out)
{
	if (out->aggregate == AGGREGATE_COUNT && !out->aggregate_cast.p)
		return false;
	struct str cast = out->aggregate_cast.p ? out->aggregate_cast : out->cast;
	if (cast.p)
		return !is_plain_cast(cast);
	return !out->represent.p && source_to_json(s, &out->field);
}

static bool output_user_code(const struct plan_source *s, const struct plan_output *out)
{
	return source_user_code(s, &out->field) || (out->cast.p && !is_plain_cast(out->cast)) ||
		(out->aggregate_cast.p && !is_plain_cast(out->aggregate_cast));
}

static struct str representation(const struct plan_source *s, const struct plan_field *field)
{
	return field->domain ? catalog_text(s->catalog, field->domain->to_json) : STR_NONE;
}

static struct plan_output output_of(const struct plan_source *s, const struct select_item *item)
{
	struct plan_output out = {
		.field = source_field(s, &item->field), .cast = item->cast, .aggregate = item->aggregate,
		.aggregate_cast = item->aggregate_cast,
	};
	struct str name = item->aggregate ? str_of(AGGREGATE_NAMES[item->aggregate]) : path_name(&out.field);
	out.name = item->alias.p ? item->alias : name;
	out.represent = representation(s, &out.field);
	out.to_json = output_to_json(s, &out);
	return out;
}

static struct plan_output column_output(const struct plan_source *s, size_t i)
{
	struct plan_output out = { .field = source_column(s, i) };
	out.name = out.field.name;
	out.represent = representation(s, &out.field);
	out.to_json = output_to_json(s, &out);
	return out;
}

static void add_output(struct plan_select *sel, struct plan_output *outputs, const struct plan_source *s,
	struct plan_output out)
{
	sel->user_code = sel->user_code || output_user_code(s, &out);
	sel->aggregated = sel->aggregated || out.aggregate != AGGREGATE_NONE;
	outputs[sel->output_count++] = out;
}

static size_t count_outputs(const struct select_item *items, const struct plan_source *s)
{
	size_t count = 0;
	for (; items; items = items->next)
		count += items->kind == SELECT_ALL ? source_columns(s) : 1;
	return count;
}

/* `*` is every column by name: the worker encodes each by what the catalog knows of it. An empty select= is `*`. */
static void resolve_outputs(struct plan_select *sel, const struct query *q, const struct plan_source *s,
	struct arena *a)
{
	static const struct select_item everything = { .kind = SELECT_ALL };
	const struct select_item *items = q->select ? q->select : &everything;
	struct plan_output *outputs = arena_make_array(a, struct plan_output, count_outputs(items, s));
	for (; items; items = items->next) {
		if (items->kind == SELECT_FIELD)
			add_output(sel, outputs, s, output_of(s, items));
		for (size_t i = 0; items->kind == SELECT_ALL && i < source_columns(s); i++)
			add_output(sel, outputs, s, column_output(s, i));
	}
	sel->outputs = outputs;
}

static bool is_fts(enum filter_operator op)
{
	return op == OP_FTS || op == OP_PLFTS || op == OP_PHFTS || op == OP_WFTS;
}

/* Whether the operand is a value of the column's type, which a pattern or a query is not. */
static bool takes_value(const struct filter *f)
{
	switch (f->op) {
	case OP_LIKE: case OP_ILIKE: case OP_IS: case OP_ISDISTINCT:
		return false;
	default:
		return !is_fts(f->op);
	}
}

static void resolve_logic(struct plan_condition *out_r, const struct logic *l, const struct plan_source *s,
	struct arena *a)
{
	enum { OID_TSVECTOR = 3614 };
	*out_r = (struct plan_condition){ .kind = l->kind, .negated = l->negated };
	if (l->kind == LOGIC_FILTER) {
		out_r->filter = &l->filter;
		out_r->field = source_field(s, &l->filter.field);
		if (out_r->field.domain && takes_value(&l->filter))
			out_r->from_text = catalog_text(s->catalog, out_r->field.domain->from_text);
		out_r->to_tsvector = is_fts(l->filter.op) && out_r->field.type != 0 && out_r->field.type != OID_TSVECTOR;
		return;
	}
	for (const struct logic *child = l->children; child; child = child->next)
		out_r->child_count++;
	out_r->children = arena_make_array(a, struct plan_condition, out_r->child_count);
	size_t i = 0;
	for (const struct logic *child = l->children; child; child = child->next)
		resolve_logic(&out_r->children[i++], child, s, a);
}

const struct plan_condition *plan_where(const struct query *q, const struct plan_source *s, struct arena *a)
{
	const struct logic *where = q->scopes->where;
	if (!where || (where->kind != LOGIC_FILTER && !where->children))
		return NULL;
	struct plan_condition *out = arena_make(a, struct plan_condition);
	resolve_logic(out, where, s, a);
	return out;
}

static bool where_user_code(const struct plan_source *s, const struct plan_condition *w)
{
	if (w->kind == LOGIC_FILTER)
		return source_user_code(s, &w->field);
	for (size_t i = 0; i < w->child_count; i++)
		if (where_user_code(s, &w->children[i]))
			return true;
	return false;
}

static void resolve_order(struct plan_select *sel, const struct query *q, const struct plan_source *s, struct arena *a)
{
	for (const struct order_term *term = q->scopes->order; term; term = term->next)
		sel->order_count++;
	struct plan_order *order = arena_make_array(a, struct plan_order, sel->order_count);
	size_t i = 0;
	for (const struct order_term *term = q->scopes->order; term; term = term->next, i++) {
		order[i] = (struct plan_order){ source_field(s, &term->field), term->direction, term->nulls };
		sel->user_code = sel->user_code || source_user_code(s, &order[i].field);
	}
	sel->order = order;
}

bool plan_read(struct plan_select *out_r, const struct query *q, const struct plan_source *s, const struct conf *c,
	struct arena *a, struct fault *f)
{
	*out_r = (struct plan_select){ .alias = s->alias };
	if (!check_places(q, a, f) || !check_embeds(q, s, a, f))
		return false;
	resolve_outputs(out_r, q, s, a);
	if (out_r->aggregated && !c->db_aggregates_enabled)
		return fault_set(f, 400, "PGRST123", STR("Use of aggregate functions is not allowed"));
	resolve_order(out_r, q, s, a);
	if (q->action != ACTION_READ && q->action != ACTION_CALL)
		return true;
	out_r->where = plan_where(q, s, a);
	out_r->user_code = out_r->user_code || (out_r->where && where_user_code(s, out_r->where));
	return true;
}
