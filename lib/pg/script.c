/* Several statements in one text, outside of any request: what a migration is.
 * SPDX-License-Identifier: MIT */
#include "result.h"

/* Reads results to the end; the first error is the one to report. */
static bool take_results(struct conn *c, struct arena *a, struct fault *f)
{
	bool good = true;
	for (;;) {
		PGresult *result = NULL;
		enum conn_io io = conn_result(c, &result);
		if (good && result && PQresultStatus(result) == PGRES_FATAL_ERROR)
			good = result_fault(f, result, false, a);
		if (good && io != CONN_IO_OK)
			good = result_broken_fault(f, str_of(PQerrorMessage(c->pg)), a);
		bool more = result && io == CONN_IO_OK;
		PQclear(result);
		if (!more)
			return good;
	}
}

static bool run(struct conn *c, const char *sql, struct arena *a, struct fault *f)
{
	if (!PQsendQuery(c->pg, sql) || conn_flush(c) != CONN_IO_OK)
		return result_broken_fault(f, str_of(PQerrorMessage(c->pg)), a);
	return take_results(c, a, f);
}

bool conn_script(struct conn *c, struct str sql, struct arena *a, struct fault *f)
{
	struct fault ignored = { 0 };
	if (!conn_ensure(c, a, f))
		return false;
	c->left = LEFT_ALL;
	c->tainted = true;
	names_clear(c->names);
	bool good = PQexitPipelineMode(c->pg) && run(c, str_cstr(a, sql), a, f);
	if (PQstatus(c->pg) == CONNECTION_OK && PQtransactionStatus(c->pg) != PQTRANS_IDLE
		&& !run(c, "ROLLBACK", a, &ignored))
		conn_drop(c);
	if (!PQenterPipelineMode(c->pg))
		conn_drop(c);
	return good;
}
