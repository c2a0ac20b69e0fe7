/* One request's way from the front to its answer: request, query, plan, statement, rows, reply.
 * SPDX-License-Identifier: MIT */
#include "serve.h"

#include "account/endpoints.h"
#include "account/schema.h"
#include "app/serve/account.h"
#include "app/serve/rights.h"
#include "app/serve/stale.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "pg/flight.h"
#include "plan/plan.h"
#include "query/query.h"
#include "reply/common.h"
#include "reply/cors.h"
#include "reply/openapi.h"
#include "reply/problem.h"
#include "stmt/make.h"

/* How often a request is made once more while the schema changes. */
enum { SERVE_AGAIN_MOST = 3 };

static bool serve_catalog_present(const struct server *s, struct fault *f)
{
	if (s->generation->catalog)
		return true;
	fault_set(f, 503, "PGRST002", STR("Could not query the database for the schema cache. Retrying."));
	f->retry_after = 1;
	return false;
}

/* What a flight's rows become: the document of GET / or the rows of everything else. */
struct serve_sink {
	struct reply_rows *rows;
	struct openapi *openapi;
};

static struct serve_sink serve_sink_new(const struct plan *p, struct flight *flight, struct arena *a)
{
	struct serve_sink sink = { 0 };
	if (p->kind == PLAN_INSPECT) {
		sink.openapi = openapi_new(p, p->conf->auth_enabled ? account_shown : NULL, a);
		flight->arg = sink.openapi;
		flight->on_row = openapi_add;
	} else {
		sink.rows = reply_rows_new(p, a);
		flight->arg = sink.rows;
		if (reply_rows_wanted(p)) {
			flight->on_columns = reply_rows_columns;
			flight->on_row = reply_rows_add;
		}
		flight->judge = reply_rows_must_judge(p) ? reply_rows_judge : NULL;
	}
	return sink;
}

/* What is sent to the database for one request; valid until its flight is over. */
struct serve_statements {
	struct stmt_set set;
	struct stmt settings, pre_request;
	struct str isolation;
	size_t settings_kept;
};

/* One request on its way to its answer. */
struct serving {
	struct server *server;
	const struct request *request;
	const struct query *query;
	const struct auth_identity *who;
	struct served *served;
	struct arena *arena;
};

static bool serve_statements(struct serve_statements *out_r, const struct serving *g, const struct plan *p,
	struct fault *f)
{
	const struct conf *conf = p->conf;
	const struct auth_identity *who = g->who;
	struct arena *a = g->arena;
	struct stmt_settings about = {
		.plan = p,
		.request = g->request,
		.role = who->role,
		.claims = who->claims,
		.check_schema = who->session.p && conf->auth_session_check ? schema_private(conf, a) : STR_NONE,
		.session = who->session,
		.issued_at = who->issued_at,
	};
	out_r->pre_request = (struct stmt){ .sql = STR_NONE };
	out_r->isolation = stmt_isolation(&about);
	out_r->settings_kept = stmt_settings_kept(&about);
	return stmt_make(&out_r->set, p, a, f) && stmt_settings(&out_r->settings, &about, a, f);
}

/* The function that db-pre-request names, if it names one. */
static bool serve_pre_request(struct serve_statements *out_r, const struct conf *conf, struct arena *a, struct fault *f)
{
	return !conf->db_pre_request.n || stmt_pre_request(&out_r->pre_request, conf->db_pre_request, a, f);
}

static struct flight serve_flight(const struct serve_statements *s, struct str role, const struct plan *p)
{
	return (struct flight){
		.role = role,
		.search_path = p->search_path,
		.isolation = s->isolation,
		.settings = &s->settings,
		.settings_kept = s->settings_kept,
		.pre_request = s->pre_request.sql.p ? &s->pre_request : NULL,
		.main = s->set.main,
		.count = s->set.count,
		.explain = s->set.explain,
		.user_code = p->user_code,
		.calls = p->calls,
		.writes = !p->read_only,
		.rollback = p->rollback,
		.may_prepare = catalog_has_dynamic_sql(p->catalog),
	};
}

/* Keeps the texts of the statements for the log. */
static void serve_keep_sql(struct served *served, const struct flight *f)
{
	const struct stmt *parts[] = { f->settings, f->pre_request, f->main, f->count, f->explain };
	static_assert(COUNT_OF(parts) == SERVED_STATEMENTS, "a place for each");
	for (size_t i = 0; i < SERVED_STATEMENTS; i++)
		served->sql[i] = parts[i] ? parts[i]->sql : STR_NONE;
}

