/* Chooses the first accepted media type that can be made.
 * SPDX-License-Identifier: MIT */
#include "plan/negotiate.h"

static const struct media JSON = { .kind = MEDIA_JSON, .text = STR_INIT("application/json"),
	.full = STR_INIT("application/json") };
static const struct media OPENAPI = { .kind = MEDIA_OPENAPI, .text = STR_INIT("application/openapi+json"),
	.full = STR_INIT("application/openapi+json") };

/* The name of the type a function returns when that is a domain named like a media type: its values are bodies. */
static struct str own_media_type(const struct plan *p)
{
	const struct cat_type *t = p->routine ? catalog_type(p->catalog, p->routine->return_type) : NULL;
	return t && t->is_media_type && p->routine->returns == CAT_RETURNS_SCALAR ? catalog_text(p->catalog, t->name)
		: STR_NONE;
}

static bool makes_rows(const struct plan *p, const struct media *m)
{
	struct str own = own_media_type(p);
	if (own.p && str_eq(own, m->text))
		return true;
	switch (m->kind) {
	case MEDIA_ANY:
	case MEDIA_JSON:
	case MEDIA_JSON_STRIPPED:
	case MEDIA_OBJECT:
	case MEDIA_OBJECT_STRIPPED:
	case MEDIA_CSV:
		return true;
	default:
		return false;
	}
}

/* An execution plan is that of the statement which would have made another media type. */
static bool accept_explain(struct plan *p, const struct media *m, struct arena *a)
{
	struct media inner = media_content(m->plan_for, a);
	if (!p->conf->db_plan_enabled || !makes_rows(p, &inner))
		return false;
	p->count_by_statement = false;
	return true;
}

static bool accept_rows(struct plan *p, const struct media *m, struct arena *a)
{
	p->media = m->kind == MEDIA_ANY ? JSON : *m;
	return m->kind == MEDIA_PLAN ? accept_explain(p, m, a) : makes_rows(p, m);
}

static bool accept_document(struct plan *p, const struct media *m, struct arena *a)
{
	(void)a;
	p->media = OPENAPI;
	return m->kind == MEDIA_ANY || m->kind == MEDIA_JSON || m->kind == MEDIA_OPENAPI;
}

static bool refuse(const struct query *q, struct arena *a, struct fault *f)
{
	struct str *names = arena_make_array(a, struct str, q->accept_count);
	for (size_t i = 0; i < q->accept_count; i++)
		names[i] = q->accept[i].kind == MEDIA_PLAN ? q->accept[i].full : q->accept[i].text;
	struct str list = str_join(a, names, q->accept_count, STR(", "));
	return fault_printf(f, a, 406, "PGRST107", "None of these media types are available: %.*s", STR_ARG(list));
}

bool negotiate(struct plan *p, struct arena *a, struct fault *f)
{
	const struct query *q = p->query;
	bool accepted = false;
	for (size_t i = 0; i < q->accept_count && !accepted; i++)
		accepted = (p->kind == PLAN_INSPECT ? accept_document : accept_rows)(p, &q->accept[i], a);
	if (!accepted)
		return refuse(q, a, f);
	enum media_kind kind = p->media.kind;
	p->singular = kind == MEDIA_OBJECT || kind == MEDIA_OBJECT_STRIPPED;
	p->strip_nulls = kind == MEDIA_JSON_STRIPPED || kind == MEDIA_OBJECT_STRIPPED;
	return true;
}
