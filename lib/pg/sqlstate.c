/* SQLSTATE to HTTP status, as a table searched from the top.
 * SPDX-License-Identifier: MIT */
#include "sqlstate.h"

static bool wants_where(struct str message)
{
	/* pg-safeupdate: the caller forgot a filter; any other cardinality violation is the schema's own. */
	return str_ends(message, STR("requires a WHERE clause"));
}

static bool is_unknown_role(struct str message)
{
	return str_starts(message, STR("role")) && str_ends(message, STR("does not exist"));
}

static bool lacks_xmlagg(struct str message)
{
	return str_starts(message, STR("function xmlagg("));
}

/* Codes that only their message tells apart. */
static const struct {
	struct str sqlstate;
	bool (*message_fits)(struct str message);
	int status;
} by_message[] = {
	{ STR_INIT("21000"), wants_where, 400 },
	{ STR_INIT("22023"), is_unknown_role, 401 },
	{ STR_INIT("42883"), lacks_xmlagg, 406 },
};

/* Codes before their class. */
static const struct {
	struct str prefix;
	int status;
} by_prefix[] = {
	{ STR_INIT("08"), 503 },    /* connection exception */
	{ STR_INIT("09"), 500 },    /* triggered action exception */
	{ STR_INIT("0L"), 403 },    /* invalid grantor */
	{ STR_INIT("0P"), 403 },    /* invalid role specification */
	{ STR_INIT("21000"), 500 }, /* cardinality violation */
	{ STR_INIT("22023"), 400 }, /* invalid parameter value */
	{ STR_INIT("23503"), 409 }, /* foreign key violation */
	{ STR_INIT("23505"), 409 }, /* unique violation */
	{ STR_INIT("25006"), 405 }, /* read-only transaction */
	{ STR_INIT("25"), 500 },    /* invalid transaction state */
	{ STR_INIT("28"), 403 },    /* invalid authorization */
	{ STR_INIT("2D"), 500 },    /* invalid transaction termination */
	{ STR_INIT("38"), 500 },    /* external routine exception */
	{ STR_INIT("39"), 500 },    /* external routine invocation */
	{ STR_INIT("3B"), 500 },    /* savepoint exception */
	{ STR_INIT("40"), 500 },    /* transaction rollback */
	{ STR_INIT("42883"), 404 }, /* undefined function */
	{ STR_INIT("42P01"), 404 }, /* undefined table */
	{ STR_INIT("42P17"), 500 }, /* infinite recursion */
	{ STR_INIT("53400"), 500 }, /* configuration limit exceeded */
	{ STR_INIT("53"), 503 },    /* insufficient resources */
	{ STR_INIT("54"), 500 },    /* program limit exceeded */
	{ STR_INIT("55"), 500 },    /* object not in prerequisite state */
	{ STR_INIT("57P01"), 503 }, /* terminated by the administrator */
	{ STR_INIT("57"), 500 },    /* operator intervention */
	{ STR_INIT("58"), 500 },    /* system error */
	{ STR_INIT("F0"), 500 },    /* configuration file error */
	{ STR_INIT("HV"), 500 },    /* foreign data wrapper error */
	{ STR_INIT("P0001"), 400 }, /* RAISE */
	{ STR_INIT("P0"), 500 },    /* PL/pgSQL error */
	{ STR_INIT("RGA08"), 401 }, /* check_session(): the session of the token has ended */
	{ STR_INIT("XX"), 500 },    /* internal error */
};

/* nnn of PTnnn. Statuses that no HTTP response can end with are refused. */
static int custom_status(struct str sqlstate)
{
	uint64_t status;
	if (!str_to_u64(str_from(sqlstate, 2), &status) || status < 200 || status > 999)
		return 500;
	return (int)status;
}

int sqlstate_status(const struct pg_error *e, bool anonymous)
{
	if (e->sqlstate.n != 5)
		return 500;
	if (str_starts(e->sqlstate, STR("PT")))
		return custom_status(e->sqlstate);
	if (str_eq(e->sqlstate, STR("42501")))
		return anonymous ? 401 : 403;
	for (size_t i = 0; i < COUNT_OF(by_message); i++)
		if (str_eq(e->sqlstate, by_message[i].sqlstate) && by_message[i].message_fits(e->message))
			return by_message[i].status;
	for (size_t i = 0; i < COUNT_OF(by_prefix); i++)
		if (str_starts(e->sqlstate, by_prefix[i].prefix))
			return by_prefix[i].status;
	return 400;
}

bool sqlstate_fault(struct fault *f, const struct pg_error *e, bool anonymous, struct arena *a)
{
	if (str_eq(e->sqlstate, STR("PGRST")))
		return raise_fault(f, e, a);
	fault_set(f, sqlstate_status(e, anonymous), "PGRSTX00", e->message);
	if (e->sqlstate.n > 0)
		f->code = e->sqlstate;
	f->sqlstate = e->sqlstate;
	f->details = e->detail;
	f->hint = e->hint;
	if (str_starts(e->sqlstate, STR("PT")))
		f->reason = e->message;
	if (f->http_status == 401)
		f->www_authenticate = STR("Bearer");
	if (f->http_status == 503)
		f->retry_after = 1;
	return false;
}
