/* A syntax tree as text.
 * SPDX-License-Identifier: MIT */
#include "show.h"

#include "base/buf.h"

static void put_field(struct buf *b, const struct field *field)
{
	buf_put(b, field->name);
	for (size_t i = 0; i < field->step_count; i++) {
		const struct json_step *step = &field->steps[i];
		const char *quote = step->is_index ? "" : "'";
		buf_printf(b, "%s%s%.*s%s", step->as_text ? "->>" : "->", quote, STR_ARG(step->key), quote);
	}
}

static void put_after(struct buf *b, const char *mark, struct str text)
{
	if (text.p)
		buf_printf(b, "%s%.*s", mark, STR_ARG(text));
}

static void put_items(struct buf *b, const struct select_item *item);

static void put_item(struct buf *b, const struct select_item *item)
{
	static const char *const joins[] = { "", "!inner", "!left" };
	if (item->alias.p)
		buf_printf(b, "%.*s:", STR_ARG(item->alias));
	if (item->kind == SELECT_ALL) {
		buf_char(b, '*');
	} else if (item->kind == SELECT_FIELD) {
		put_field(b, &item->field);
		put_after(b, "::", item->cast);
		if (item->aggregate != AGGREGATE_NONE)
			buf_printf(b, ".%.*s()", STR_ARG(aggregate_names[item->aggregate]));
		put_after(b, "::", item->aggregate_cast);
	} else {
		buf_put(b, item->kind == SELECT_SPREAD ? STR("...") : STR(""));
		buf_put(b, item->relation);
		put_after(b, "!", item->hint);
		buf_put(b, str_of(joins[item->join]));
		buf_char(b, '(');
		put_items(b, item->children);
		buf_char(b, ')');
	}
}

static void put_items(struct buf *b, const struct select_item *item)
{
	for (; item; item = item->next) {
		put_item(b, item);
		if (item->next)
			buf_char(b, ',');
	}
}

static void put_operand(struct buf *b, const struct filter *filter)
{
	if (filter->op == OP_IS) {
		buf_put(b, filter_is_words[filter->is].name);
		return;
	}
	if (filter->op != OP_IN) {
		buf_printf(b, "\"%.*s\"", STR_ARG(filter->value));
		return;
	}
	buf_char(b, '(');
	for (size_t i = 0; i < filter->value_count; i++)
		buf_printf(b, "%s\"%.*s\"", i ? "," : "", STR_ARG(filter->values[i]));
	buf_char(b, ')');
}

static void put_filter(struct buf *b, const struct filter *filter)
{
	put_field(b, &filter->field);
	buf_printf(b, " %s%.*s", filter->negated ? "not." : "", STR_ARG(filter_operators[filter->op].name));
	if (filter->quantifier != QUANTIFIER_NONE)
		buf_printf(b, "(%.*s)", STR_ARG(filter_quantifiers[filter->quantifier].name));
	if (filter->language.p)
		buf_printf(b, "(%.*s)", STR_ARG(filter->language));
	buf_char(b, ' ');
	put_operand(b, filter);
}

static void put_logic(struct buf *b, const struct logic *logic)
{
	if (logic->kind == LOGIC_FILTER) {
		put_filter(b, &logic->filter);
		return;
	}
	buf_printf(b, "%s%s(", logic->negated ? "not." : "", logic->kind == LOGIC_AND ? "and" : "or");
	for (const struct logic *child = logic->children; child; child = child->next) {
		put_logic(b, child);
		if (child->next)
			buf_lit(b, ", ");
	}
	buf_char(b, ')');
}

static void put_order(struct buf *b, const struct order_term *term)
{
	static const char *const directions[] = { "", ".asc", ".desc" };
	static const char *const nulls[] = { "", ".nullsfirst", ".nullslast" };
	buf_lit(b, " order(");
	for (; term; term = term->next) {
		for (size_t i = 0; i < term->relation_count; i++)
			buf_printf(b, "%.*s(", STR_ARG(term->relations[i]));
		put_field(b, &term->field);
		for (size_t i = 0; i < term->relation_count; i++)
			buf_char(b, ')');
		buf_printf(b, "%s%s%s", directions[term->direction], nulls[term->nulls], term->next ? "," : "");
	}
	buf_char(b, ')');
}

static void put_scope(struct buf *b, const struct query_scope *scope)
{
	buf_lit(b, " | {");
	for (size_t i = 0; i < scope->path_length; i++)
		buf_printf(b, "%s%.*s", i ? "." : "", STR_ARG(scope->path[i]));
	buf_char(b, '}');
	if (scope->where) {
		buf_char(b, ' ');
		put_logic(b, scope->where);
	}
	if (scope->has_order)
		put_order(b, scope->order);
	if (scope->has_range)
		buf_printf(b, " range(%lld,%lld)", (long long)scope->range.offset, (long long)scope->range.limit);
}

static void put_names(struct buf *b, const char *what, const struct str *names, size_t count)
{
	if (count == 0)
		return;
	buf_printf(b, " | %s", what);
	for (size_t i = 0; i < count; i++)
		buf_printf(b, "%c%.*s", i ? ',' : ' ', STR_ARG(names[i]));
}

struct str show_query(const struct query *q, struct arena *a)
{
	struct buf b = buf_new(a, 1 << 20);
	put_items(&b, q->select);
	for (const struct query_scope *scope = q->scopes; scope; scope = scope->next)
		if (scope->where || scope->has_order || scope->has_range)
			put_scope(&b, scope);
	put_names(&b, "columns", q->columns, q->column_count);
	put_names(&b, "on_conflict", q->on_conflict, q->on_conflict_count);
	for (size_t i = 0; i < q->param_count; i++)
		buf_printf(&b, " | %.*s := \"%.*s\"", STR_ARG(q->params[i].name), STR_ARG(q->params[i].value));
	return str_dup(a, buf_str(&b));
}

struct str show_fault(const struct fault *f, struct arena *a)
{
	struct buf b = buf_new(a, 1 << 16);
	buf_printf(&b, "%d %.*s %.*s", f->http_status, STR_ARG(f->code), STR_ARG(f->message));
	put_after(&b, " | ", f->details);
	put_after(&b, " | ", f->hint);
	return str_dup(a, buf_str(&b));
}
