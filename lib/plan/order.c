/* Resolves orders: what each term says of the rows, of an embed's one row, or of what is shown of a group.
 * SPDX-License-Identifier: MIT */
#include "plan/missing.h"
#include "plan/place.h"

/* What was said first of order counts. */
static const struct order_term *order_of(const struct place *p)
{
	const struct order_term *order = NULL;
	for (const struct place_said *said = p->said; said; said = said->next)
		order = said->scope->has_order ? said->scope->order : order;
	return order;
}

bool place_orders_unknown(const struct place *p)
{
	for (const struct order_term *term = order_of(p); term; term = term->next)
		if (term->relation_count == 0 && !source_knows(&p->source, term->field.name))
			return true;
	return false;
}

static bool not_to_one(struct reader *r, const struct place *p, const struct place *child)
{
	struct str name = place_name(child), from = p->source.name;
	fault_printf(r->fault, r->arena, 400, "PGRST118", "A related order on '%.*s' is not possible", STR_ARG(name));
	return fault_details(r->fault,
		str_printf(r->arena, "'%.*s' and '%.*s' do not form a many-to-one or one-to-one relationship", STR_ARG(from),
			STR_ARG(name)));
}

/* Whether each embed on the way is there and has one row. */
static bool check_term(struct reader *r, struct place *p, const struct order_term *term)
{
	for (size_t i = 0; i < term->relation_count; i++) {
		struct place *child = place_child(p, term->relations[i]);
		if (!child)
			return missing_embed(term->relations[i], r->arena, r->fault);
		if (!child->embed->to_one)
			return not_to_one(r, p, child);
		child->key_most++;
		p = child;
	}
	return true;
}

bool place_order(struct reader *r, struct place *p)
{
	for (const struct order_term *term = order_of(p); term; term = term->next) {
		p->select->order_count++;
		if (!check_term(r, p, term))
			return false;
	}
	for (size_t i = 0; i < p->child_count; i++)
		if (!place_order(r, &p->children[i]))
			return false;
	return true;
}

static bool is_same_step(const struct json_step *a, const struct json_step *b)
{
	return a->as_text == b->as_text && a->is_index == b->is_index && str_eq(a->key, b->key);
}

static bool is_field(const struct plan_output *out, const struct field *f)
{
	bool same = out->shows == SHOWS_FIELD && !out->aggregate && out->field.step_count == f->step_count
		&& str_eq(out->field.name, f->name);
	for (size_t i = 0; i < f->step_count && same; i++)
		same = is_same_step(&out->field.steps[i], &f->steps[i]);
	return same;
}

static const struct plan_output *output_named(const struct place *p, const struct field *f)
{
	for (size_t i = 0; i < p->select->output_count && f->step_count == 0; i++)
		if (str_eq(p->outputs[i].name, f->name))
			return &p->outputs[i];
	return NULL;
}

/* What is shown of a field: the field itself, before a cast of it, before what only has its name. */
static const struct plan_output *output_of_field(const struct place *p, const struct field *f)
{
	const struct plan_output *cast = NULL;
	for (size_t i = 0; i < p->select->output_count; i++) {
		const struct plan_output *out = &p->outputs[i];
		if (is_field(out, f) && !out->cast.p)
			return out;
		cast = !cast && is_field(out, f) ? out : cast;
	}
	return cast ? cast : output_named(p, f);
}

/* The output of a place that lifts this one of a spread's. */
static const struct plan_output *output_lifting(const struct place *p, const struct place *child,
	const struct plan_output *below)
{
	for (size_t i = 0; below && i < p->select->output_count; i++) {
		const struct plan_output *out = &p->outputs[i];
		if (out->shows == SHOWS_LIFTED && out->embed == child->embed && &child->outputs[out->lifted] == below)
			return out;
	}
	return NULL;
}

/* The output of a place that shows what a term means, from its i-th relation on; or NULL. */
static const struct plan_output *output_shown(struct place *p, const struct order_term *term, size_t i)
{
	if (i == term->relation_count)
		return output_of_field(p, &term->field);
	struct place *child = place_child(p, term->relations[i]);
	return child->embed->spread ? output_lifting(p, child, output_shown(child, term, i + 1)) : NULL;
}

/* Whether `*` shows it, which PostgreSQL expands. */
static bool shows_as_column(const struct place *p, const struct field *f)
{
	bool all = false;
	for (size_t i = 0; i < p->select->output_count && !all; i++)
		all = p->outputs[i].shows == SHOWS_ALL;
	return all && source_knows(&p->source, f->name);
}

