/* Makes the tree of places from the select list, and finds the place that a parameter speaks of.
 * SPDX-License-Identifier: MIT */
#include "plan/place.h"

#include "base/buf.h"
#include "plan/missing.h"

static bool is_embed(const struct select_item *item)
{
	return item->kind == SELECT_EMBED || item->kind == SELECT_SPREAD;
}

/* Whether a select list shows anything, be it through an embed. */
static bool shows(const struct select_item *items)
{
	for (; items; items = items->next)
		if (!is_embed(items) || shows(items->children))
			return true;
	return false;
}

struct str place_name(const struct place *p)
{
	return p->item->alias.p ? p->item->alias : p->item->relation;
}

static void grow_child(struct reader *r, struct place *p, size_t i, struct plan_embed *embed,
	const struct select_item *item)
{
	struct place *child = &p->children[i];
	*child = (struct place){
		.select = &embed->select,
		.embed = embed,
		.item = item,
		.items = item->children,
		.parent = p,
		.depth = p->depth + 1,
	};
	embed->outer = p->embed;
	embed->name = place_name(child);
	embed->spread = item->kind == SELECT_SPREAD;
	embed->inner = item->join == JOIN_INNER;
	embed->shown = shows(item->children);
	embed->select.range = ROW_RANGE_ALL;
	place_grow(r, child);
}

void place_grow(struct reader *r, struct place *p)
{
	size_t i = 0;
	for (const struct select_item *item = p->items; item; item = item->next)
		p->child_count += is_embed(item);
	struct plan_embed *embeds = arena_make_array(r->arena, struct plan_embed, p->child_count);
	p->children = arena_make_array(r->arena, struct place, p->child_count);
	for (const struct select_item *item = p->items; item; item = item->next) {
		if (!is_embed(item))
			continue;
		grow_child(r, p, i, &embeds[i], item);
		i++;
	}
	assert(i == p->child_count);
	p->select->embeds = embeds;
	p->select->embed_count = p->child_count;
}

struct place *place_child(struct place *p, struct str name)
{
	for (size_t i = 0; i < p->child_count; i++)
		if (str_eq(place_name(&p->children[i]), name))
			return &p->children[i];
	return NULL;
}

/* One whose relation has that name although it goes by an alias. */
static struct place *child_by_relation(struct place *p, struct str name)
{
	for (size_t i = 0; i < p->child_count; i++)
		if (str_eq(p->children[i].item->relation, name))
			return &p->children[i];
	return NULL;
}

/* The place one step further, or NULL with a fault. */
static struct place *step(struct reader *r, struct place *p, struct str name)
{
	struct place *child = place_child(p, name);
	if (child)
		return child;
	child = child_by_relation(p, name);
	if (child && r->conf->url_use_legacy_target_names) {
		child->legacy = true;
		return child;
	}
	missing_embed(name, r->arena, r->fault);
	if (child) {
		fault_details(r->fault, STR("Target names are not allowed in filters if they have an alias"));
		fault_hint(r->fault,
			str_printf(r->arena, "Change '%.*s' to '%.*s' in filters, orders or limits.", STR_ARG(name),
				STR_ARG(place_name(child))));
	}
	return NULL;
}

/* Limits do not apply to what a write returns: they are not even looked at. */
static bool is_heard(const struct reader *r, const struct query_scope *scope)
{
	bool read = r->query->action == ACTION_READ || r->query->action == ACTION_CALL;
	return read || scope->path_length == 0 || scope->has_order || scope->where;
}

bool place_address(struct reader *r, struct place *root)
{
	for (const struct query_scope *scope = r->query->scopes; scope; scope = scope->next) {
		if (!is_heard(r, scope))
			continue;
		struct place *p = root;
		for (size_t i = 0; i < scope->path_length && p; i++)
			p = step(r, p, scope->path[i]);
		if (!p)
			return false;
		struct place_said *said = arena_make(r->arena, struct place_said);
		*said = (struct place_said){ scope, p->said };
		p->said = said;
	}
	return true;
}

static void list_legacy(const struct place *p, struct buf *out)
{
	if (p->legacy)
		buf_printf(out, "%s`%.*s` to `%.*s`", out->n ? ", " : "", STR_ARG(p->item->relation), STR_ARG(p->item->alias));
	for (size_t i = 0; i < p->child_count; i++)
		list_legacy(&p->children[i], out);
}

struct str place_legacy(const struct place *root, struct arena *a)
{
	enum { LIST_MAX = 64 * 1024 };
	struct buf out = buf_new(a, LIST_MAX);
	list_legacy(root, &out);
	return out.n ? buf_str(&out) : STR_NONE;
}
