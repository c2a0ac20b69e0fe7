/* What a flight gets back: one answer a step, until the Sync.
 * SPDX-License-Identifier: MIT */
#include "attempt.h"
#include "result.h"

/* libpq puts a NULL or two around an error at the Sync; more would mean that we lost our place. */
enum { NULLS_BEFORE_SYNC = 4 };

/* The wait callback said stop: everything is undone if it still can be. */
static void stop(struct attempt *t)
{
	if (!t->failed)
		conn_stopped_fault(t->fault);
	t->failed = true;
	t->retry = RETRY_NEVER;
	conn_cancel(t->conn);
	/* A cancel between statements is ignored, and the Sync would commit: attempt_send_end says ROLLBACK. */
	if (!t->synced)
		attempt_send_end(t);
}

/* A callback refused: nothing that main still has is wanted. */
static void refuse_rows(struct attempt *t)
{
	if (t->fault->http_status == 0)
		fault_set(t->fault, 500, "PGRSTX00", STR("The rows of the database were refused"));
	t->failed = true;
	conn_cancel(t->conn);
}

/* Whether a prepared statement failed because of what it was prepared for: its own columns, or the columns of a
 * function's rows, with which PostgreSQL lets a plan stand after their table was altered. */
static bool is_outdated(const PGresult *result)
{
	static const struct {
		const char *sqlstate, *function;
	} complaints[] = {
		{ "0A000", "RevalidateCachedQuery" },
		{ "42703", "CheckVarSlotCompatibility" },
		{ "42804", "CheckVarSlotCompatibility" },
		{ "42804", "tupledesc_match" },
	};
	for (size_t i = 0; i < COUNT_OF(complaints); i++)
		if (result_has_sqlstate(result, complaints[i].sqlstate) && result_from_function(result, complaints[i].function))
			return true;
	return false;
}

static enum retry retry_for(const struct attempt *t, const struct step *step, const PGresult *result)
{
	if (result_has_sqlstate(result, "57P01") && t->done == 0)
		return RETRY_CONNECT;
	if (step->kind == STEP_CHECK && result_has_sqlstate(result, "22P02"))
		return RETRY_UNNAMED;
	if (!step->name || t->delivered || result_from_user_code(result))
		return RETRY_NEVER;
	if (is_outdated(result))
		return RETRY_STALE;
	if (result_has_sqlstate(result, "26000") || result_has_sqlstate(result, "42P05"))
		return RETRY_UNNAMED;
	return RETRY_NEVER;
}

static bool is_request(const struct flight *f, const struct stmt *s)
{
	return s && (s == f->main || s == f->count || s == f->explain);
}

/* The first error of the segment is the one to report; what follows it is only "aborted". */
static void take_error(struct attempt *t, const struct step *step, const PGresult *result)
{
	if (t->failed)
		return;
	t->failed = true;
	t->retry = retry_for(t, step, result);
	if (t->retry == RETRY_STALE)
		names_doom(t->conn->names, step->name);
	t->outcome->misfit = is_request(t->flight, step->stmt) && !result_from_user_code(result);
	t->outcome->unrun = t->outcome->misfit && result_points(result);
	result_fault(t->fault, result, t->anonymous, t->arena);
}

static void take_columns(struct attempt *t, const PGresult *result)
{
	struct row row = { result, -1 };
	if (t->delivered)
		return;
	t->delivered = true;
	if (t->flight->on_columns && !t->flight->on_columns(t->flight->arg, &row, t->fault))
		refuse_rows(t);
}

static void take_main_row(struct attempt *t, const PGresult *result)
{
	struct row row = { result, 0 };
	take_columns(t, result);
	if (t->failed)
		return;
	t->outcome->rows++;
	if (t->flight->on_row && !t->flight->on_row(t->flight->arg, &row, t->fault))
		refuse_rows(t);
}

