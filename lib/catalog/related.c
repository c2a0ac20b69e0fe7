/* Puts relationships together from keys, foreign keys and the views that show them.
 * SPDX-License-Identifier: MIT */
#include "catalog/related.h"

#include "catalog/block.h"

/* A relation's columns that stand for those of a key: its own, or the ones a view shows them as. */
struct key_place {
	const struct cat_relation *relation;
	const struct cat_key *key;
	const uint32_t *columns;
	size_t count;
};

struct walk {
	const struct catalog *cat;
	cat_relationship_fn *found;
	void *arg;
};

static const struct cat_key *key_at(const struct catalog *cat, uint32_t i)
{
	return (const struct cat_key *)block_table(cat, TABLE_KEYS) + i;
}

static const struct cat_shown *shown_at(const struct catalog *cat, uint32_t i)
{
	return (const struct cat_shown *)block_table(cat, TABLE_SHOWN) + i;
}

static const struct cat_foreign_key *foreign_key_at(const struct catalog *cat, uint32_t i)
{
	return (const struct cat_foreign_key *)block_table(cat, TABLE_FOREIGN_KEYS) + i;
}

static struct key_place place_of(const struct catalog *cat, const struct cat_relation *rel, const struct cat_key *key,
	struct cat_run columns)
{
	return (struct key_place){ rel, key, catalog_key_columns(cat, columns), columns.count };
}

static size_t places_of(const struct cat_relation *rel)
{
	return (size_t)rel->keys.count + rel->shown.count;
}

/* The i-th key that a relation has or shows. */
static struct key_place own_place(const struct catalog *cat, const struct cat_relation *rel, size_t i)
{
	if (i < rel->keys.count) {
		const struct cat_key *key = key_at(cat, rel->keys.first + (uint32_t)i);
		return place_of(cat, rel, key, key->columns);
	}
	const struct cat_shown *shown = shown_at(cat, rel->shown.first + (uint32_t)(i - rel->keys.count));
	return place_of(cat, rel, key_at(cat, shown->key), shown->columns);
}

