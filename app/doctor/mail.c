/* Accounts and their mails: the schema's version, who connects, what waits, and the way that a mail takes.
 * SPDX-License-Identifier: MIT */
#include "account/migrate.h"
#include "account/schema.h"
#include "app/doctor/looks.h"
#include "base/arena.h"
#include "base/sqlname.h"
#include "mail/postman.h"

enum { QUERY_MAX = 4096 };

/* What became of connecting as one of the two roles; conn ends with the arena. */
static bool connects(struct doctor *d, struct conn *conn, const char *who)
{
	struct fault f = { 0 };
	conn_free_with(conn, d->arena);
	if (conn_ready(conn, d->arena, &f))
		return true;
	doctor_found(d, "RGD81", "%s: %.*s", who, STR_ARG(str_trim(f.details.n ? f.details : f.message)));
	return false;
}

static bool schema_is_there(struct doctor *d)
{
	struct migrate_state state;
	struct fault f = { 0 };
	if (!migrate_look(&state, d->conn, d->conf, d->arena, &f))
		doctor_found(d, "RGD80", "%.*s", STR_ARG(f.message));
	else if (!state.version)
		doctor_found(d, "RGD80", "%.*s: there is none", STR_ARG(d->conf->auth_schema));
	else if (state.version < migrate_latest())
		doctor_found(d, "RGD80", "%.*s: migration %d of %d", STR_ARG(d->conf->auth_schema), state.version,
			migrate_latest());
	return state.version > 0;
}

/* A row of the query below: two findings at most. */
static bool take_outbox(void *arg, const struct row *r)
{
	if (str_eq(row_value(r, 0), STR("t")))
		doctor_found(arg, "RGD89", "%.*s wait, the oldest since %.*s", STR_ARG(row_value(r, 1)),
			STR_ARG(row_value(r, 2)));
	if (!str_eq(row_value(r, 3), STR("0")))
		doctor_found(arg, "RGD89", "%.*s were given up: %.*s", STR_ARG(row_value(r, 3)), STR_ARG(row_value(r, 4)));
	return true;
}

static void look_at_outbox(struct doctor *d, struct conn *conn)
{
	struct buf sql = buf_new(d->arena, QUERY_MAX);
	struct fault f = { 0 };
	buf_lit(&sql,
		"SELECT COALESCE(oldest < pg_catalog.now() - interval '1 hour', false), waiting, oldest, parked,"
		" COALESCE(last_reason, 'no reason is known') FROM ");
	sqlname_ident(&sql, schema_private(d->conf, d->arena));
	buf_lit(&sql, ".mail_status()");
	struct stmt s = { .sql = str_dup(d->arena, buf_str(&sql)) };
	if (!conn_run(conn, &s, take_outbox, d, d->arena, &f))
		doctor_not_looked(d, STR("outbox"), f.message, true);
}

/* Whether mails are to be sent. Accounts can do without, unless they are activated by one. */
static bool has_mail(const struct conf *c)
{
	return c->mail_from.n || c->mail_db_uri.n || (c->auth_enabled && c->auth_activation);
}

void doctor_look_accounts(struct doctor *d)
{
	if (!d->conf->auth_enabled) {
		doctor_not_looked(d, STR("accounts"), STR("auth-enabled is not set"), false);
		return;
	}
	if (!d->conn || !schema_is_there(d))
		return;
	connects(d, generation_connect_accounts(d->g, doctor_wait, NULL), "accounts");
	struct conn *mailer = has_mail(d->conf) ? generation_connect_mail(d->g, doctor_wait, NULL) : NULL;
	if (mailer && connects(d, mailer, "mailer"))
		look_at_outbox(d, mailer);
	doctor_looked(d, STR("accounts"), d->conf->auth_schema);
}

void doctor_look_mail(struct doctor *d)
{
	static const char *const ids[] = {
		[TRANSPORT_PROBE_UNREACHABLE] = "RGD86",
		[TRANSPORT_PROBE_INSECURE] = "RGD87",
		[TRANSPORT_PROBE_NO_LOGIN] = "RGD88",
	};
	static_assert(COUNT_OF(ids) == TRANSPORT_PROBE_COUNT, "an id for each");
	struct postman p;
	struct fault f = { 0 };
	struct str reason = STR_NONE;
	if (!has_mail(d->conf)) {
		doctor_not_looked(d, STR("mail"), STR("mail-from is not set"), false);
		return;
	}
	if (!postman_new(&p, d->conf, d->arena, &f)) {
		doctor_report(d, "RGD85", f.message, STR_NONE);
		return;
	}
	if (d->offline && p.transport.kind == TRANSPORT_SMTP) {
		doctor_not_looked(d, STR("mail"), STR("--offline"), false);
		return;
	}
	enum transport_probe probe = transport_try(&p.transport, d->arena, &reason);
	if (probe != TRANSPORT_PROBE_GOOD)
		doctor_report(d, ids[probe], reason, STR_NONE);
	doctor_looked(d, STR("mail"), d->conf->mail_transport);
}
