/* Embeds: related rows as JSON values, or as columns, of the rows they belong to; one statement whatever the depth.
 *
 * How it is written was measured (PostgreSQL 15, pages of 100 rows and whole tables): an array is a scalar subquery
 * in the select list, which PostgreSQL runs after the sort and only for the rows within the limit; grouping the whole
 * child table and joining is up to 1.6 times faster when every row is wanted and many times slower when few are. An
 * object is a lateral join: it may be turned into a plain join, its rows may be remembered (Memoize), and it may not
 * fail when a view has a key twice. What does not come apart (lib/plan/apart.h) is turned into JSON inside of the join,
 * so that what is remembered is the text. Of many objects each is a scalar subquery too, or behind OFFSET 0: planning
 * 75 joins takes seconds. So is each where the select list stands above LIMIT and OFFSET (lib/plan/above.c), since a
 * join could change the order. Equal columns are told by EXISTS wherever only the existence of rows matters.
 * SPDX-License-Identifier: MIT */
#include "base/name_set.h"
#include "stmt/parts.h"

bool stmt_tests(const struct plan *p, const struct plan_select *around, const struct plan_embed *e, bool counting)
{
	return e->inner && (counting || !e->to_one || !plan_is_joined(p, around, e));
}

static void put_relation(struct draft *d, const struct plan *p, const struct cat_relation *r)
{
	stmt_qualified(d, catalog_text(p->catalog, r->schema), catalog_text(p->catalog, r->name));
}

static void put_column(struct draft *d, const struct plan *p, struct str alias, uint32_t column)
{
	stmt_qualified(d, alias, catalog_text(p->catalog, catalog_column_at(p->catalog, column)->name));
}

/* The function over the row around; `.*` so that no column of that name is meant. */
static void put_computed(struct draft *d, const struct plan *p, const struct plan_embed *e,
	const struct plan_select *around)
{
	const struct cat_computed *c = e->related.computed;
	bool written = p->write && around == p->read;
	stmt_qualified(d, catalog_text(p->catalog, c->schema), catalog_text(p->catalog, c->name));
	stmt_sql(d, "(");
	stmt_ident(d, around->alias);
	buf_put(&d->sql, written ? STR("." STMT_WRITTEN_ROW) : STR(".*"));
	stmt_sql(d, ")");
}

static void put_from(struct draft *d, const struct plan *p, const struct plan_embed *e,
	const struct plan_select *around)
{
	stmt_sql(d, " FROM ");
	if (e->related.cardinality == CAT_COMPUTED)
		put_computed(d, p, e, around);
	else
		put_relation(d, p, e->related.to);
	stmt_sql(d, " AS ");
	stmt_ident(d, e->select.alias);
	if (e->related.cardinality != CAT_MANY_TO_MANY)
		return;
	stmt_sql(d, ", ");
	put_relation(d, p, e->related.junction);
	stmt_sql(d, " AS ");
	stmt_ident(d, e->junction_alias);
}

static void put_equals(struct draft *d, const struct plan *p, struct str left, struct str right,
	const struct cat_columns *columns, bool *any)
{
	for (size_t i = 0; i < columns->count; i++) {
		buf_put(&d->sql, *any ? STR(" AND ") : STR(" WHERE "));
		*any = true;
		put_column(d, p, right, columns->right[i]);
		stmt_sql(d, " = ");
		put_column(d, p, left, columns->left[i]);
	}
}

bool stmt_ties(struct draft *d, const struct plan *p, const struct plan_embed *e, const struct plan_select *around)
{
	bool any = false;
	bool across = e->related.cardinality == CAT_MANY_TO_MANY;
	put_equals(d, p, around->alias, across ? e->junction_alias : e->select.alias, &e->related.columns, &any);
	put_equals(d, p, e->junction_alias, e->select.alias, &e->related.other_columns, &any);
	return any;
}

/* Keeps PostgreSQL from making one join of many: that all their columns are equal to one another it then concludes of
 * every pair, and looks for the best order of them. */
static void put_fence(struct draft *d, const struct plan *p, const struct plan_embed *e,
	const struct plan_select *around)
{
	if (plan_is_crowded(p) && plan_is_joined(p, around, e) && e->select.range.limit < 0 && e->select.range.offset == 0)
		stmt_sql(d, " OFFSET 0");
}

