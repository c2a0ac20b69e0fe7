/* Resolves what a write sets and which rows it means.
 * SPDX-License-Identifier: MIT */
#include "plan/write.h"

#include "base/name_set.h"
#include "plan/keys.h"
#include "plan/missing.h"
#include "plan/source.h"
#include "plan/upsert.h"

/* A body that was not read tells by its first byte whether it is an object. */
static bool looks_like_array(struct str body)
{
	struct str text = str_trim(body);
	return text.n == 0 || text.p[0] != '{';
}

static void resolve_body(struct plan_write *w, const struct payload *p)
{
	w->body = p->body;
	w->is_array = p->kind == PAYLOAD_JSON_UNREAD ? looks_like_array(p->body) : p->is_array;
	if (p->kind == PAYLOAD_JSON && p->is_array && p->row_count == 0)
		w->body = STR("[]"); /* a scalar counts as no rows */
}

/* The keys of a body as they came, each once: a name's array literal stands at its index. */
static struct name_set places_of(const struct payload *p, struct arena *a)
{
	struct name_set places = name_set_new(p->key_count, a);
	for (size_t i = 0; i < p->key_count; i++)
		name_set_add(&places, p->keys[i]);
	return places;
}

static bool resolve_columns(struct plan_write *w, const struct query *q, const struct plan_source *s, struct arena *a,
	struct fault *f)
{
	struct plan_keys keys = keys_of(q, a);
	bool from_arrays = q->payload.kind == PAYLOAD_ARRAYS;
	const struct cat_column **columns = arena_make_array(a, const struct cat_column *, keys.count);
	struct str *arrays = arena_make_array(a, struct str, from_arrays ? keys.count : 0);
	struct name_set places = { 0 };
	if (from_arrays)
		places = places_of(&q->payload, a);
	for (size_t i = 0; i < keys.count; i++) {
		columns[i] = catalog_column(s->catalog, s->relation, keys.items[i]);
		if (!columns[i])
			return missing_column(s->relation, keys.items[i], s->catalog, a, f);
		if (from_arrays)
			arrays[i] = q->payload.arrays[name_set_find(&places, keys.items[i])];
	}
	w->arrays = from_arrays ? arrays : NULL;
	w->columns = columns;
	w->column_count = keys.count;
	return true;
}

/* The key in the order of the relation's columns, in which Location names them, whatever the constraint's own. */
static void resolve_key(struct plan_write *w, const struct plan_source *s, struct arena *a)
{
	struct cat_run columns = s->relation->columns;
	const struct cat_column *column = catalog_columns(s->catalog, columns);
	const struct cat_column **key = arena_make_array(a, const struct cat_column *, s->relation->primary_key.count);
	for (size_t i = 0; i < columns.count; i++)
		if (catalog_in_primary_key(s->catalog, s->relation, &column[i]))
			key[w->key_count++] = &column[i];
	w->key = key;
}

/* How many of the conditions are a plain `column=eq.value` on that column of the key. */
static size_t equals_on(const struct plan_condition *where, struct str name)
{
	size_t count = 0;
	for (size_t i = 0; i < where->child_count; i++) {
		const struct plan_condition *c = &where->children[i];
		bool is_equals = c->kind == LOGIC_FILTER && c->filter->op == OP_EQ && !c->filter->negated
			&& c->filter->quantifier == QUANTIFIER_NONE && c->field.step_count == 0;
		count += is_equals && str_eq(c->field.name, name);
	}
	return count;
}

/* PUT names its one row by all and only the columns of the primary key. */
static bool check_put(const struct plan_write *w, const struct catalog *cat, struct fault *f)
{
	size_t matched = 0;
	bool whole = w->where && w->where->kind == LOGIC_AND && !w->where->negated && w->key_count > 0;
	for (size_t i = 0; whole && i < w->key_count; i++) {
		size_t here = equals_on(w->where, catalog_text(cat, w->key[i]->name));
		matched += here;
		whole = here > 0;
	}
	if (whole && matched == w->where->child_count)
		return true;
	return fault_set(f, 405, "PGRST105",
		STR("Filters must include all and only primary key columns with 'eq' operators"));
}

bool plan_write(struct plan_write *out_r, const struct query *q, const struct plan_source *s, struct arena *a,
	struct fault *f)
{
	*out_r = (struct plan_write){ 0 };
	resolve_key(out_r, s, a);
	if (q->action != ACTION_CREATE)
		out_r->where = plan_where(q, s, a);
	if (q->action == ACTION_DELETE)
		return true;
	if (q->action == ACTION_UPSERT_ONE && !check_put(out_r, s->catalog, f))
		return false;
	if (q->action != ACTION_UPDATE)
		upsert_resolve(out_r, q, s, a);
	/* Only with columns= can a key be absent: otherwise every object has been seen to have all of them. */
	out_r->defaults = q->prefer.missing == MISSING_DEFAULT && q->payload.kind == PAYLOAD_JSON_UNREAD;
	resolve_body(out_r, &q->payload);
	return resolve_columns(out_r, q, s, a, f);
}
