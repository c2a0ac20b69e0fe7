/* Chooses the first accepted media type that can be made.
 * SPDX-License-Identifier: MIT */
#include "plan/negotiate.h"

#include "plan/source.h"

static const struct str ANYTHING = STR_INIT("*/*"), OCTETS = STR_INIT("application/octet-stream");

/* `select=` was not given, or is `*`: what was made for the rows of a relation, or is a function's own type, fits. */
static bool is_default_select(const struct query *q)
{
	return q->select && q->select->kind == SELECT_ALL && !q->select->next;
}

/* The domain named as a media type that a function returns one value of, or NULL. */
static const struct cat_type *own_type(const struct plan *p)
{
	const struct cat_type *t = p->routine ? catalog_type(p->catalog, p->routine->return_type) : NULL;
	return t && t->is_media_type && p->routine->returns == CAT_RETURNS_SCALAR && !p->routine->returns_set ? t : NULL;
}

/* What is answered keeps the case it was named in. */
static struct media answered(struct str name, struct arena *a)
{
	struct media m = media_content(name, a);
	m.text = m.kind == MEDIA_OTHER ? name : m.text;
	return m;
}

static bool take_handler(struct plan *p, struct str name, uint32_t row_type, struct arena *a)
{
	const struct cat_handler *h = catalog_handler(p->catalog, name, row_type);
	if (!h)
		return false;
	p->handler = h;
	p->media = answered(catalog_text(p->catalog, h->answered), a);
	return true;
}

static bool take_own(struct plan *p, struct str name, struct arena *a)
{
	const struct cat_type *t = own_type(p);
	struct str own = t ? catalog_text(p->catalog, t->name) : STR_NONE;
	if (!t || !str_eq_nocase(own, name))
		return false;
	p->raw = true;
	p->media = answered(str_eq(own, ANYTHING) ? OCTETS : own, a);
	return true;
}

/* What belongs to this very relation or function. */
static bool take_particular(struct plan *p, struct str name, struct arena *a)
{
	if (!is_default_select(p->query))
		return false;
	return take_own(p, name, a)
		|| (p->relation && p->relation->row_type && take_handler(p, name, p->relation->row_type, a));
}

static bool take_builtin(struct plan *p, const struct media *m, struct arena *a)
{
	const struct media_type *type = &media_types[m->kind];
	if (!type->rows)
		return false;
	p->media = m->kind == MEDIA_ANY ? media_content(STR_NONE, a) : *m;
	p->plain = type->plain;
	p->features = type->features;
	return true;
}

/* A handler for anything that the relation or function has goes first, then one for this type, then what makes this
 * type out of any rows. */
static bool take_rows(struct plan *p, const struct media *m, struct arena *a)
{
	struct str name = str_lower(a, media_name(m, a));
	if (media_types[m->kind].fixed)
		return take_builtin(p, m, a);
	return take_particular(p, ANYTHING, a) || take_particular(p, name, a) || take_handler(p, name, 0, a)
		|| take_builtin(p, m, a);
}

/* An execution plan is that of the statement which would have made another media type, in SQL alone. */
static bool accept_explain(struct plan *p, const struct media *m, struct arena *a)
{
	struct media inner = media_content(m->plan_for, a);
	if (!p->conf->db_plan_enabled || !take_rows(p, &inner, a))
		return false;
	p->media = *m;
	p->plain = true;
	p->count_by_statement = false;
	return true;
}

static bool accept_rows(struct plan *p, const struct media *m, struct arena *a)
{
	return m->kind == MEDIA_PLAN ? accept_explain(p, m, a) : take_rows(p, m, a);
}

static bool accept_document(struct plan *p, const struct media *m, struct arena *a)
{
	p->media = media_content(STR("application/openapi+json"), a);
	return media_types[m->kind].document;
}

static bool refuse_media(const struct query *q, struct arena *a, struct fault *f)
{
	struct str *names = arena_make_array(a, struct str, q->accept_count);
	for (size_t i = 0; i < q->accept_count; i++)
		names[i] = media_name(&q->accept[i], a);
	struct str list = str_join(a, names, q->accept_count, STR(", "));
	return fault_printf(f, a, 406, "PGRST107", "None of these media types are available: %.*s", STR_ARG(list));
}

static bool is_geometry(struct str type)
{
	return str_eq_nocase(type, STR("geometry")) || str_eq_nocase(type, STR("geography"));
}

/* Whether a column may be one; of what the catalog does not know, PostGIS finds out. */
static bool may_be_geometry(const struct catalog *cat, const struct plan_output *out)
{
	while (out->shows == SHOWS_LIFTED && out->embed->to_one && !out->cast.p && !out->aggregate)
		out = &out->embed->select.outputs[out->lifted];
	if (out->aggregate_cast.p || out->cast.p)
		return is_geometry(out->aggregate_cast.p ? out->aggregate_cast : out->cast);
	if (out->shows != SHOWS_FIELD || out->field.step_count > 0 || out->aggregate == AGGREGATE_COUNT)
		return false;
	const struct cat_type *t = catalog_type(cat, out->field.type);
	return out->field.type == 0 || (t && is_geometry(catalog_text(cat, t->name)));
}

static bool any_may_be_geometry(const struct plan_source *s)
{
	bool any = false;
	for (size_t i = 0; i < source_columns(s) && !any; i++)
		any = may_be_geometry(s->catalog, &(struct plan_output){ .field = source_column(s, i) });
	return any;
}

static bool has_geometry(const struct plan *p)
{
	struct plan_source rows = { .catalog = p->catalog, .relation = p->relation, .routine = p->routine };
	bool any = !p->read;
	for (size_t i = 0; p->read && i < p->read->output_count && !any; i++)
		any = p->read->outputs[i].shows == SHOWS_ALL ? any_may_be_geometry(&rows)
													 : may_be_geometry(p->catalog, &p->read->outputs[i]);
	return any;
}

/* A handler is run only where there is a body to make, and may run any code of users. */
static void settle_handler(struct plan *p)
{
	bool has_body = !p->query->head_only && p->result != RESULT_NOTHING && p->result != RESULT_LOCATION;
	if (!has_body)
		p->handler = NULL;
	p->features = p->features && has_body;
	p->unlocated = p->features && !has_geometry(p);
	p->plain = p->plain || p->handler;
	bool runs = p->handler || (p->features && !p->unlocated);
	p->user_code = p->user_code || runs;
	p->calls = p->calls || runs;
	if (p->passes_over && (p->handler || p->features)) {
		p->passes_over = false;
		p->count = COUNT_NONE;
	}
}

bool negotiate(struct plan *p, struct arena *a, struct fault *f)
{
	const struct query *q = p->query;
	bool accepted = false;
	for (size_t i = 0; i < q->accept_count && !accepted; i++)
		accepted = (p->kind == PLAN_INSPECT ? accept_document : accept_rows)(p, &q->accept[i], a);
	if (!accepted)
		return refuse_media(q, a, f);
	p->singular = media_types[p->media.kind].singular;
	p->strip_nulls = media_types[p->media.kind].strip_nulls && !p->handler && !p->raw;
	settle_handler(p);
	return true;
}