/* All that follows the select list of an embed's own select. */
static void put_rest(struct draft *d, const struct plan *p, const struct plan_embed *e,
	const struct plan_select *around)
{
	put_from(d, p, e, around);
	stmt_joins(d, p, &e->select);
	stmt_conditions(d, p, &e->select, e, around, false);
	stmt_group(d, p, &e->select);
	stmt_order(d, p, &e->select);
	stmt_range(d, p, e->select.range);
	put_fence(d, p, e, around);
}

/* (SELECT ...) AS pgrst_row: the rows of an embed. */
static void put_embedded(struct draft *d, const struct plan *p, const struct plan_embed *e,
	const struct plan_select *around)
{
	stmt_sql(d, "(SELECT ");
	stmt_values(d, p, &e->select);
	put_rest(d, p, e, around);
	stmt_sql(d, ") AS pgrst_row");
}

/* Only jsonb can be grouped by. */
static void put_grouped(struct draft *d, const struct plan_select *around)
{
	buf_put(&d->sql, around->grouped ? STR("::jsonb") : STR(""));
}

static void put_array(struct draft *d, const struct plan *p, const struct plan_embed *e,
	const struct plan_select *around)
{
	stmt_sql(d, "SELECT coalesce(pg_catalog.json_agg(pgrst_row.*), '[]')");
	put_grouped(d, around);
	stmt_sql(d, " AS j FROM ");
	put_embedded(d, p, e, around);
}

/* What the rows around are ordered by, after what is shown. */
static void put_keys(struct draft *d, const struct plan *p, const struct plan_embed *e, bool first)
{
	for (size_t i = 0; i < e->key_count; i++) {
		buf_put(&d->sql, first && i == 0 ? STR("") : STR(", "));
		stmt_ordered_by(d, p, &e->select, &e->keys[i]);
		stmt_sql(d, " AS o");
		buf_u64(&d->sql, i + 1);
	}
}

/* An object, and columns beside it that the rows around are ordered by. */
static void put_ordered_object(struct draft *d, const struct plan *p, const struct plan_embed *e,
	const struct plan_select *around)
{
	stmt_sql(d, "SELECT ");
	if (e->shown) {
		stmt_sql(d, "(SELECT pg_catalog.row_to_json(pgrst_row.*)");
		put_grouped(d, around);
		stmt_sql(d, " FROM (SELECT ");
		stmt_values(d, p, &e->select);
		stmt_sql(d, ") AS pgrst_row) AS j");
	}
	put_keys(d, p, e, !e->shown);
	put_rest(d, p, e, around);
}

/* Columns under names of their own: those of the URL may repeat. */
static void put_lifted(struct draft *d, const struct plan *p, const struct plan_embed *e)
{
	for (size_t i = 0; i < e->select.output_count; i++) {
		buf_put(&d->sql, i ? STR(", ") : STR(""));
		stmt_output(d, p, &e->select, &e->select.outputs[i]);
		stmt_sql(d, " AS c");
		buf_u64(&d->sql, i + 1);
	}
}

/* The same where rows are grouped, which happens before the object is made. */
static void put_grouped_object(struct draft *d, const struct plan *p, const struct plan_embed *e,
	const struct plan_select *around)
{
	stmt_sql(d, "SELECT (SELECT pg_catalog.row_to_json(pgrst_row.*)");
	put_grouped(d, around);
	stmt_sql(d, " FROM (SELECT ");
	for (size_t i = 0; i < e->select.output_count; i++) {
		buf_put(&d->sql, i ? STR(", pgrst_group.c") : STR("pgrst_group.c"));
		buf_u64(&d->sql, i + 1);
		stmt_sql(d, " AS ");
		stmt_ident(d, e->select.outputs[i].name);
	}
	stmt_sql(d, ") AS pgrst_row) AS j");
	for (size_t i = 1; i <= e->key_count; i++) {
		stmt_sql(d, ", pgrst_group.o");
		buf_u64(&d->sql, i);
	}
	stmt_sql(d, " FROM (SELECT ");
	put_lifted(d, p, e);
	put_keys(d, p, e, false);
	put_rest(d, p, e, around);
	stmt_sql(d, ") AS pgrst_group");
}

static void put_embed_object(struct draft *d, const struct plan *p, const struct plan_embed *e,
	const struct plan_select *around)
{
	if (e->key_count > 0) {
		(e->select.aggregated ? put_grouped_object : put_ordered_object)(d, p, e, around);
		return;
	}
	stmt_sql(d, "SELECT pg_catalog.row_to_json(pgrst_row.*)");
	put_grouped(d, around);
	stmt_sql(d, " AS j FROM ");
	put_embedded(d, p, e, around);
}

