/* Words for an embed that leads nowhere, or to more than one place.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/jsonw.h"
#include "plan/missing.h"
#include "plan/nearest.h"

/* Names of relations that have relationships may be farther off than names that are not known to be used. */
static const double EMBED_SCORE = 0.33;
enum { MAX_MESSAGE = 256 * 1024 };

struct offer {
	const struct missing_embed_of *m;
	struct nearest near;
	bool any;
};

static struct str name_of(const struct missing_embed_of *m, const struct cat_relation *r)
{
	return catalog_text(m->catalog, r->name);
}

static bool in_schema(const struct missing_embed_of *m, const struct cat_relation *r)
{
	return str_eq(catalog_text(m->catalog, r->schema), m->query->schema);
}

static bool on_child(void *arg, const struct cat_relationship *r)
{
	struct offer *o = arg;
	if (in_schema(o->m, r->to)) {
		o->any = true;
		nearest_offer(&o->near, name_of(o->m, r->to));
	}
	return true;
}

/* Looks at all that a relation leads to. */
static void offer_children(struct offer *o, const struct cat_relation *from)
{
	size_t count;
	const struct cat_computed *computed = catalog_computed(o->m->catalog, from, &count);
	catalog_relationships(o->m->catalog, from, NULL, on_child, o);
	for (size_t i = 0; i < count; i++) {
		const struct cat_relation *to = catalog_relation_at(o->m->catalog, computed[i].to);
		on_child(o, &(struct cat_relationship){ .to = to });
	}
}

/* The nearest relation that leads anywhere. */
static struct str nearest_parent(const struct missing_embed_of *m)
{
	size_t count;
	const struct cat_relation *rels = catalog_relations(m->catalog, m->query->schema, &count);
	struct nearest near = nearest_of(m->from_name, EMBED_SCORE);
	for (size_t i = 0; i < count; i++) {
		struct nearest better = near;
		struct offer o = { m, nearest_of(STR(""), EMBED_SCORE), false };
		nearest_offer(&better, name_of(m, &rels[i]));
		if (better.best.p == near.best.p)
			continue;
		offer_children(&o, &rels[i]);
		near = o.any ? better : near;
	}
	return near.best;
}

static struct str hint_of(const struct missing_embed_of *m, struct arena *a)
{
	struct offer o = { m, nearest_of(m->embed->relation, EMBED_SCORE), false };
	if (m->from && in_schema(m, m->from))
		offer_children(&o, m->from);
	struct str wrong = o.any ? m->embed->relation : m->from_name;
	struct str best = o.any ? o.near.best : nearest_parent(m);
	if (!best.p || str_eq_nocase(best, wrong))
		return STR_NONE;
	return str_printf(a, "Perhaps you meant '%.*s' instead of '%.*s'.", STR_ARG(best), STR_ARG(wrong));
}

bool missing_relationship(const struct missing_embed_of *m, struct arena *a, struct fault *f)
{
	struct str parent = m->from_name, child = m->embed->relation, hint = m->embed->hint;
	struct str hinted = hint.p ? str_printf(a, "' using the hint '%.*s", STR_ARG(hint)) : STR("");
	fault_printf(f, a, 400, "PGRST200", "Could not find a relationship between '%.*s' and '%.*s' in the schema cache",
		STR_ARG(parent), STR_ARG(child));
	fault_details(f,
		str_printf(a,
			"Searched for a foreign key relationship between '%.*s' and '%.*s%.*s' "
			"in the schema '%.*s', but no matches were found.",
			STR_ARG(parent), STR_ARG(child), STR_ARG(hinted), STR_ARG(m->query->schema)));
	return fault_hint(f, hint_of(m, a));
}

/* (a, b): every column of one side. */
static void put_columns(struct buf *out, const struct catalog *cat, const uint32_t *columns, size_t count)
{
	buf_char(out, '(');
	for (size_t i = 0; i < count; i++) {
		buf_put(out, i ? STR(", ") : STR(""));
		buf_put(out, catalog_text(cat, catalog_column_at(cat, columns[i])->name));
	}
	buf_char(out, ')');
}

/* fk using a(x) and b(y); of a junction: j using fk1(x) and fk2(y). */
static struct str description(const struct catalog *cat, const struct cat_relationship *r, struct arena *a)
{
	struct buf out = buf_new(a, MAX_MESSAGE);
	bool across = r->cardinality == CAT_MANY_TO_MANY;
	buf_put(&out, catalog_text(cat, across ? r->junction->name : r->key->name));
	buf_lit(&out, " using ");
	buf_put(&out, catalog_text(cat, across ? r->key->name : r->from->name));
	put_columns(&out, cat, across ? r->columns.right : r->columns.left, r->columns.count);
	buf_lit(&out, " and ");
	buf_put(&out, catalog_text(cat, across ? r->other_key->name : r->to->name));
	put_columns(&out, cat, across ? r->other_columns.left : r->columns.right,
		across ? r->other_columns.count : r->columns.count);
	return buf_str(&out);
}

