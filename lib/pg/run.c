/* One statement by itself, outside of any request.
 * SPDX-License-Identifier: MIT */
#include "result.h"

struct run {
	struct conn *conn;
	bool (*on_row)(void *arg, const struct row *r);
	void *arg;
	struct arena *arena;
	struct fault *fault;
	bool failed; /* fault is filled; the rest is only drained */
};

static void fail_broken(struct run *r)
{
	if (!r->failed)
		result_broken_fault(r->fault, str_of(PQerrorMessage(r->conn->pg)), r->arena);
	r->failed = true;
	conn_drop(r->conn);
}

static void take_rows(struct run *r, const PGresult *result)
{
	struct row row = { result, 0 };
	for (; r->on_row && !r->failed && row.index < PQntuples(result); row.index++)
		if (!r->on_row(r->arg, &row)) {
			fault_set(r->fault, 500, "PGRSTX00", STR("The rows of the database were refused"));
			r->failed = true;
		}
}

/* Looks at one result; false at the end of the segment. */
static bool take_result(struct run *r, const PGresult *result)
{
	switch (result ? PQresultStatus(result) : PGRES_COMMAND_OK) { /* NULL ends a statement's results */
	case PGRES_PIPELINE_SYNC:
		return false;
	case PGRES_SINGLE_TUPLE:
	case PGRES_TUPLES_OK:
		take_rows(r, result);
		return true;
	case PGRES_FATAL_ERROR:
		if (!r->failed)
			result_fault(r->fault, result, false, r->arena);
		r->failed = true;
		return true;
	default:
		return true;
	}
}

/* Reads to the end of the segment; once stopped, as far as the server gets in the time it is given. */
static void receive(struct run *r)
{
	bool more = true;
	while (more) {
		PGresult *result = NULL;
		enum conn_io io = conn_result(r->conn, &result);
		if (io == CONN_IO_STOPPED) {
			r->failed = !conn_stopped_fault(r->fault);
			conn_cancel(r->conn);
			continue;
		}
		more = take_result(r, result) && io == CONN_IO_OK;
		PQclear(result);
		if (io == CONN_IO_BROKEN)
			fail_broken(r);
	}
	conn_settle(r->conn);
}

bool conn_run(struct conn *c, const struct stmt *s, bool (*on_row)(void *arg, const struct row *r), void *arg,
	struct arena *a, struct fault *f)
{
	struct run r = { .conn = c, .on_row = on_row, .arg = arg, .arena = a, .fault = f };
	if (!conn_ensure(c, a, f))
		return false;
	/* What it runs is unknown: the next flight starts from a clean session. */
	c->left = LEFT_ALL;
	c->tainted = true;
	if (!conn_send(c, s, a) || !PQpipelineSync(c->pg) || conn_flush(c) == CONN_IO_BROKEN) {
		fail_broken(&r);
		return false;
	}
	PQsetSingleRowMode(c->pg);
	receive(&r);
	return !r.failed;
}