/* An object's columns, behind one that is there when it is, called as the object is. */
static void put_apart(struct draft *d, const struct plan *p, const struct plan_embed *e,
	const struct plan_select *around)
{
	stmt_sql(d, "SELECT true AS ");
	stmt_ident(d, e->name);
	stmt_sql(d, ", ");
	stmt_values(d, p, &e->select);
	put_rest(d, p, e, around);
}

static size_t count_columns(const struct plan_select *sel)
{
	size_t count = 0;
	for (size_t i = 0; i < sel->output_count; i++)
		count += sel->outputs[i].shows == SHOWS_ALL ? sel->relation->columns.count : 1;
	return count;
}

static void put_gathered_name(struct draft *d, size_t i)
{
	stmt_sql(d, " AS c");
	buf_u64(&d->sql, i);
}

/* Every column, those of `*` as the catalog knows them, under a name of its own. */
static void put_columns(struct draft *d, const struct plan *p, const struct plan_select *sel)
{
	size_t count = 0;
	for (size_t i = 0; i < sel->output_count; i++) {
		bool all = sel->outputs[i].shows == SHOWS_ALL;
		for (size_t c = 0; c < (all ? sel->relation->columns.count : 1); c++) {
			buf_put(&d->sql, count++ ? STR(", ") : STR(""));
			if (all)
				put_column(d, p, sel->alias, sel->relation->columns.first + (uint32_t)c);
			else
				stmt_output(d, p, sel, &sel->outputs[i]);
			put_gathered_name(d, count);
		}
	}
}

/* , (NULL::relation).column AS name, ...: names and types, and nothing that is read. */
static void put_described(struct draft *d, const struct plan *p, const struct plan_select *sel)
{
	for (size_t i = 0; i < sel->output_count; i++) {
		const struct plan_output *out = &sel->outputs[i];
		stmt_sql(d, ", (NULL::");
		put_relation(d, p, sel->relation);
		stmt_sql(d, ").");
		if (out->shows == SHOWS_ALL) {
			stmt_sql(d, "*");
			continue;
		}
		stmt_ident(d, out->field.name);
		stmt_sql(d, " AS ");
		stmt_ident(d, out->name);
	}
}

/* An array of each column, all in one text: json_agg() takes two and a half times as long. */
static void put_gathered(struct draft *d, const struct plan *p, const struct plan_embed *e,
	const struct plan_select *around)
{
	stmt_sql(d, "(SELECT pg_catalog.concat(");
	for (size_t i = 0; i < count_columns(&e->select); i++) {
		buf_put(&d->sql, i ? STR(", pg_catalog.array_agg(pgrst_row.c") : STR("pg_catalog.array_agg(pgrst_row.c"));
		buf_u64(&d->sql, i + 1);
		stmt_sql(d, ")");
	}
	stmt_sql(d, ") FROM (SELECT ");
	put_columns(d, p, &e->select);
	put_rest(d, p, e, around);
	stmt_sql(d, ") AS pgrst_row) AS ");
	stmt_ident(d, e->name);
	put_described(d, p, &e->select);
}

static void put_arrays(struct draft *d, const struct plan *p, const struct plan_embed *e,
	const struct plan_select *around)
{
	stmt_sql(d, "SELECT ");
	for (size_t i = 0; i < e->select.output_count; i++) {
		buf_put(&d->sql, i ? STR(", ") : STR(""));
		stmt_sql(d, "coalesce(pg_catalog.json_agg(pgrst_row.c");
		buf_u64(&d->sql, i + 1);
		stmt_sql(d, "), '[]')");
		put_grouped(d, around);
		stmt_sql(d, " AS c");
		buf_u64(&d->sql, i + 1);
	}
	stmt_sql(d, " FROM (SELECT ");
	put_lifted(d, p, e);
	put_rest(d, p, e, around);
	stmt_sql(d, ") AS pgrst_row");
}

static void put_spread(struct draft *d, const struct plan *p, const struct plan_embed *e,
	const struct plan_select *around)
{
	if (!e->to_one) {
		put_arrays(d, p, e, around);
		return;
	}
	stmt_sql(d, "SELECT ");
	put_lifted(d, p, e);
	put_keys(d, p, e, e->select.output_count == 0);
	put_rest(d, p, e, around);
}

