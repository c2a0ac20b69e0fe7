/* The select around the rows: an aggregate that makes the body of them, or PostGIS.
 * SPDX-License-Identifier: MIT */
#include "stmt/parts.h"

bool stmt_gathers(const struct plan *p)
{
	return p->handler || p->features || p->objects;
}

void stmt_one_value(struct draft *d)
{
	stmt_sql(d, STMT_ROWS ".");
	stmt_ident(d, PLAN_SCALAR);
}

/* The row as the aggregate takes it: a function's one value, a row of the relation's type, or any row. */
static void put_aggregated(struct draft *d, const struct plan *p)
{
	if (p->result == RESULT_VALUE) {
		stmt_one_value(d);
		return;
	}
	stmt_sql(d, STMT_ROWS);
	if (p->handler->row_type) {
		stmt_sql(d, "::");
		stmt_relation(d, p);
	}
}

void stmt_handled(struct draft *d, const struct plan *p)
{
	stmt_catalog(d, catalog_text(p->catalog, p->handler->function));
	stmt_sql(d, "(");
	put_aggregated(d, p);
	stmt_sql(d, ")");
}

/* PostGIS finds the geometry among the columns, and refuses rows without one; RFC 7946 has `null` for it. It is named
 * there too and never called, so that a database without PostGIS has no GeoJSON: of some rows would be of no use.
 * ST_AsGeoJSON is found as users' own functions are: PostGIS may be in any schema of the search path. */
void stmt_feature(struct draft *d, const struct plan *p)
{
	if (p->unlocated)
		stmt_sql(d,
			"CASE WHEN true THEN pg_catalog.json_build_object('type', 'Feature', 'geometry', NULL, 'properties', "
			"pg_catalog.row_to_json(" STMT_ROWS ")) ELSE ");
	stmt_sql(d, "ST_AsGeoJSON(" STMT_ROWS ")::pg_catalog.json");
	buf_put(&d->sql, p->unlocated ? STR(" END") : STR(""));
}

/* What the worker would write of a row. */
static void put_object(struct draft *d, const struct plan *p)
{
	if (p->result == RESULT_VALUE || p->result == RESULT_VALUES) {
		stmt_sql(d, "SELECT pg_catalog.to_json(");
		stmt_one_value(d);
		stmt_sql(d, ") FROM (");
	} else {
		stmt_sql(d, "SELECT pg_catalog.row_to_json(" STMT_ROWS ") FROM (");
	}
}

/* Beside the body there is the number of rows, which nothing else tells. */
void stmt_gather_open(struct draft *d, const struct plan *p)
{
	if (p->objects) {
		put_object(d, p);
	} else if (p->features) {
		stmt_sql(d, "SELECT ");
		stmt_feature(d, p);
		stmt_sql(d, " FROM (");
	} else {
		stmt_sql(d, "SELECT ");
		stmt_handled(d, p);
		stmt_sql(d, ", pg_catalog.count(" STMT_ROWS ") FROM (");
	}
}

void stmt_gather_close(struct draft *d)
{
	stmt_sql(d, ") AS " STMT_ROWS);
}
