/* Origins and primary keys of views, found by following each column to the table it comes from.
 *
 * As PostgREST does it: a chain of views is followed as far as its views are in the exposed schemas or the extra
 * search path; a view has the keys of all tables whose whole key it shows. From the origins of a view's columns its
 * relationships are derived too (keys.c).
 * SPDX-License-Identifier: MIT */
#include "catalog/loader.h"

#include "base/buf.h"
#include "catalog/introspection.h"
#include "catalog/rule.h"

/* A view over a view over a view ...; deeper ones, and definitions that go in circles, have no key. */
#define CHAIN_MAX 64

struct view_origin {
	uint32_t view;
	struct rule_target target;
};

struct base_key {
	uint32_t table, attnum;
};

static void on_target(void *arg, const struct rule_target *target)
{
	struct load *l = arg;
	struct view_origin *origin = rows_add(l->b, &l->origins);
	*origin = (struct view_origin){ l->view, *target };
}

static bool on_view_rule(void *arg, const struct row *r)
{
	struct load *l = arg;
	l->view = load_u32(r, 0);
	rule_targets(row_value(r, 1), on_target, l);
	return true;
}

static bool on_base_key(void *arg, const struct row *r)
{
	struct load *l = arg;
	*(struct base_key *)rows_add(l->b, &l->base_keys) = (struct base_key){ load_u32(r, 0), load_u32(r, 1) };
	return true;
}

/* The run of records that begin with this OID, in an array sorted by it. */
static struct cat_run run_of(const struct rows *rows, uint32_t oid)
{
	uint32_t low = 0, high = rows->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (*(const uint32_t *)rows_at(rows, middle) < oid)
			low = middle + 1;
		else
			high = middle;
	}
	struct cat_run run = { low, 0 };
	while (low + run.count < rows->count && *(const uint32_t *)rows_at(rows, low + run.count) == oid)
		run.count++;
	return run;
}

/* The origin of a view's column, or NULL when it has none that is known. */
static const struct view_origin *origin_of(const struct load *l, uint32_t view, uint32_t attnum)
{
	struct cat_run run = run_of(&l->origins, view);
	for (uint32_t i = run.first; i < run.first + run.count; i++) {
		const struct view_origin *origin = rows_at(&l->origins, i);
		if (origin->target.attnum == attnum)
			return origin;
	}
	return NULL;
}

/* Replaces an origin that is a view's column by where that comes from, down to a table. */
static void follow(struct load *l, struct rule_target *target)
{
	for (int depth = 0; depth < CHAIN_MAX; depth++) {
		const struct view_origin *next = origin_of(l, target->from_relation, target->from_attnum);
		if (!next)
			return;
		target->from_relation = next->target.from_relation;
		target->from_attnum = next->target.from_attnum;
	}
	target->from_relation = 0;
}

/* The view's first column that is this column of the table, or 0. */
static uint32_t shown_as(const struct load *l, struct cat_run view, const struct base_key *key)
{
	for (uint32_t i = view.first; i < view.first + view.count; i++) {
		const struct view_origin *origin = rows_at(&l->origins, i);
		if (origin->target.from_relation == key->table && origin->target.from_attnum == key->attnum)
			return origin->target.attnum;
	}
	return 0;
}

static bool shows_whole_key(const struct load *l, struct cat_run view, struct cat_run key)
{
	for (uint32_t i = key.first; i < key.first + key.count; i++)
		if (!shown_as(l, view, rows_at(&l->base_keys, i)))
			return false;
	return key.count > 0;
}

/* Whether an earlier column of the view comes from the same table, whose key was looked at then. */
static bool seen_before(const struct load *l, struct cat_run view, uint32_t position)
{
	uint32_t table = ((const struct view_origin *)rows_at(&l->origins, position))->target.from_relation;
	for (uint32_t i = view.first; i < position; i++)
		if (((const struct view_origin *)rows_at(&l->origins, i))->target.from_relation == table)
			return true;
	return false;
}

static void add_view_key(struct load *l, uint32_t oid, struct cat_run view)
{
	for (uint32_t i = view.first; i < view.first + view.count; i++) {
		const struct view_origin *origin = rows_at(&l->origins, i);
		struct cat_run key = run_of(&l->base_keys, origin->target.from_relation);
		if (seen_before(l, view, i) || !shows_whole_key(l, view, key))
			continue;
		for (uint32_t k = key.first; k < key.first + key.count; k++)
			build_primary_key(l->b, oid, shown_as(l, view, rows_at(&l->base_keys, k)));
	}
}

/* The tables at the end of all chains, as an array literal. */
static struct str base_tables(const struct load *l)
{
	struct buf out = buf_new(l->scratch, (size_t)1 << 30);
	uint32_t last = 0;
	buf_char(&out, '{');
	for (uint32_t i = 0; i < l->origins.count; i++) {
		uint32_t table = ((const struct view_origin *)rows_at(&l->origins, i))->target.from_relation;
		if (table == last || !table)
			continue;
		if (out.n > 1)
			buf_char(&out, ',');
		buf_u64(&out, last = table);
	}
	buf_char(&out, '}');
	return str_dup(l->scratch, buf_str(&out));
}

static void add_origins(struct load *l, struct cat_run view)
{
	for (uint32_t i = view.first; i < view.first + view.count; i++) {
		const struct view_origin *origin = rows_at(&l->origins, i);
		const struct rule_target *target = &origin->target;
		build_origin(l->b, origin->view, target->attnum, target->from_relation, target->from_attnum);
	}
}

bool load_views(struct load *l)
{
	struct str schemas = load_text_array(l, &l->conf->db_schemas, &l->conf->db_extra_search_path);
	l->origins.record = sizeof(struct view_origin);
	l->base_keys.record = sizeof(struct base_key);
	if (!load_run(l, introspection_view_rules, schemas, STR_NONE, on_view_rule))
		return false;
	for (uint32_t i = 0; i < l->origins.count; i++)
		follow(l, &((struct view_origin *)rows_at(&l->origins, i))->target);
	if (!load_run(l, introspection_primary_keys, base_tables(l), STR_NONE, on_base_key))
		return false;
	for (uint32_t i = 0; i < l->origins.count;) {
		uint32_t view = ((const struct view_origin *)rows_at(&l->origins, i))->view;
		struct cat_run run = run_of(&l->origins, view);
		if (build_has_relation(l->b, view)) {
			add_view_key(l, view, run);
			add_origins(l, run);
		}
		i = run.first + run.count;
	}
	return true;
}
