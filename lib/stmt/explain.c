/* What EXPLAIN shows: one statement that makes the whole answer, as PostgREST's does. Clients look for its aggregates
 * and for the names of its parts, and compare costs; so the shape is PostgREST's, though answers are not made by it.
 * SPDX-License-Identifier: MIT */
#include "stmt/parts.h"

/* Nobody is to be answered with rows: a write that returns none, or HEAD. */
static bool is_silent(const struct plan *p)
{
	return p->query->head_only || (p->write && p->result != RESULT_ROWS);
}

static bool returns_nothing(const struct plan *p)
{
	return p->routine && p->result == RESULT_NOTHING;
}

/* The whole JSON document of the rows as the worker would make it of them. */
static void put_json(struct draft *d, const struct plan *p, enum media_kind kind)
{
	const struct media_type *type = &media_types[kind];
	bool value = p->result == RESULT_VALUE || returns_nothing(p);
	bool one = type->singular || p->result == RESULT_OBJECT || value;
	stmt_sql(d, "COALESCE(");
	buf_put(&d->sql, type->strip_nulls ? STR("pg_catalog.json_strip_nulls(") : STR(""));
	stmt_sql(d, "pg_catalog.json_agg(");
	if (value || p->result == RESULT_VALUES)
		stmt_one_value(d);
	else
		stmt_sql(d, STMT_ROWS);
	buf_put(&d->sql, one ? STR(") -> 0") : STR(")"));
	buf_put(&d->sql, type->strip_nulls ? STR(")") : STR(""));
	buf_put(&d->sql, one ? STR(", 'null')") : STR(", '[]')"));
}

/* The names come from the rows once more: that is why rows for CSV are computed once and kept. */
static void put_csv(struct draft *d)
{
	stmt_sql(d,
		"(SELECT COALESCE(pg_catalog.string_agg(name, ','), '') FROM (SELECT pg_catalog.json_object_keys("
		"pg_catalog.row_to_json(first)) AS name FROM (SELECT * FROM " STMT_SOURCE " LIMIT 1) AS first) AS names) || "
		"E'\\n' || COALESCE(pg_catalog.string_agg(pg_catalog.substring(" STMT_ROWS
		"::text, 2, pg_catalog.length(" STMT_ROWS "::text) - 2), E'\\n'), '')");
}

static void put_collection(struct draft *d, const struct plan *p)
{
	stmt_sql(d, "pg_catalog.json_build_object('type', 'FeatureCollection', 'features', COALESCE(pg_catalog.json_agg(");
	stmt_feature(d, p);
	stmt_sql(d, "), '[]'))");
}

/* The body as a value of SQL. */
static void put_body(struct draft *d, const struct plan *p)
{
	enum media_kind kind = media_content(p->media.plan_for, d->arena).kind;
	if (is_silent(p))
		stmt_sql(d, "''::text");
	else if (p->handler)
		stmt_handled(d, p);
	else if (p->features)
		put_collection(d, p);
	else if (p->raw)
		stmt_one_value(d);
	else if (kind == MEDIA_CSV)
		put_csv(d);
	else
		put_json(d, p, kind);
}

static bool returns_single(const struct plan *p)
{
	return p->routine && !p->routine->returns_set;
}

static void put_page_total(struct draft *d, const struct plan *p)
{
	buf_put(&d->sql, returns_single(p) ? STR("1") : STR("pg_catalog.count(" STMT_ROWS ")"));
}

/* Whether all rows are counted, and not only those within the range. */
static bool counts_all(const struct plan *p)
{
	bool counts = !p->write && (p->count == COUNT_EXACT || p->count == COUNT_ESTIMATED);
	return counts && (p->range.limit >= 0 || p->range.offset > 0);
}

static void put_total(struct draft *d, const struct plan *p)
{
	if (p->write)
		stmt_sql(d, "''");
	else if (counts_all(p))
		stmt_sql(d, "(SELECT pg_catalog.count(*) FROM pgrst_source_count)");
	else if (p->count == COUNT_EXACT || p->count == COUNT_ESTIMATED)
		put_page_total(d, p);
	else
		stmt_sql(d, "NULL::bigint");
	stmt_sql(d, " AS total_result_set, ");
}

/* Where a row that was inserted is to be found: its key's columns, which are all that the write returns for this. */
static void put_header(struct draft *d, const struct plan *p)
{
	if (p->result == RESULT_LOCATION)
		stmt_sql(d,
			"CASE WHEN pg_catalog.count(" STMT_ROWS
			") = 1 THEN COALESCE((SELECT pg_catalog.array_agg(part.key || '=' || "
			"COALESCE('eq.' || part.value, 'is.null')) FROM (SELECT pg_catalog.row_to_json(one) AS key "
			"FROM " STMT_SOURCE
			" AS one LIMIT 1) AS row, pg_catalog.json_each_text(row.key) AS part), ARRAY[]::text[]) "
			"ELSE ARRAY[]::text[] END");
	else
		stmt_sql(d, "ARRAY[]::text[]");
	stmt_sql(d, " AS header, ");
}

static void put_inserted(struct draft *d, const struct plan *p)
{
	if (p->write && p->write->merges)
		stmt_sql(d, "NULLIF(pg_catalog.current_setting('" STMT_INSERTED "', true), '')::int");
	else
		stmt_sql(d, "''");
	stmt_sql(d, " AS response_inserted");
}

/* The columns, whose widths are shown. */
static void put_answer(struct draft *d, const struct plan *p)
{
	stmt_sql(d, " SELECT ");
	put_total(d, p);
	put_page_total(d, p);
	stmt_sql(d, " AS page_total, ");
	if (p->write)
		put_header(d, p);
	put_body(d, p);
	stmt_sql(d,
		" AS body, NULLIF(pg_catalog.current_setting('response.headers', true), '') AS response_headers, "
		"NULLIF(pg_catalog.current_setting('response.status', true), '') AS response_status, ");
	put_inserted(d, p);
}

static void put_source(struct draft *d, const struct plan *p)
{
	if (p->write)
		stmt_write_source(d, p);
	else if (p->routine)
		stmt_call_source(d, p);
	else
		stmt_read(d, p, false);
}

static void put_rows(struct draft *d, const struct plan *p)
{
	bool selects = p->write ? p->result == RESULT_ROWS : p->routine && !returns_nothing(p);
	if (!selects)
		stmt_sql(d, "SELECT * FROM " STMT_SOURCE);
	else if (p->write)
		stmt_selected_from_source(d, p);
	else
		stmt_call(d, p, false);
}

static void put_explain(struct draft *d, const struct media *m)
{
	buf_put(&d->sql, m->plan_json ? STR("EXPLAIN (FORMAT JSON") : STR("EXPLAIN (FORMAT TEXT"));
	for (size_t i = 0; i < MEDIA_PLAN_OPTION_COUNT; i++) {
		if (!(m->plan_options & 1u << i))
			continue;
		stmt_sql(d, ", ");
		buf_put(&d->sql, media_plan_options[i].sql);
	}
	stmt_sql(d, ") ");
}

void stmt_explain(struct draft *d, const struct plan *p)
{
	put_explain(d, &p->media);
	stmt_sql(d, "WITH " STMT_SOURCE " AS (");
	put_source(d, p);
	stmt_sql(d, ")");
	if (counts_all(p)) {
		stmt_sql(d, ", pgrst_source_count AS (");
		stmt_counted(d, p);
		stmt_sql(d, ")");
	}
	put_answer(d, p);
	stmt_sql(d, " FROM (");
	put_rows(d, p);
	stmt_sql(d, ") AS " STMT_ROWS);
}
