/* The select around the rows: an aggregate that makes the body of them, or PostGIS.
 * SPDX-License-Identifier: MIT */
#include "stmt/parts.h"

#define ROWS "_postgrest_t"

bool stmt_gathers(const struct plan *p)
{
	return p->handler || p->features;
}

/* The row as the aggregate takes it: a function's one value, a row of the relation's type, or any row. */
static void put_argument(struct draft *d, const struct plan *p)
{
	stmt_sql(d, ROWS);
	if (p->result == RESULT_VALUE) {
		stmt_sql(d, ".");
		stmt_ident(d, PLAN_SCALAR);
	} else if (p->handler->row_type) {
		stmt_sql(d, "::");
		stmt_relation(d, p);
	}
}

/* Beside the body there is the number of rows, which nothing else tells. ST_AsGeoJSON is found as users' own functions
 * are: PostGIS may be in any schema of the search path. */
void stmt_gather_open(struct draft *d, const struct plan *p)
{
	if (p->features) {
		stmt_sql(d, "SELECT ST_AsGeoJSON(" ROWS ")::pg_catalog.json FROM (");
		return;
	}
	stmt_sql(d, "SELECT ");
	stmt_catalog(d, catalog_text(p->catalog, p->handler->function));
	stmt_sql(d, "(");
	put_argument(d, p);
	stmt_sql(d, "), pg_catalog.count(" ROWS ") FROM (");
}

void stmt_gather_close(struct draft *d)
{
	stmt_sql(d, ") AS " ROWS);
}
