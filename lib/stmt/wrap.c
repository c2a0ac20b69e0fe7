/* The select around the rows: an aggregate that makes the body of them, or PostGIS.
 * SPDX-License-Identifier: MIT */
#include "stmt/parts.h"

#define ROWS "_postgrest_t"

bool stmt_gathers(const struct plan *p)
{
	return p->handler || p->features || p->media.kind == MEDIA_PLAN;
}

static void put_one_value(struct draft *d)
{
	stmt_sql(d, ROWS ".");
	stmt_ident(d, PLAN_SCALAR);
}

/* The row as the aggregate takes it: a function's one value, a row of the relation's type, or any row. */
static void put_aggregated(struct draft *d, const struct plan *p)
{
	if (p->result == RESULT_VALUE) {
		put_one_value(d);
		return;
	}
	stmt_sql(d, ROWS);
	if (p->handler->row_type) {
		stmt_sql(d, "::");
		stmt_relation(d, p);
	}
}

static void put_handled(struct draft *d, const struct plan *p)
{
	stmt_catalog(d, catalog_text(p->catalog, p->handler->function));
	stmt_sql(d, "(");
	put_aggregated(d, p);
	stmt_sql(d, ")");
}

/* The whole JSON document of the rows as the worker would make it of them. */
static void put_json(struct draft *d, const struct plan *p, enum media_kind kind)
{
	const struct media_type *type = &media_types[kind];
	bool one = type->singular || p->result == RESULT_OBJECT || p->result == RESULT_VALUE;
	stmt_sql(d, "COALESCE(");
	buf_put(&d->sql, type->strip_nulls ? STR("pg_catalog.json_strip_nulls(") : STR(""));
	stmt_sql(d, "pg_catalog.json_agg(");
	if (p->result == RESULT_VALUE || p->result == RESULT_VALUES)
		put_one_value(d);
	else
		stmt_sql(d, ROWS);
	buf_put(&d->sql, one ? STR(") -> 0") : STR(")"));
	buf_put(&d->sql, type->strip_nulls ? STR(")") : STR(""));
	buf_put(&d->sql, one ? STR(", 'null')") : STR(", '[]')"));
}

/* PostGIS finds the geometry among the columns, and refuses rows without one; RFC 7946 has `null` for it. It is named
 * there too and never called, so that a database without PostGIS has no GeoJSON: of some rows would be of no use.
 * ST_AsGeoJSON is found as users' own functions are: PostGIS may be in any schema of the search path. */
static void put_feature(struct draft *d, const struct plan *p)
{
	if (p->unlocated)
		stmt_sql(d,
			"CASE WHEN true THEN pg_catalog.json_build_object('type', 'Feature', 'geometry', NULL, 'properties', "
			"pg_catalog.row_to_json(" ROWS ")) ELSE ");
	stmt_sql(d, "ST_AsGeoJSON(" ROWS ")::pg_catalog.json");
	buf_put(&d->sql, p->unlocated ? STR(" END") : STR(""));
}

static void put_collection(struct draft *d, const struct plan *p)
{
	stmt_sql(d, "pg_catalog.json_build_object('type', 'FeatureCollection', 'features', COALESCE(pg_catalog.json_agg(");
	put_feature(d, p);
	stmt_sql(d, "), '[]'))");
}

/* The body as a value of SQL. */
static void put_body(struct draft *d, const struct plan *p)
{
	enum media_kind kind = media_content(p->media.plan_for, d->arena).kind;
	if (p->handler)
		put_handled(d, p);
	else if (p->features)
		put_collection(d, p);
	else if (kind == MEDIA_CSV)
		stmt_sql(d, "COALESCE(pg_catalog.string_agg(" ROWS "::text, E'\\n'), '')");
	else
		put_json(d, p, kind);
}

/* What is explained is an answer made by PostgreSQL alone, as PostgREST's is: clients look for the aggregate, and costs
 * can be compared. The columns are PostgREST's as well, since their widths are shown. */
static void put_explained(struct draft *d, const struct plan *p)
{
	stmt_sql(d, "SELECT NULL::bigint AS total_result_set, pg_catalog.count(" ROWS ") AS page_total, ");
	put_body(d, p);
	stmt_sql(d,
		" AS body, NULLIF(pg_catalog.current_setting('response.headers', true), '') AS response_headers, "
		"NULLIF(pg_catalog.current_setting('response.status', true), '') AS response_status FROM (");
}

/* Beside the body there is the number of rows, which nothing else tells. */
void stmt_gather_open(struct draft *d, const struct plan *p)
{
	if (p->media.kind == MEDIA_PLAN) {
		put_explained(d, p);
	} else if (p->features) {
		stmt_sql(d, "SELECT ");
		put_feature(d, p);
		stmt_sql(d, " FROM (");
	} else {
		stmt_sql(d, "SELECT ");
		put_handled(d, p);
		stmt_sql(d, ", pg_catalog.count(" ROWS ") FROM (");
	}
}

void stmt_gather_close(struct draft *d)
{
	stmt_sql(d, ") AS " ROWS);
}