static void put_candidate(struct jsonw *w, const struct catalog *cat, const struct cat_relationship *r, struct arena *a)
{
	static const struct str cardinalities[] = {
		[CAT_ONE_TO_MANY] = STR_INIT("one-to-many"),
		[CAT_MANY_TO_ONE] = STR_INIT("many-to-one"),
		[CAT_ONE_TO_ONE] = STR_INIT("one-to-one"),
		[CAT_MANY_TO_MANY] = STR_INIT("many-to-many"),
	};
	static_assert(COUNT_OF(cardinalities) == CAT_COMPUTED, "a word for each that has one");
	jsonw_open(w, '{');
	if (r->cardinality != CAT_COMPUTED) {
		struct str from = catalog_text(cat, r->from->name), to = catalog_text(cat, r->to->name);
		jsonw_member(w, STR("cardinality"), cardinalities[r->cardinality]);
		jsonw_member(w, STR("embedding"), str_printf(a, "%.*s with %.*s", STR_ARG(from), STR_ARG(to)));
		jsonw_member(w, STR("relationship"), description(cat, r, a));
	}
	jsonw_close(w, '}');
}

static struct str described(const struct missing_embed_of *m, const struct cat_relationship *found, size_t count,
	struct arena *a)
{
	struct buf out = buf_new(a, MAX_MESSAGE);
	struct jsonw w = { &out, false };
	jsonw_open(&w, '[');
	for (size_t i = 0; i < count; i++)
		put_candidate(&w, m->catalog, &found[i], a);
	jsonw_close(&w, ']');
	return buf_str(&out);
}

/* 'to!fk', 'to!junction': what to write instead. */
static struct str choices(const struct missing_embed_of *m, const struct cat_relationship *found, size_t count,
	struct arena *a)
{
	struct buf out = buf_new(a, MAX_MESSAGE);
	for (size_t i = 0; i < count; i++) {
		const struct cat_relationship *r = &found[i];
		buf_put(&out, i ? STR(", ") : STR(""));
		if (r->cardinality == CAT_COMPUTED)
			continue;
		struct str by = catalog_text(m->catalog, r->cardinality == CAT_MANY_TO_MANY ? r->junction->name : r->key->name);
		buf_printf(&out, "'%.*s!%.*s'", STR_ARG(name_of(m, r->to)), STR_ARG(by));
	}
	return buf_str(&out);
}

static int compare_names(const struct catalog *cat, struct cat_text x, struct cat_text y)
{
	return str_cmp(catalog_text(cat, x), catalog_text(cat, y));
}

static int compare_columns(const struct catalog *cat, const struct cat_columns *x, const struct cat_columns *y)
{
	int order = 0;
	for (size_t i = 0; i < x->count && i < y->count && !order; i++) {
		order = compare_names(cat, catalog_column_at(cat, x->left[i])->name, catalog_column_at(cat, y->left[i])->name);
		if (!order)
			order = compare_names(cat, catalog_column_at(cat, x->right[i])->name,
				catalog_column_at(cat, y->right[i])->name);
	}
	return order;
}

struct sorted {
	const struct catalog *catalog;
	struct cat_relationship r;
};

/* By target, kind, then the names of what they go by and of its columns. */
static int by_kind(const void *a, const void *b)
{
	const struct catalog *cat = ((const struct sorted *)a)->catalog;
	const struct cat_relationship *x = &((const struct sorted *)a)->r, *y = &((const struct sorted *)b)->r;
	int order = compare_names(cat, x->to->name, y->to->name);
	if (!order)
		order = (int)x->cardinality - (int)y->cardinality;
	if (!order && x->cardinality == CAT_MANY_TO_MANY)
		order = compare_names(cat, x->junction->name, y->junction->name);
	if (!order && x->key && y->key)
		order = compare_names(cat, x->key->name, y->key->name);
	if (!order && x->other_key && y->other_key)
		order = compare_names(cat, x->other_key->name, y->other_key->name);
	if (!order)
		order = compare_columns(cat, &x->columns, &y->columns);
	return order ? order : compare_columns(cat, &x->other_columns, &y->other_columns);
}

bool missing_relationship_choice(const struct missing_embed_of *m, struct cat_relationship *found, size_t count,
	struct arena *a, struct fault *f)
{
	struct str parent = m->from_name, child = m->embed->relation;
	struct sorted *sorted = arena_make_array(a, struct sorted, count);
	for (size_t i = 0; i < count; i++)
		sorted[i] = (struct sorted){ m->catalog, found[i] };
	qsort(sorted, count, sizeof *sorted, by_kind);
	for (size_t i = 0; i < count; i++)
		found[i] = sorted[i].r;
	fault_printf(f, a, 300, "PGRST201",
		"Could not embed because more than one relationship was found for '%.*s' "
		"and '%.*s'",
		STR_ARG(parent), STR_ARG(child));
	fault_details(f, described(m, found, count, a));
	f->details_json = true;
	return fault_hint(f,
		str_printf(a,
			"Try changing '%.*s' to one of the following: %.*s. Find the desired "
			"relationship in the 'details' key.",
			STR_ARG(child), STR_ARG(choices(m, found, count, a))));
}