/* Whether a column of the place's own is shown as it is. */
static bool shows_plain(const struct place *p, struct str name)
{
	for (size_t i = 0; i < p->select->output_count; i++) {
		const struct plan_output *out = &p->outputs[i];
		bool plain = out->shows == SHOWS_FIELD && !out->aggregate && !out->cast.p && out->field.step_count == 0;
		if (out->shows == SHOWS_ALL || (plain && out->field.name.p && str_eq(out->field.name, name)))
			return true;
	}
	return false;
}

/* Whether what is shown of a row tells which row of a table it is. */
static bool shows_own_key(const struct place *p)
{
	const struct cat_relation *own = p->source.relation;
	if (!own || cat_is_view(own) || own->inherited || own->primary_key.count == 0)
		return false;
	const struct catalog *cat = p->source.catalog;
	const uint32_t *key = catalog_key_columns(cat, own->primary_key);
	for (uint32_t i = 0; i < own->primary_key.count; i++)
		if (!shows_plain(p, catalog_text(cat, catalog_column_at(cat, key[i])->name)))
			return false;
	return true;
}

/* Whether one row of what is shown tells what the term means. */
static bool is_told(struct place *p, const struct order_term *term, size_t i)
{
	for (; i < term->relation_count; i++) {
		p = place_child(p, term->relations[i]);
		if (!p->embed->shown)
			return false;
	}
	return output_of_field(p, &term->field) != NULL || shows_as_column(p, &term->field) || shows_own_key(p);
}

/* Whether all rows of a group have the same row of an embed: they are grouped by what refers to it, or by their own
 * key. */
static bool is_referred_to(const struct place *p, const struct plan_embed *e)
{
	const struct cat_columns *columns = &e->related.columns;
	const struct catalog *cat = p->source.catalog;
	if (e->related.cardinality == CAT_COMPUTED || cat_is_view(e->related.to) || e->related.to->inherited)
		return false;
	size_t told = 0;
	for (size_t i = 0; i < columns->count; i++)
		told += shows_plain(p, catalog_text(cat, catalog_column_at(cat, columns->left[i])->name));
	return told == columns->count || shows_own_key(p);
}

/* Whether there is one group, of all rows. */
static bool is_one_group(const struct place *p)
{
	for (size_t i = 0; i < p->select->output_count; i++)
		if (!p->outputs[i].aggregate)
			return false;
	return true;
}

static bool is_orderable(const struct plan_output *out)
{
	return out && (out->shows == SHOWS_FIELD || out->shows == SHOWS_LIFTED);
}

/* A column of the rows; of groups, what is shown; seen from around, a column by the name it is shown under. */
static struct plan_key own_key(struct place *p, const struct order_term *term)
{
	const struct plan_output *out = NULL;
	if (p->select->aggregated)
		out = output_of_field(p, &term->field);
	else if (term->relation_count > 0 && is_orderable(output_named(p, &term->field)))
		out = output_named(p, &term->field);
	if (out)
		return (struct plan_key){ .output = out };
	struct plan_key key = { .field = source_field(&p->source, &term->field) };
	key.field.as_jsonb = source_is_json(&key.field);
	key.of_group = p->select->aggregated && term->relation_count > 0;
	p->select->user_code = p->select->user_code || source_user_code(&p->source, &key.field);
	return key;
}

static void add_group_key(struct reader *r, struct place *child, struct plan_key key)
{
	struct plan_embed *e = child->embed;
	if (!e->keys)
		e->keys = arena_make_array(r->arena, struct plan_key, child->key_most);
	assert(e->key_count < child->key_most);
	e->keys[e->key_count++] = key;
}

/* What a term means to a place, from its i-th relation on: the place inside hands a key of its one row out. */
static struct plan_key term_key(struct reader *r, struct place *p, const struct order_term *term, size_t i)
{
	if (i == term->relation_count)
		return own_key(p, term);
	bool aggregated = p->select->aggregated;
	const struct plan_output *out = aggregated ? output_shown(p, term, i) : NULL;
	if (out)
		return (struct plan_key){ .output = out };
	struct place *child = place_child(p, term->relations[i]);
	add_group_key(r, child, term_key(r, child, term, i + 1));
	return (struct plan_key){
		.embed = child->embed,
		.related = child->embed->key_count - 1,
		.grouped = aggregated && i == 0 && (is_told(p, term, i) || is_referred_to(p, child->embed)),
		.of_group = aggregated && (i > 0 || is_one_group(p)),
	};
}

void place_keys(struct reader *r, struct place *p)
{
	struct plan_order *order = arena_make_array(r->arena, struct plan_order, p->select->order_count);
	p->select->order = order;
	for (const struct order_term *term = order_of(p); term; term = term->next, order++)
		*order = (struct plan_order){ term_key(r, p, term, 0), term->direction, term->nulls };
	for (size_t i = 0; i < p->child_count; i++)
		place_keys(r, &p->children[i]);
}