static void take_main(struct attempt *t, PGresult *result)
{
	if (t->failed)
		return;
	if (PQresultStatus(result) == PGRES_SINGLE_TUPLE) {
		take_main_row(t, result);
		return;
	}
	if (PQresultStatus(result) == PGRES_TUPLES_OK)
		take_columns(t, result);
	t->outcome->command = str_dup(t->arena, str_of(PQcmdStatus(result)));
	str_to_u64(str_of(PQcmdTuples(result)), &t->outcome->affected);
}

/* A text of the only row; a custom setting that is not set any more is '' in the session that once set it. */
static struct str first_row_text(const struct attempt *t, const PGresult *result, int column)
{
	if (PQntuples(result) < 1 || PQnfields(result) <= column || PQgetlength(result, 0, column) == 0)
		return STR_NONE;
	return str_dup(t->arena, row_value(&(struct row){ result, 0 }, (size_t)column));
}

static void take_success(struct attempt *t, const struct step *step, PGresult *result)
{
	switch (step->kind) {
	case STEP_PARSE:
		assert(step->name);
		names_parsed(step->name);
		break;
	case STEP_DEALLOCATE:
		assert(step->name);
		names_forget(t->conn->names, step->name);
		break;
	case STEP_MAIN:
		take_main(t, result);
		break;
	case STEP_COUNT:
		str_to_i64(first_row_text(t, result, 0), &t->outcome->count);
		break;
	case STEP_EXPLAIN:
		t->outcome->plan_json = first_row_text(t, result, 0);
		break;
	case STEP_RESPONSE:
		t->outcome->response_headers = first_row_text(t, result, 0);
		t->outcome->response_status = first_row_text(t, result, 1);
		str_to_i64(first_row_text(t, result, 2), &t->outcome->inserted);
		break;
	case STEP_PLAIN:
	case STEP_CHECK:
	case STEP_SYNC:
		break;
	}
}

static void take_result(struct attempt *t, const struct step *step, PGresult *result)
{
	/* A row, a message of an error, what a function answers with: each went through libpq's buffer whole. */
	if (PQresultMemorySize(result) > CONN_KEEP_BYTES)
		t->conn->replace = true;
	switch (PQresultStatus(result)) {
	case PGRES_FATAL_ERROR:
		take_error(t, step, result);
		break;
	case PGRES_SINGLE_TUPLE:
	case PGRES_TUPLES_OK:
	case PGRES_COMMAND_OK:
		take_success(t, step, result);
		break;
	default: /* PIPELINE_SYNC, PIPELINE_ABORTED */
		break;
	}
}

/* Whether this result, or the NULL, is the last of its step. */
static bool ends_step(const struct step *step, const PGresult *result)
{
	return step->kind == STEP_SYNC ? result && PQresultStatus(result) == PGRES_PIPELINE_SYNC : !result;
}

/* All results of one step; false when the connection broke. */
static bool receive_step(struct attempt *t, const struct step *step)
{
	enum conn_io io = CONN_IO_OK;
	bool ended = false;
	for (int nulls = 0; !ended && io != CONN_IO_BROKEN && nulls < NULLS_BEFORE_SYNC;) {
		PGresult *result = NULL;
		io = conn_result(t->conn, &result);
		if (io == CONN_IO_STOPPED) {
			stop(t);
			continue;
		}
		if (result)
			take_result(t, step, result);
		ended = ends_step(step, result);
		nulls += !result;
		PQclear(result);
	}
	return ended;
}

void attempt_receive(struct attempt *t)
{
	for (; !t->broken && t->done < t->count; t->done++) {
		const struct step *step = &t->steps[t->done];
		/* The step before has given its NULL: only now does the mode apply to this one. */
		if (step->kind == STEP_MAIN)
			PQsetSingleRowMode(t->conn->pg);
		if (!receive_step(t, step))
			attempt_break(t, PQerrorMessage(t->conn->pg));
		else if (step->kind == STEP_PARSE && step->name->state == NAME_NEW)
			names_forget(t->conn->names, step->name);
	}
}
