/* Finds the relationship an embed means, among those the catalog offers, as PostgREST chooses (its findRel).
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/utf8.h"
#include "plan/missing.h"
#include "plan/place.h"

/* Relationships found so far; more than these need not be told apart. */
enum { CANDIDATES_MAX = 64 };

struct search {
	const struct reader *reader;
	const struct cat_relation *from;
	struct str target, hint;
	const struct cat_relation *named; /* the relation that target names, or NULL */
	bool by_name;                     /* looking at relationships to it only */
	struct cat_relationship *found;
	size_t count;
};

static struct str text(const struct search *s, struct cat_text t)
{
	return catalog_text(s->reader->catalog, t);
}

/* Whether this end is one column, of that name. */
static bool is_column(const struct search *s, const uint32_t *columns, size_t count, struct str name)
{
	return count == 1 && str_eq(text(s, catalog_column_at(s->reader->catalog, columns[0])->name), name);
}

static bool own_column_is(const struct search *s, const struct cat_relationship *r, struct str name)
{
	return r->cardinality != CAT_MANY_TO_MANY && is_column(s, r->columns.left, r->columns.count, name);
}

static bool other_column_is(const struct search *s, const struct cat_relationship *r, struct str name)
{
	return r->cardinality != CAT_MANY_TO_MANY && is_column(s, r->columns.right, r->columns.count, name);
}

static bool constraint_is(const struct search *s, const struct cat_relationship *r, struct str name)
{
	return r->cardinality != CAT_MANY_TO_MANY && str_eq(text(s, r->key->name), name);
}

/* One foreign key of a relation to itself gives two relationships: its name means the many, the column the one. */
static bool is_meant_self(const struct search *s, const struct cat_relationship *r)
{
	if (s->hint.p)
		return s->by_name && r->cardinality == CAT_ONE_TO_MANY && other_column_is(s, r, s->hint);
	return (s->by_name && r->cardinality == CAT_ONE_TO_MANY)
		|| (r->cardinality == CAT_MANY_TO_ONE && own_column_is(s, r, s->target));
}

static bool is_hinted(const struct search *s, const struct cat_relationship *r)
{
	if (r->cardinality == CAT_MANY_TO_MANY)
		return str_eq(text(s, r->junction->name), s->hint);
	return constraint_is(s, r, s->hint) || own_column_is(s, r, s->hint) || other_column_is(s, r, s->hint);
}

static bool is_meant(const struct search *s, const struct cat_relationship *r)
{
	if (r->from == r->to)
		return is_meant_self(s, r);
	if (s->hint.p)
		return s->by_name && is_hinted(s, r);
	return s->by_name || (!cat_is_view(r->to) && (constraint_is(s, r, s->target) || own_column_is(s, r, s->target)));
}

static bool is_exposed(const struct reader *r, struct str schema)
{
	for (size_t i = 0; i < r->conf->db_schemas.count; i++)
		if (str_eq(r->conf->db_schemas.items[i], schema))
			return true;
	return false;
}

/* Both ends in the schema asked for, a junction in any exposed one. */
static bool is_offered(const struct reader *r, const struct cat_relationship *rel)
{
	return str_eq(catalog_text(r->catalog, rel->to->schema), r->query->schema)
		&& (!rel->junction || is_exposed(r, catalog_text(r->catalog, rel->junction->schema)));
}

/* A function over the rows that is called like a relation stands for all relationships to that. */
static bool is_overridden(const struct reader *r, const struct cat_relation *from, const struct cat_relation *to)
{
	size_t count;
	const struct cat_computed *computed = catalog_computed(r->catalog, from, &count);
	for (size_t i = 0; i < count; i++)
		if (str_eq(catalog_text(r->catalog, computed[i].name), catalog_text(r->catalog, to->name))
			&& str_eq(catalog_text(r->catalog, computed[i].schema), catalog_text(r->catalog, to->schema)))
			return true;
	return false;
}

static bool on_relationship(void *arg, const struct cat_relationship *r)
{
	struct search *s = arg;
	assert(s->count < CANDIDATES_MAX);
	bool seen_by_name = !s->by_name && r->to == s->named;
	if (!seen_by_name && is_offered(s->reader, r) && is_meant(s, r) && !is_overridden(s->reader, s->from, r->to))
		s->found[s->count++] = *r;
	return s->count < CANDIDATES_MAX;
}

static void search_computed(struct search *s)
{
	size_t count;
	const struct catalog *cat = s->reader->catalog;
	const struct cat_computed *computed = catalog_computed(cat, s->from, &count);
	for (size_t i = 0; i < count && s->count < CANDIDATES_MAX; i++) {
		const struct cat_relation *to = catalog_relation_at(cat, computed[i].to);
		if (str_eq(text(s, computed[i].name), s->target) && is_exposed(s->reader, text(s, to->schema))
			&& str_eq(text(s, computed[i].schema), s->reader->query->schema))
			s->found[s->count++] = (struct cat_relationship){
				.cardinality = CAT_COMPUTED,
				.from = s->from,
				.to = to,
				.computed = &computed[i],
			};
	}
}

/* A target may also be the name of a foreign key, or of a column that is one. */
static bool may_be_key(const struct search *s)
{
	return !s->hint.p && (!s->named || s->named->names_key || catalog_column(s->reader->catalog, s->from, s->target));
}

