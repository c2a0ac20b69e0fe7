/* Decides where `*` stays `*`.
 * SPDX-License-Identifier: MIT */
#include "plan/place.h"

/* What one statement can select, with room for what is asked for beside the columns: PostgreSQL refuses 1,665. */
enum { SELECTED_MOST = 1600 };

/* Whether rows are grouped: by an aggregate here, or by one that a spread lifts to here. */
static bool is_grouped(const struct place *p)
{
	for (const struct select_item *item = p->items; item; item = item->next)
		if (item->aggregate)
			return true;
	for (size_t i = 0; i < p->child_count; i++)
		if (p->children[i].embed->spread && is_grouped(&p->children[i]))
			return true;
	return false;
}

static bool is_represented(const struct plan_source *s)
{
	for (size_t i = 0; i < source_columns(s); i++) {
		struct plan_field field = source_column(s, i);
		if (field.domain && field.domain->to_json.offset)
			return true;
	}
	return false;
}

static bool is_write(const struct query *q)
{
	return q->action == ACTION_CREATE || q->action == ACTION_UPDATE || q->action == ACTION_UPSERT_ONE
		|| q->action == ACTION_DELETE;
}

/* Whether what a write returns holds more than the relation's columns: then `*` over it would show that too. */
static bool returns_more(const struct place *p)
{
	for (const struct select_item *item = p->items; item; item = item->next)
		if (item->kind == SELECT_FIELD && !source_knows(&p->source, item->field.name))
			return true;
	for (size_t i = 0; i < p->child_count; i++)
		if (p->children[i].embed->related.cardinality == CAT_COMPUTED)
			return true;
	return place_orders_unknown(p);
}

/* Whether the columns, and those once more that PostgreSQL encodes, are more than can be selected. */
static bool is_too_wide(const struct place *p)
{
	const struct plan_source *s = &p->source;
	size_t selected = source_columns(s) + p->child_count;
	for (const struct select_item *item = p->items; item; item = item->next)
		selected += item->kind == SELECT_FIELD;
	if (selected + source_columns(s) <= SELECTED_MOST)
		return false;
	for (size_t i = 0; i < source_columns(s) && !p->embed; i++) {
		struct plan_field field = source_column(s, i);
		selected += source_to_json(s, &field);
	}
	return selected > SELECTED_MOST;
}

bool place_leaves_all(const struct reader *r, const struct place *p)
{
	const struct plan_source *s = &p->source;
	bool has_columns = s->relation || s->routine->returns == CAT_RETURNS_COMPOSITE;
	size_t times = 0;
	for (const struct select_item *item = p->items; item; item = item->next)
		times += item->kind == SELECT_ALL;
	if (times != 1 || !has_columns || source_columns(s) == 0 || (p->embed && p->embed->spread))
		return false;
	if (is_grouped(p) || is_represented(s) || is_too_wide(p))
		return false;
	return p->embed || !is_write(r->query) || !returns_more(p);
}

struct plan_output place_all(struct reader *r, struct place *p)
{
	const struct plan_source *s = &p->source;
	struct plan_field *encoded = arena_make_array(r->arena, struct plan_field, source_columns(s));
	for (size_t i = 0; i < source_columns(s); i++) {
		struct plan_field field = source_column(s, i);
		p->select->user_code = p->select->user_code || source_user_code(s, &field);
		if (!p->embed && source_to_json(s, &field))
			encoded[p->select->encoded_count++] = field;
	}
	p->select->encoded = encoded;
	return (struct plan_output){ .shows = SHOWS_ALL, .name = STR_NONE };
}