/* What a request that failed may succeed by, nothing of it being left. */
enum serve_again {
	AGAIN_NOT,
	AGAIN_AMENDED, /* another plan: the schema has changed */
	AGAIN_KEEPING  /* plan_keep_left_out() */
};

/* What PostgreSQL says of a row that would be inserted and that no value was sent for. */
static bool serve_was_left_out(const struct flight_outcome *outcome, const struct fault *f)
{
	static const struct str states[] = {
		STR_INIT("23502"), /* NOT NULL */
		STR_INIT("23514"), /* CHECK */
		STR_INIT("42501"), /* a policy */
	};
	for (size_t i = 0; i < COUNT_OF(states) && outcome->misfit; i++)
		if (str_eq(f->sqlstate, states[i]))
			return true;
	return false;
}

static bool serve_once(struct reply *out_r, const struct serving *g, const struct plan *p, enum serve_again *again_r,
	struct fault *f)
{
	struct server *s = g->server;
	struct arena *a = g->arena;
	struct serve_statements statements;
	struct flight_outcome outcome = { 0 };
	*again_r = AGAIN_NOT;
	if (!serve_statements(&statements, g, p, f))
		return false;
	if (!serve_pre_request(&statements, p->conf, a, f))
		return false;
	struct flight flight = serve_flight(&statements, g->who->role, p);
	serve_keep_sql(g->served, &flight);
	struct serve_sink sink = serve_sink_new(p, &flight, a);
	timing_mark(&g->served->timing, TIMING_PLAN);
	if (!server_connected(s, a, f))
		return false;
	bool flown = flight_run(s->conn, &flight, g->who->anonymous, &outcome, a, f);
	flown = server_used(s, flown, f) && timing_mark(&g->served->timing, TIMING_TRANSACTION);
	struct stale stale = { p, &outcome, f, sink.rows && reply_rows_unfit(sink.rows) };
	if (!flown && stale_is(&stale, s, a))
		*again_r = AGAIN_AMENDED;
	else if (!flown && serve_was_left_out(&outcome, f))
		*again_r = AGAIN_KEEPING;
	return flown
		&& (sink.openapi ? openapi_make(out_r, sink.openapi, g->request, a, f)
						 : reply_make(out_r, sink.rows, &outcome, a, f));
}

/* An upsert of rows that leave out what must have a value is made once more, so that rows that are there keep it. What
 * PostgreSQL said of the first statement stands when the second takes rights that the first did not. */
static bool serve_plan(struct reply *out_r, const struct serving *g, const struct plan *p, bool *stale_r,
	struct fault *f)
{
	enum serve_again again;
	struct plan keeping = *p;
	struct fault second = { 0 };
	bool answered = serve_once(out_r, g, p, &again, f);
	*stale_r = again == AGAIN_AMENDED;
	if (answered || again != AGAIN_KEEPING || !plan_keep_left_out(&keeping, g->arena))
		return answered;
	answered = serve_once(out_r, g, &keeping, &again, &second);
	*stale_r = again == AGAIN_AMENDED;
	if (!str_eq(second.sqlstate, STR("42501")))
		*f = second;
	return answered;
}

static void serve_warn(const struct plan *p, const struct request *r)
{
	if (!p->legacy_names.p)
		return;
	log_event("WARNING: %s.", PLAN_LEGACY_NAMES);
	log_event("Update filters, orders or limits that use %.*s in `%.*s %.*s%s%.*s`", STR_ARG(p->legacy_names),
		STR_ARG(r->method_text), STR_ARG(r->path), r->query.n ? "?" : "", STR_ARG(r->query));
}

/* Of a request that failed because the schema has changed nothing is left, so it can be made once more; when it cannot
 * be planned any more, what PostgreSQL said of it stands. */
static bool serve_again(struct reply *out_r, const struct serving *g, bool *stale_r, struct fault *f)
{
	const struct generation *now = g->server->generation;
	struct fault no_matter = { 0 };
	struct plan p;
	if (!plan_make(&p, g->query, server_catalog(g->server), &now->conf, g->arena, &no_matter))
		return *stale_r = false;
	plan_leave_encoding(&p);
	*f = (struct fault){ 0 };
	return serve_plan(out_r, g, &p, stale_r, f);
}

