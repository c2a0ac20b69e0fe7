/* One flight more, rolled back, for large bodies: settings as the write will have them, and an EXPLAIN of it.
 * SPDX-License-Identifier: MIT */
#include "app/serve/rights.h"

#include "account/schema.h"
#include "pg/flight.h"
#include "stmt/make.h"

enum { BODY_LARGE = 64 * 1024 };

/* What is asked of one request. */
struct asking {
	struct server *server;
	const struct auth_identity *who;
	struct plan plan;
	struct stmt settings;
	struct arena *arena;
};

static bool make_settings(struct asking *k, const struct request *r, struct fault *f)
{
	const struct conf *conf = &k->server->generation->conf;
	struct stmt_settings about = {
		.plan = &k->plan,
		.request = r,
		.role = k->who->role,
		.claims = k->who->claims,
		.check_schema = k->who->session.p && conf->auth_session_check ? schema_private(conf, k->arena) : STR_NONE,
		.session = k->who->session,
		.issued_at = k->who->issued_at,
	};
	return stmt_settings(&k->settings, &about, k->arena, f);
}

static bool fly(struct asking *k, const struct stmt *main, uint64_t *rows_r, struct fault *f)
{
	struct flight_outcome outcome;
	struct flight flight = {
		.role = k->who->role,
		.search_path = k->plan.search_path,
		.settings = &k->settings,
		.main = main,
		.user_code = true, /* planning may look at values through functions of users */
		.rollback = true,
		.may_prepare = catalog_has_dynamic_sql(k->plan.catalog),
	};
	if (!server_connected(k->server, k->arena, f))
		return false;
	bool flown = flight_run(k->server->conn, &flight, k->who->anonymous, &outcome, k->arena, f);
	*rows_r = flown ? outcome.rows : 0;
	return server_used(k->server, flown, f);
}

/* Whether a fault will be the write's too: no right, or no database. Of others the write itself will tell. */
static bool is_final(const struct fault *f)
{
	return f->http_status == 401 || f->http_status == 403 || !f->sqlstate.n;
}

static bool may(struct asking *k, struct fault *f)
{
	struct stmt question, column;
	struct fault no_matter = { 0 };
	uint64_t rows = 0;
	if (!stmt_rights(&question, &k->plan, k->arena, f))
		return false;
	if (!question.sql.p || fly(k, &question, &rows, f))
		return true;
	bool final = is_final(f);
	if (final && f->sqlstate.n)
		final = !(
			stmt_may_write(&column, &k->plan, k->arena, &no_matter) && fly(k, &column, &rows, &no_matter) && rows == 1);
	if (!final)
		*f = (struct fault){ 0 };
	return !final;
}

bool rights_look(struct server *s, const struct request *r, const struct auth_identity *who, const struct query *q,
	struct arena *a, struct fault *f)
{
	const struct generation *g = s->generation;
	struct asking k = { .server = s, .who = who, .arena = a };
	if (r->body.n <= BODY_LARGE || !query_has_body(q))
		return true;
	if (!plan_target(&k.plan, q, server_catalog(s), &g->conf, a, f))
		return false;
	return g->conf.db_pre_request.n || (make_settings(&k, r, f) && may(&k, f));
}
