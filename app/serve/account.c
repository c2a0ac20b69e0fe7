/* The account workers' way of a request: an endpoint of lib/account instead of a plan.
 * SPDX-License-Identifier: MIT */
#include "account.h"

#include "account/endpoints.h"
#include "account/password.h"
#include "account/unavailable.h"
#include "base/clock.h"
#include "base/log.h"
#include "reply/common.h"

bool account_is_elsewhere(const struct server *s, const struct request *r, struct arena *a, struct fault *f)
{
	if (!s->generation->conf.auth_enabled || !account_find(r->path, a))
		return true;
	fault_set(f, 503, "RGA12", STR("The web server does not send account URLs to the account workers"));
	fault_details(f, STR("auth-enabled is on, and this URL came to a worker of the API."));
	return fault_hint(f, STR("Include rowgate's accounts configuration in the web server's."));
}

/* What the database said goes to the log; a client hears only that there are no accounts now. Always returns false. */
static bool account_hide(struct fault *f)
{
	log_error("accounts: %.*s", STR_ARG(f->details.n ? f->details : f->message));
	return account_unavailable(f, f->retry_after > 0 ? f->retry_after : 1);
}

static bool account_ready(struct server *s, struct arena *a, struct fault *f)
{
	if (!s->generation->catalog || !password_affordable(&s->generation->conf))
		return account_unavailable(f, 1);
	if (server_connected(s, a, f))
		return true;
	/* Nobody hears of it when the client has left. */
	return f->http_status != CONN_STOPPED && account_hide(f);
}

/* The fields of an answer, which holds tokens, or who somebody is: it is for one reader, now. */
static void account_fields(struct reply *reply, const struct account_call *c, const struct account_endpoint *e)
{
	if (c->answer.p)
		reply_field(reply, STR("Content-Type"),
			c->answer_type.p ? c->answer_type : STR("application/json; charset=utf-8"));
	for (const struct fault_header *header = c->headers; header; header = header->next)
		reply_field(reply, header->name, header->value);
	if (!e->may_cache && !common_is_private(c->request, c->conf))
		reply_field(reply, STR("Cache-Control"), STR("no-store"));
}

static bool account_methods_asked(struct reply *out_r, const struct account_endpoint *e, const struct request *r,
	struct arena *a)
{
	if (r->method != HTTP_OPTIONS)
		return false;
	*out_r = reply_new(200, a);
	reply_field(out_r, STR("Allow"), account_methods(e));
	reply_finish(out_r, false);
	return true;
}

static void account_reply(struct reply *out_r, const struct account_call *c, const struct account_endpoint *e)
{
	*out_r = reply_new(c->status, c->arena);
	if (c->answer.p)
		out_r->body = spool_of(c->arena, c->answer);
	account_fields(out_r, c, e);
	reply_finish(out_r, c->request->method == HTTP_HEAD);
}

bool account_answer(struct reply *out_r, struct served *served_r, struct server *s, const struct request *r,
	struct arena *a, struct fault *f)
{
	const struct generation *g = s->generation;
	const struct account_endpoint *e = account_find(r->path, a);
	struct account_call c = {
		.conf = &g->conf,
		.auth = g->auth,
		.signer = g->signer,
		.conn = s->conn,
		.request = r,
		.arena = a,
		.now = clock_wall_s(),
	};
	if (!e)
		return fault_set(f, 404, "RGA13", STR("There is no such account URL"));
	if (account_methods_asked(out_r, e, r, a))
		return true;
	/* auth-enabled is off by now, and these workers go on till the next start. */
	if (!g->signer)
		return account_unavailable(f, 1);
	if (!account_ready(s, a, f))
		return false;
	bool answered = account_run(&c, e, f);
	served_r->role = c.role;
	if (!server_used(s, answered, f))
		return s->wait_ended == WAIT_TOO_LONG && account_hide(f);
	account_reply(out_r, &c, e);
	return true;
}