static bool serve_query(struct reply *out_r, const struct serving *g, struct fault *f)
{
	struct plan p;
	bool stale = false;
	if (!plan_make(&p, g->query, server_catalog(g->server), &g->server->generation->conf, g->arena, f))
		return false;
	serve_warn(&p, g->request);
	if (p.kind == PLAN_INFO)
		return reply_info(out_r, &p, g->arena, f);
	bool answered = serve_plan(out_r, g, &p, &stale, f);
	for (int tries = 0; !answered && stale && tries < SERVE_AGAIN_MOST; tries++)
		answered = serve_again(out_r, g, &stale, f);
	return answered;
}

static bool serve_answer(struct reply *out_r, struct served *served, struct server *s, const struct request *r,
	struct arena *a, struct fault *f)
{
	const struct generation *g = s->generation;
	struct auth_identity who;
	struct query q;
	if (s->accounts)
		return account_answer(out_r, served, s, r, a, f);
	if (!account_is_elsewhere(s, r, a, f) || !auth_identify(&who, g->auth, r, clock_wall_s(), a, f))
		return false;
	served->role = who.role;
	timing_mark(&served->timing, TIMING_JWT);
	if (!serve_catalog_present(s, f) || !query_read_head(&q, r, &g->conf, a, f) || !rights_look(s, r, &who, &q, a, f)
		|| !query_read_body(&q, r, &g->conf, a, f))
		return false;
	timing_mark(&served->timing, TIMING_PARSE);
	return serve_query(out_r,
		&(struct serving){ .server = s, .request = r, .query = &q, .who = &who, .served = served, .arena = a }, f);
}

static void serve_finish(struct reply *reply, const struct conf *conf, const struct request *r, struct arena *a)
{
	common_fields(reply, r, conf, a);
	if (r->method == HTTP_HEAD)
		reply->no_body = true;
}

/* What clients cannot mend goes to the log, as PostgREST puts it: the error's JSON, all of it. The line begins with the
 * request (log_set_context()). */
static void serve_log_fault(const struct fault *f, struct arena *a)
{
	bool other = f->sqlstate.n && !str_eq(f->sqlstate, f->code);
	if (f->http_status >= 500 && log_enabled(LOG_LEVEL_ERROR))
		log_error("%.*s%s%.*s", STR_ARG(problem_text(f, a)), other ? " SQLSTATE " : "",
			STR_ARG(other ? f->sqlstate : STR("")));
}

void serve_fault(struct reply *out_r, struct server *s, const struct request *r, const struct fault *f, struct arena *a)
{
	const struct conf *conf = &s->generation->conf;
	serve_log_fault(f, a);
	problem_reply(out_r, f, conf, r->method == HTTP_HEAD, a);
	serve_finish(out_r, conf, r, a);
	/* What is said of an account is for one reader, once. */
	if (s->accounts)
		reply_field_default(out_r, STR("Cache-Control"), STR("no-store"));
}

/* What a request failed of when no stage could say it: memory that ran out, a wait that was ended. True when it did not
 * fail. */
static bool serve_judge(bool answered, const struct server *s, const struct arena *a, struct fault *f)
{
	if (arena_overflowed(a)) {
		*f = (struct fault){ 0 };
		answered = fault_set(f, 413, "RG413", STR("The request needs more memory than request-memory allows"));
	}
	if (!answered && f->http_status == CONN_STOPPED && s->wait_ended != WAIT_CLIENT_LEFT) {
		*f = (struct fault){ 0 };
		fault_set(f, 503, "RG503", STR("The server is being stopped"));
		f->retry_after = 1;
	}
	return answered;
}

void serve(struct reply *out_r, struct served *served_r, struct server *s, const struct request *r, struct arena *a)
{
	const struct conf *conf = &s->generation->conf;
	struct fault f = { 0 };
	*served_r = (struct served){ .role = STR_NONE, .timing = timing_start(conf->server_timing_enabled) };
	server_begin(s);
	served_r->preflight = cors_preflight(out_r, r, conf, a);
	if (served_r->preflight) {
		common_fields(out_r, r, conf, a);
		return;
	}
	bool answered = serve_answer(out_r, served_r, s, r, a, &f);
	if (!answered && !s->accounts)
		timing_fail(&served_r->timing);
	if (serve_judge(answered, s, a, &f))
		serve_finish(out_r, conf, r, a);
	else
		serve_fault(out_r, s, r, &f, a);
	timing_field(&served_r->timing, out_r, a);
}