void stmt_joins(struct draft *d, const struct plan *p, const struct plan_select *sel)
{
	for (size_t i = 0; i < sel->embed_count; i++) {
		const struct plan_embed *e = &sel->embeds[i];
		if (!plan_is_joined(p, sel, e))
			continue;
		buf_put(&d->sql, e->inner && e->to_one ? STR(" JOIN LATERAL (") : STR(" LEFT JOIN LATERAL ("));
		if (plan_comes_apart(p, e))
			put_apart(d, p, e, sel);
		else
			(e->spread ? put_spread : e->to_one ? put_embed_object : put_array)(d, p, e, sel);
		stmt_sql(d, ") AS ");
		stmt_ident(d, e->alias);
		stmt_sql(d, " ON true");
	}
}

void stmt_embed(struct draft *d, const struct plan *p, const struct plan_select *around, const struct plan_embed *e)
{
	if (plan_is_joined(p, around, e)) {
		stmt_ident(d, e->alias);
		buf_put(&d->sql, plan_comes_apart(p, e) ? STR(".*") : STR(".j"));
		return;
	}
	if (plan_comes_apart(p, e)) {
		put_gathered(d, p, e, around);
		return;
	}
	stmt_sql(d, "(");
	(e->to_one ? put_embed_object : put_array)(d, p, e, around);
	stmt_sql(d, ")");
}

void stmt_key_of_embed(struct draft *d, const struct plan_key *key)
{
	stmt_ident(d, key->embed->alias);
	stmt_sql(d, ".o");
	buf_u64(&d->sql, key->related + 1);
}

/* An embed of nothing but aggregates always has its one row. */
static bool has_always(const struct plan_select *sel)
{
	for (size_t i = 0; i < sel->output_count; i++)
		if (!sel->outputs[i].aggregate)
			return false;
	return sel->aggregated;
}

void stmt_exists(struct draft *d, const struct plan *p, const struct plan_select *around, const struct plan_embed *e)
{
	if (has_always(&e->select)) {
		stmt_sql(d, "true");
		return;
	}
	stmt_sql(d, "EXISTS (SELECT 1");
	put_from(d, p, e, around);
	stmt_conditions(d, p, &e->select, e, around, true);
	if (e->select.range.offset > 0 || e->select.range.limit == 0)
		stmt_range(d, p, e->select.range);
	stmt_sql(d, ")");
}

/* The names of columns that are needed, each once. */
struct needs {
	struct draft *d;
	struct str alias;
	struct name_set names;
};

static void need(struct needs *n, struct str name)
{
	bool first = n->names.count == 0;
	if (!name.p || !name_set_add(&n->names, name))
		return;
	buf_put(&n->d->sql, first ? STR("") : STR(", "));
	stmt_ident(n->d, n->alias);
	stmt_sql(n->d, ".");
	stmt_ident(n->d, name);
}

/* Every column, whatever its name: those that the catalog knows are there. */
static void need_all(struct needs *n, const struct plan *p)
{
	const struct cat_column *columns = catalog_columns(p->catalog, p->relation->columns);
	stmt_ident(n->d, n->alias);
	stmt_sql(n->d, ".*");
	for (size_t i = 0; i < p->relation->columns.count; i++)
		name_set_add(&n->names, catalog_text(p->catalog, columns[i].name));
}

static bool needs_row(const struct plan_select *sel)
{
	for (size_t i = 0; i < sel->embed_count; i++)
		if (sel->embeds[i].related.cardinality == CAT_COMPUTED)
			return true;
	return false;
}

void stmt_needs(struct draft *d, const struct plan *p)
{
	const struct plan_select *sel = p->read;
	struct needs n = { d, sel->alias, name_set_new(0, d->arena) };
	for (size_t i = 0; i < sel->output_count; i++)
		if (sel->outputs[i].shows == SHOWS_ALL)
			need_all(&n, p);
	for (size_t i = 0; i < sel->output_count; i++)
		need(&n, sel->outputs[i].field.name);
	for (size_t i = 0; i < sel->order_count && p->write; i++)
		need(&n, sel->order[i].key.field.name);
	for (size_t i = 0; i < sel->embed_count; i++) {
		const struct cat_columns *columns = &sel->embeds[i].related.columns;
		for (size_t c = 0; c < columns->count; c++)
			need(&n, catalog_text(p->catalog, catalog_column_at(p->catalog, columns->left[c])->name));
	}
	if (needs_row(sel)) {
		buf_put(&d->sql, n.names.count ? STR(", ") : STR(""));
		stmt_ident(d, sel->alias);
		stmt_sql(d, ".*::");
		stmt_relation(d, p);
		stmt_sql(d, " AS " STMT_WRITTEN_ROW);
	} else if (n.names.count == 0) {
		stmt_sql(d, "1");
	}
}
