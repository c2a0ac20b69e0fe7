/* Reading PGresult: errors as faults.
 * SPDX-License-Identifier: MIT */
#include "result.h"
#include "sqlstate.h"

static struct str error_field(const PGresult *result, int field, struct arena *a)
{
	const char *text = PQresultErrorField(result, field);
	return text ? str_dup(a, str_of(text)) : STR_NONE;
}

bool result_broken_fault(struct fault *f, struct str libpq_message, struct arena *a)
{
	fault_set(f, 503, "PGRST001", STR("Database client error. Retrying the connection."));
	f->retry_after = 1;
	return fault_details(f, str_dup(a, libpq_message));
}

bool result_fault(struct fault *f, const PGresult *result, bool anonymous, struct arena *a)
{
	struct pg_error e = {
		.sqlstate = error_field(result, PG_DIAG_SQLSTATE, a),
		.message = error_field(result, PG_DIAG_MESSAGE_PRIMARY, a),
		.detail = error_field(result, PG_DIAG_MESSAGE_DETAIL, a),
		.hint = error_field(result, PG_DIAG_MESSAGE_HINT, a),
	};
	if (!e.sqlstate.p)
		return result_broken_fault(f, str_of(PQresultErrorMessage(result)), a);
	return sqlstate_fault(f, &e, anonymous, a);
}

static bool field_is(const PGresult *result, int field, const char *text)
{
	const char *found = PQresultErrorField(result, field);
	return found && str_eq(str_of(found), str_of(text));
}

bool result_has_sqlstate(const PGresult *result, const char *sqlstate)
{
	return field_is(result, PG_DIAG_SQLSTATE, sqlstate);
}

bool result_from_function(const PGresult *result, const char *name)
{
	return field_is(result, PG_DIAG_SOURCE_FUNCTION, name);
}

bool result_from_user_code(const PGresult *result)
{
	return PQresultErrorField(result, PG_DIAG_CONTEXT) != NULL;
}

bool result_points(const PGresult *result)
{
	return PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION) != NULL;
}
