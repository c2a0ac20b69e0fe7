/* Calls of the private schema's functions: one statement, one transaction, one row.
 * SPDX-License-Identifier: MIT */
#include "account/database.h"

#include "account/caller.h"
#include "account/schema.h"
#include "account/unavailable.h"
#include "base/log.h"
#include "stmt/routine.h"

enum { DATABASE_TRIES = 3 };

struct database_take {
	struct database_row *row;
	struct arena *arena;
};

/* conn_run's row. */
static bool take(void *arg, const struct row *r)
{
	struct database_take *t = arg;
	for (size_t i = 0; !t->row->found && i < row_columns(r) && i < DATABASE_COLUMNS; i++) {
		struct str value = row_value(r, i);
		t->row->values[i] = value.p ? str_dup(t->arena, value) : STR_NONE;
	}
	t->row->found = true;
	return true;
}

/* A constraint, or a value that no type takes (PostgreSQL manual, appendix A, classes 22 and 23). */
static bool is_out_of_bounds(const struct fault *f)
{
	return str_starts(f->sqlstate, STR("22")) || str_starts(f->sqlstate, STR("23"));
}

/* What the database says goes to the log; a client hears of it what is meant for one. */
static bool translate(struct account_call *c, struct fault *f)
{
	if (str_eq(f->sqlstate, STR("RGA08")))
		return account_unauthorized(c, f, "RGA08", STR("The session has ended"));
	bool told = str_starts(f->sqlstate, STR("PT")) || str_starts(f->sqlstate, STR("RGA")) || is_out_of_bounds(f)
		|| f->http_status == CONN_STOPPED;
	if (told) {
		if (is_out_of_bounds(f)) {
			*f = (struct fault){ 0 };
			return fault_set(f, 400, "RGA07", STR("A value is out of bounds"));
		}
		if (str_eq(f->sqlstate, STR("PT403")))
			f->code = STR("RGA04");
		return false;
	}
	log_error("accounts: %.*s%s%.*s", STR_ARG(f->details.n && !f->sqlstate.n ? f->details : f->message),
		f->sqlstate.n ? " SQLSTATE " : "", STR_ARG(f->sqlstate));
	return account_unavailable(f, 1);
}

bool database_routine(struct database_row *row, struct account_call *c, struct fault *f, struct str schema,
	struct str name, const struct str *values, size_t count)
{
	struct stmt call;
	if (!stmt_routine(&call, schema, name, values, count, c->arena, f))
		return translate(c, f);
	/* Of two that wait for each other PostgreSQL has undone one: it has done nothing, and may try again. */
	for (int tries = 0; tries < DATABASE_TRIES; tries++) {
		struct database_take t = { row, c->arena };
		*row = (struct database_row){ 0 };
		*f = (struct fault){ 0 };
		if (conn_run(c->conn, &call, take, &t, c->arena, f))
			return true;
		if (!str_eq(f->sqlstate, STR("40P01")))
			break;
	}
	return translate(c, f);
}

bool database_run(struct database_row *row, struct account_call *c, struct fault *f, struct str name,
	const struct str *values, size_t count)
{
	return database_routine(row, c, f, schema_private(c->conf, c->arena), name, values, count);
}

bool database_true(struct str value)
{
	return str_eq(value, STR("t"));
}

int64_t database_number(struct str value)
{
	int64_t number = 0;
	str_to_i64(value, &number);
	return number;
}

struct str database_seconds(const struct account_call *c, int64_t seconds)
{
	return str_printf(c->arena, "%lld s", (long long)seconds);
}

struct str database_int(const struct account_call *c, int64_t number)
{
	return str_printf(c->arena, "%lld", (long long)number);
}