static void search_all(struct search *s)
{
	const struct catalog *cat = s->reader->catalog;
	search_computed(s);
	s->by_name = true;
	if (s->named)
		catalog_relationships(cat, s->from, s->named, on_relationship, s);
	s->by_name = false;
	if (s->count < CANDIDATES_MAX && may_be_key(s))
		catalog_relationships(cat, s->from, NULL, on_relationship, s);
}

/* Whose relationships count: rows may be of a relation that is not exposed but has a namesake that is. */
static const struct cat_relation *relation_of(const struct reader *r, const struct plan_source *s)
{
	struct str name = s->relation ? catalog_text(r->catalog, s->relation->name) : s->name;
	return catalog_relation(r->catalog, r->query->schema, name);
}

static bool find_relationship(struct reader *r, struct place *child)
{
	const struct plan_source *around = &child->parent->source;
	const struct cat_relation *from = relation_of(r, around);
	struct search s = {
		.reader = r,
		.from = from,
		.target = child->item->relation,
		.hint = child->item->hint,
		.named = catalog_relation(r->catalog, r->query->schema, child->item->relation),
	};
	if (!r->found)
		r->found = arena_make_array(r->arena, struct cat_relationship, CANDIDATES_MAX);
	s.found = r->found;
	if (from)
		search_all(&s);
	if (s.count == 1) {
		child->embed->related = s.found[0];
		return true;
	}
	struct str origin = around->relation ? catalog_text(r->catalog, around->relation->name) : around->name;
	struct missing_embed_of missing = { r->query, r->catalog, from, origin, child->item };
	return s.count == 0 ? missing_relationship(&missing, r->arena, r->fault)
						: missing_relationship_choice(&missing, s.found, s.count, r->arena, r->fault);
}

/* NAMEDATALEN - 1 */
enum { NAME_MAX_BYTES = 63 };

/* Names of rows must differ from those of all the rows around and of the embeds beside. */
static bool is_taken(const struct place *p, struct str alias)
{
	for (; p; p = p->parent) {
		if (str_eq(p->select->alias, alias) || (p->embed && str_eq(p->embed->junction_alias, alias)))
			return true;
		for (size_t i = 0; i < p->child_count; i++)
			if (str_eq(p->children[i].embed->alias, alias))
				return true;
	}
	return false;
}

/* As much of a name as PostgreSQL would keep, room left for some bytes more. */
static struct str kept(struct str name, size_t room)
{
	return utf8_cut(name, NAME_MAX_BYTES - room);
}

/* PostgreSQL cuts a long name off, and would then take the end that tells it from another with it. */
static struct str fresh(const struct place *p, struct str wanted, struct arena *a)
{
	struct str alias = kept(wanted, 0);
	for (uint32_t n = 2; is_taken(p, alias); n++) {
		struct str end = str_printf(a, "_%u", n);
		alias = str_join(a, (struct str[]){ kept(wanted, end.n), end }, 2, STR(""));
	}
	return alias;
}

/* The names PostgREST gives, which PostgreSQL's messages show. */
static void name_rows(struct reader *r, struct place *child)
{
	struct plan_embed *e = child->embed;
	struct str to = catalog_text(r->catalog, e->related.to->name);
	struct str from = catalog_text(r->catalog, e->related.from->name);
	bool across = e->related.cardinality == CAT_MANY_TO_MANY;
	struct str alias = across ? to : str_printf(r->arena, "%.*s_%u", STR_ARG(to), child->depth);
	e->select.alias = fresh(child->parent, alias, r->arena);
	e->alias = fresh(child, str_printf(r->arena, "%.*s_%.*s_%u", STR_ARG(from), STR_ARG(e->name), child->depth),
		r->arena);
	if (across)
		e->junction_alias = fresh(child, catalog_text(r->catalog, e->related.junction->name), r->arena);
}

/* Whether following the relationship may run code of users: by its relations or by how its columns compare. */
static void note_code(struct reader *r, struct place *child)
{
	const struct cat_relationship *rel = &child->embed->related;
	struct plan_select *select = child->select;
	select->runs_code = rel->to->runs_code || (rel->junction && rel->junction->runs_code);
	select->user_code = rel->cardinality == CAT_COMPUTED;
	for (size_t i = 0; i < rel->columns.count; i++) {
		const struct cat_column *c = catalog_column_at(r->catalog, rel->columns.left[i]);
		struct plan_field field = { .name = catalog_text(r->catalog, c->name), .type = c->base_type };
		select->user_code = select->user_code || source_user_code(&child->parent->source, &field);
	}
}

bool place_relate(struct reader *r, struct place *p)
{
	for (size_t i = 0; i < p->child_count; i++) {
		struct place *child = &p->children[i];
		if (!find_relationship(r, child))
			return false;
		child->source = source_relation(r->catalog, child->embed->related.to);
		child->select->relation = child->source.relation;
		child->embed->to_one = cat_is_to_one(&child->embed->related);
		name_rows(r, child);
		child->source.alias = child->select->alias;
		note_code(r, child);
		if (!place_relate(r, child))
			return false;
	}
	return true;
}