/* The run of a key's views that one of them is, or all. */
static struct cat_run views_of(const struct catalog *cat, const struct cat_key *key, const struct cat_relation *view)
{
	const uint32_t *by_key = block_table(cat, TABLE_SHOWN_BY_KEY);
	struct cat_run run = key->shown;
	if (!view)
		return run;
	uint32_t wanted = catalog_relation_index(cat, view), low = run.first, high = run.first + run.count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (shown_at(cat, by_key[middle])->relation < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	struct cat_run found = { low, 0 };
	while (low + found.count < run.first + run.count && shown_at(cat, by_key[low + found.count])->relation == wanted)
		found.count++;
	return found;
}

typedef bool place_fn(void *arg, const struct key_place *p);

/* Every place where a key can be found: its table and the views that show it; or only those of one relation. */
static bool each_place(const struct catalog *cat, const struct cat_key *key, const struct cat_relation *only,
	place_fn *found, void *arg)
{
	const uint32_t *by_key = block_table(cat, TABLE_SHOWN_BY_KEY);
	const struct cat_relation *table = catalog_relation_at(cat, key->relation);
	struct key_place own = place_of(cat, table, key, key->columns);
	if ((!only || only == table) && !found(arg, &own))
		return false;
	struct cat_run views = views_of(cat, key, only);
	for (uint32_t i = views.first; i < views.first + views.count; i++) {
		const struct cat_shown *shown = shown_at(cat, by_key[i]);
		struct key_place p = place_of(cat, catalog_relation_at(cat, shown->relation), key, shown->columns);
		if (!found(arg, &p))
			return false;
	}
	return true;
}

static struct cat_columns pairs(const struct key_place *left, const struct key_place *right)
{
	return (struct cat_columns){
		left->columns,
		right->columns,
		left->count < right->count ? left->count : right->count,
	};
}

/* One end of a foreign key is settled, the other is being looked for. */
struct direct {
	struct walk *walk;
	struct key_place settled;
	const struct cat_foreign_key *key;
	bool referencing; /* the settled end is the referencing one */
	bool inverse;     /* the settled end is the relationship's `to` */
};

static bool found_direct(void *arg, const struct key_place *p)
{
	struct direct *d = arg;
	const struct key_place *from = d->inverse ? p : &d->settled, *to = d->inverse ? &d->settled : p;
	bool many_to_one = d->referencing != d->inverse;
	struct cat_relationship r = {
		.cardinality = d->key->one_to_one ? CAT_ONE_TO_ONE
			: many_to_one                 ? CAT_MANY_TO_ONE
										  : CAT_ONE_TO_MANY,
		.from = from->relation,
		.to = to->relation,
		.key = d->key,
		.columns = pairs(from, to),
	};
	return d->walk->found(d->walk->arg, &r);
}

typedef bool key_fn(void *arg, const struct key_place *p, const struct cat_foreign_key *k);

/* The foreign keys whose referencing columns a relation has or shows. */
static bool each_foreign_key(const struct catalog *cat, const struct cat_relation *rel, key_fn *found, void *arg)
{
	for (size_t i = 0; i < places_of(rel); i++) {
		struct key_place p = own_place(cat, rel, i);
		size_t count;
		const struct cat_relation *table = catalog_relation_at(cat, p.key->relation);
		const struct cat_foreign_key *keys = catalog_foreign_keys_of(cat, table, &count);
		for (size_t k = 0; k < count; k++)
			if (key_at(cat, keys[k].from_key) == p.key && !found(arg, &p, &keys[k]))
				return false;
	}
	return true;
}

struct outward {
	struct walk *walk;
	const struct cat_relation *other;
	bool inverse;
};

static bool found_referencing(void *arg, const struct key_place *p, const struct cat_foreign_key *k)
{
	struct outward *o = arg;
	struct direct d = { o->walk, *p, k, true, o->inverse };
	return each_place(o->walk->cat, key_at(o->walk->cat, k->to_key), o->other, found_direct, &d);
}

/* By the foreign keys of `from` (or of views of it): many-to-one. */
static bool walk_out(struct walk *w, const struct cat_relation *from, const struct cat_relation *to)
{
	struct outward o = { w, to, false };
	return each_foreign_key(w->cat, from, found_referencing, &o);
}

/* By the foreign keys that refer to `from`: those of `to`, when that is known, are fewer. */
static bool walk_in(struct walk *w, const struct cat_relation *from, const struct cat_relation *to)
{
	const uint32_t *references = block_table(w->cat, TABLE_REFERENCES);
	if (to) {
		struct outward o = { w, from, true };
		return each_foreign_key(w->cat, to, found_referencing, &o);
	}
	for (size_t i = 0; i < places_of(from); i++) {
		struct key_place p = own_place(w->cat, from, i);
		for (uint32_t r = p.key->references.first; r < p.key->references.first + p.key->references.count; r++) {
			const struct cat_foreign_key *k = foreign_key_at(w->cat, references[r]);
			struct direct d = { w, p, k, false, false };
			if (!each_place(w->cat, key_at(w->cat, k->from_key), NULL, found_direct, &d))
				return false;
		}
	}
	return true;
}

/* Two foreign keys of a junction, the first of which leads to where the walk began. */
struct across {
	struct walk *walk;
	struct key_place start, near, far; /* near, far: the junction's columns of either key */
	const struct cat_foreign_key *key, *other_key;
	const struct cat_relation *other;
	bool inverse; /* the walk began at the relationship's `to` */
};

static bool found_across(void *arg, const struct key_place *end)
{
	struct across *x = arg;
	bool inverse = x->inverse;
	struct cat_relationship r = {
		.cardinality = CAT_MANY_TO_MANY,
		.junction = x->near.relation,
		.from = inverse ? end->relation : x->start.relation,
		.to = inverse ? x->start.relation : end->relation,
		.key = inverse ? x->other_key : x->key,
		.other_key = inverse ? x->key : x->other_key,
		.columns = inverse ? pairs(end, &x->far) : pairs(&x->start, &x->near),
		.other_columns = inverse ? pairs(&x->near, &x->start) : pairs(&x->far, end),
	};
	return x->walk->found(x->walk->arg, &r);
}

static bool all_in_primary_key(const struct catalog *cat, const struct key_place *p)
{
	for (size_t i = 0; i < p->count; i++)
		if (!catalog_in_primary_key(cat, p->relation, catalog_column_at(cat, p->columns[i])))
			return false;
	return true;
}

static bool found_far(void *arg, const struct key_place *p, const struct cat_foreign_key *k)
{
	struct across *x = arg;
	const struct catalog *cat = x->walk->cat;
	if (!k->joins || str_eq(catalog_text(cat, k->name), catalog_text(cat, x->key->name)) || !all_in_primary_key(cat, p))
		return true;
	x->far = *p;
	x->other_key = k;
	return each_place(cat, key_at(cat, k->to_key), x->other, found_across, x);
}

static bool found_near(void *arg, const struct key_place *p)
{
	struct across *x = arg;
	if (!all_in_primary_key(x->walk->cat, p))
		return true;
	x->near = *p;
	return each_foreign_key(x->walk->cat, p->relation, found_far, x);
}

static bool walk_across(struct walk *w, const struct cat_relation *start, const struct cat_relation *other,
	bool inverse)
{
	const uint32_t *references = block_table(w->cat, TABLE_REFERENCES);
	for (size_t i = 0; i < places_of(start); i++) {
		struct across x = { .walk = w, .start = own_place(w->cat, start, i), .other = other, .inverse = inverse };
		struct cat_run run = x.start.key->references;
		for (uint32_t r = run.first; r < run.first + run.count && foreign_key_at(w->cat, references[r])->joins; r++) {
			x.key = foreign_key_at(w->cat, references[r]);
			if (!each_place(w->cat, key_at(w->cat, x.key->from_key), NULL, found_near, &x))
				return false;
		}
	}
	return true;
}

/* How many junctions lead to a relation. */
static size_t junctions_of(const struct catalog *cat, const struct cat_relation *rel)
{
	size_t count = 0;
	for (size_t i = 0; i < places_of(rel); i++)
		count += own_place(cat, rel, i).key->join_count;
	return count;
}

bool catalog_relationships(const struct catalog *cat, const struct cat_relation *from, const struct cat_relation *to,
	cat_relationship_fn *found, void *arg)
{
	struct walk w = { cat, found, arg };
	bool inverse = to && junctions_of(cat, to) < junctions_of(cat, from);
	return walk_out(&w, from, to) && walk_in(&w, from, to)
		&& (inverse ? walk_across(&w, to, from, true) : walk_across(&w, from, to, false));
}

bool catalog_references(const struct catalog *cat, const struct cat_relation *from, cat_relationship_fn *found,
	void *arg)
{
	struct walk w = { cat, found, arg };
	return walk_out(&w, from, NULL);
}

const struct cat_computed *catalog_computed(const struct catalog *cat, const struct cat_relation *from, size_t *count_r)
{
	*count_r = from->computed.count;
	return (const struct cat_computed *)block_table(cat, TABLE_COMPUTED) + from->computed.first;
}

bool cat_is_to_one(const struct cat_relationship *r)
{
	if (r->cardinality == CAT_COMPUTED)
		return r->computed->to_one;
	return r->cardinality == CAT_MANY_TO_ONE || r->cardinality == CAT_ONE_TO_ONE;
}
