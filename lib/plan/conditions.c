/* Resolves filters and ranges of places.
 * SPDX-License-Identifier: MIT */
#include "catalog/oid.h"
#include "plan/missing.h"
#include "plan/place.h"

static bool is_empty(const struct logic *where)
{
	return !where || (where->kind != LOGIC_FILTER && !where->children);
}

/* The embed of which a filter says that it has no rows: `rel=is.null`, `rel=not.is.null`; or NULL. */
static struct plan_embed *null_embed(struct place *p, const struct filter *f)
{
	if (!p || f->op != OP_IS || f->is != IS_NULL || f->field.step_count > 0)
		return NULL;
	struct place *child = place_child(p, f->field.name);
	return child ? child->embed : NULL;
}

static void resolve_filter(struct plan_condition *out_r, const struct filter *f, const struct plan_source *s,
	struct place *p)
{
	const struct operator_row *op = &filter_operators[f->op];
	out_r->filter = f;
	out_r->embed = null_embed(p, f);
	if (out_r->embed)
		return;
	out_r->field = source_field(s, &f->field);
	if (out_r->field.domain && op->typed)
		out_r->from_text = catalog_text(s->catalog, out_r->field.domain->from_text);
	bool compares = op->operand == OPERAND_VALUE || op->operand == OPERAND_LIST;
	out_r->field.as_jsonb = compares && source_is_json(&out_r->field);
	out_r->to_tsvector = op->operand == OPERAND_QUERY && out_r->field.type != 0 && out_r->field.type != OID_TSVECTOR;
}

/* p: whose embeds a filter may name, or NULL. */
static void resolve_logic(struct plan_condition *out_r, const struct logic *l, const struct plan_source *s,
	struct place *p, struct arena *a)
{
	*out_r = (struct plan_condition){ .kind = l->kind, .negated = l->negated };
	if (l->kind == LOGIC_FILTER) {
		resolve_filter(out_r, &l->filter, s, p);
		return;
	}
	for (const struct logic *child = l->children; child; child = child->next)
		out_r->child_count++;
	out_r->children = arena_make_array(a, struct plan_condition, out_r->child_count);
	size_t i = 0;
	for (const struct logic *child = l->children; child; child = child->next)
		resolve_logic(&out_r->children[i++], child, s, p, a);
}

const struct plan_condition *plan_where(const struct query *q, const struct plan_source *s, struct arena *a)
{
	const struct logic *where = q->scopes->where;
	if (is_empty(where))
		return NULL;
	struct plan_condition *out = arena_make(a, struct plan_condition);
	resolve_logic(out, where, s, NULL, a);
	return out;
}

static bool where_user_code(const struct plan_source *s, const struct plan_condition *w)
{
	if (w->kind == LOGIC_FILTER)
		return !w->embed && source_user_code(s, &w->field);
	for (size_t i = 0; i < w->child_count; i++)
		if (where_user_code(s, &w->children[i]))
			return true;
	return false;
}

/* A filter that names an embed, and no column, asks whether it has rows and nothing else. */
static bool check_embed_filters(struct reader *r, struct place *p, const struct logic *l)
{
	if (l->kind != LOGIC_FILTER) {
		for (const struct logic *child = l->children; child; child = child->next)
			if (!check_embed_filters(r, p, child))
				return false;
		return true;
	}
	const struct filter *f = &l->filter;
	if (f->field.step_count > 0 || null_embed(p, f) || !place_child(p, f->field.name)
		|| source_knows(&p->source, f->field.name))
		return true;
	fault_printf(r->fault, r->arena, 400, "PGRST120", "Bad operator on the '%.*s' embedded resource",
		STR_ARG(f->field.name));
	return fault_details(r->fault, STR("Only is null or not is null filters are allowed on embedded resources"));
}

static bool check_scopes(struct reader *r, struct place *p)
{
	for (const struct place_said *said = p->said; said; said = said->next)
		if (!is_empty(said->scope->where) && !check_embed_filters(r, p, said->scope->where))
			return false;
	return true;
}

/* `rel=not.is.null` beside other filters is what !inner says. */
static bool is_inner(const struct plan_condition *c)
{
	return c->kind == LOGIC_FILTER && c->embed && c->filter->negated;
}

/* All that the scopes of a place say, joined by AND; filters that say !inner go to their embed. */
static void join_scopes(struct reader *r, struct place *p, struct plan_condition *out_r)
{
	size_t most = 0;
	for (const struct place_said *said = p->said; said; said = said->next)
		for (const struct logic *l = is_empty(said->scope->where) ? NULL : said->scope->where->children; l; l = l->next)
			most++;
	out_r->children = arena_make_array(r->arena, struct plan_condition, most);
	for (const struct place_said *said = p->said; said; said = said->next) {
		const struct logic *l = is_empty(said->scope->where) ? NULL : said->scope->where->children;
		for (; l; l = l->next) {
			struct plan_condition *c = &out_r->children[out_r->child_count];
			resolve_logic(c, l, &p->source, p, r->arena);
			if (is_inner(c))
				place_child(p, c->filter->field.name)->embed->inner = true;
			else
				out_r->child_count++;
		}
	}
	assert(out_r->child_count <= most);
}

bool place_where(struct reader *r, struct place *p)
{
	bool filtered = p->embed || r->query->action == ACTION_READ || r->query->action == ACTION_CALL;
	struct plan_condition *where = arena_make(r->arena, struct plan_condition);
	where->kind = LOGIC_AND;
	if (filtered && !check_scopes(r, p))
		return false;
	if (filtered)
		join_scopes(r, p, where);
	if (where->child_count > 0) {
		p->select->where = where;
		p->select->user_code = p->select->user_code || where_user_code(&p->source, where);
	}
	for (size_t i = 0; i < p->child_count; i++)
		if (!place_where(r, &p->children[i]))
			return false;
	return true;
}

/* db-max-rows caps each embed; the one row of a to-one stays one without being told. */
static void cap(struct reader *r, struct plan_embed *e)
{
	int64_t most = r->conf->db_max_rows;
	struct row_range *range = &e->select.range;
	bool one = e->to_one && range->limit < 0 && most > 0;
	if (most >= 0 && !one && (range->limit < 0 || range->limit > most))
		range->limit = most;
}

/* A representation is returned whole: ranges do not apply to it nor to its embeds. */
void place_ranges(struct reader *r, struct place *p)
{
	if (r->query->action != ACTION_READ && r->query->action != ACTION_CALL)
		return;
	for (size_t i = 0; i < p->child_count; i++) {
		struct place *child = &p->children[i];
		for (const struct place_said *said = child->said; said; said = said->next)
			if (said->scope->has_range)
				child->select->range = said->scope->range;
		cap(r, child->embed);
		place_ranges(r, child);
	}
}
