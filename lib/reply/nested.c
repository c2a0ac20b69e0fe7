/* Lays the columns of a result out by the plan: those of the root's star are as many as the others leave.
 *
 * What `*` shows of an embed is counted by the catalog, and compared by name: a column that came or went since makes
 * the rows unfit, whereupon the catalog is read anew (app/serve/stale.c).
 * SPDX-License-Identifier: MIT */
#include "reply/nested.h"

#include "catalog/oid.h"
#include "plan/apart.h"

static size_t star_width(const struct plan_select *sel)
{
	return sel->relation->columns.count;
}

/* Columns of an output that is not the root's star. */
static size_t width(const struct plan *p, const struct plan_select *sel, const struct plan_output *out)
{
	size_t n = 1;
	if (out->shows == SHOWS_ALL)
		return star_width(sel);
	if (out->shows != SHOWS_EMBED || !plan_comes_apart(p, out->embed))
		return 1;
	const struct plan_select *inside = &out->embed->select;
	for (size_t i = 0; i < inside->output_count; i++)
		n += width(p, inside, &inside->outputs[i]);
	return n;
}

static bool is_star_of(const struct plan *p, const struct plan_select *sel, const struct row *r, size_t at)
{
	const struct cat_column *columns = catalog_columns(p->catalog, sel->relation->columns);
	for (size_t i = 0; i < star_width(sel); i++)
		if (!str_eq(str_of(row_name(r, at + i)), catalog_text(p->catalog, columns[i].name)))
			return false;
	return true;
}

/* Whether the columns at that place are of types that can be gathered in arrays. */
static bool can_gather(const struct plan *p, const struct row *r, size_t at, size_t count)
{
	for (size_t i = at; i < at + count; i++)
		if (!plan_can_gather(p->catalog, row_type(r, i)))
			return false;
	return count <= JSON_GATHERED_MOST;
}

/* at: of the column that says whether the embed has a row, or that holds its rows. */
static bool lay_embed(struct json_shape *shape, const struct plan *p, const struct plan_embed *e, const struct row *r,
	size_t at)
{
	const struct plan_select *sel = &e->select;
	size_t next = at + 1;
	bool fits = row_type(r, at) == (e->to_one ? OID_BOOL : OID_TEXT);
	for (size_t i = 0; i < sel->output_count && fits; i++) {
		const struct plan_output *out = &sel->outputs[i];
		if (out->shows == SHOWS_ALL)
			fits = is_star_of(p, sel, r, next);
		if (out->shows == SHOWS_EMBED && plan_comes_apart(p, out->embed))
			fits = lay_embed(shape, p, out->embed, r, next);
		next += width(p, sel, out);
	}
	if (!fits || (!e->to_one && !can_gather(p, r, at + 1, next - at - 1)))
		return false;
	(e->to_one ? json_shape_nest : json_shape_gather)(shape, at, next - at - 1);
	return true;
}

/* The columns that are not the root's star, and of them those in front of it. */
static size_t count_named(struct json_star *star_r, const struct plan *p)
{
	const struct plan_select *sel = p->read;
	bool before = true;
	size_t named = 0;
	for (size_t i = 0; i < sel->output_count; i++) {
		bool star = sel->outputs[i].shows == SHOWS_ALL;
		named += star ? 0 : width(p, sel, &sel->outputs[i]);
		before = before && !star;
		star_r->before = before ? named : star_r->before;
	}
	star_r->behind = named - star_r->before;
	return named;
}

bool nested_lay(struct json_shape *shape, struct json_star *star_r, const struct plan *p, const struct row *r)
{
	const struct plan_select *sel = p->read;
	*star_r = (struct json_star){ .encoded = plan_is_encoded(p) ? sel->encoded_count : 0 };
	size_t others = count_named(star_r, p) + star_r->encoded, at = 0;
	bool fits = row_columns(r) >= others;
	for (size_t i = 0; i < sel->output_count && fits; i++) {
		const struct plan_output *out = &sel->outputs[i];
		if (out->shows == SHOWS_EMBED && plan_comes_apart(p, out->embed))
			fits = lay_embed(shape, p, out->embed, r, at);
		at += out->shows == SHOWS_ALL ? row_columns(r) - others : width(p, sel, out);
	}
	return fits && at + star_r->encoded == row_columns(r);
}
