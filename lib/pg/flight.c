/* A flight from its statements to its outcome, and when it may be tried again.
 * SPDX-License-Identifier: MIT */
#include "attempt.h"
#include "base/log.h"

/* Half of what PostgreSQL takes as one message: beyond a GiB it hangs up without a word. */
enum { PARAM_BYTES_MAX = 512 * 1024 * 1024, PARAM_COUNT_MAX = 65535 };

/* Bytes of all parameters of one statement. */
static size_t param_bytes(const struct stmt *s)
{
	size_t n = 0;
	for (size_t i = 0; s && i < s->param_count; i++)
		n += s->params[i].value.n;
	return n;
}

/* Whether the statements fit into PostgreSQL's messages, and whether they make libpq's buffer huge. */
static bool check_size(bool *huge_r, const struct flight *flight, struct fault *f)
{
	const struct stmt *all[] = { flight->settings, flight->pre_request, flight->main, flight->count, flight->explain };
	size_t total = 0;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		size_t n = param_bytes(all[i]);
		if (n > PARAM_BYTES_MAX || (all[i] && all[i]->param_count > PARAM_COUNT_MAX))
			return fault_set(f, 413, "54000", STR("The request is too large for PostgreSQL"));
		total += n + (all[i] ? all[i]->sql.n : 0);
	}
	*huge_r = total > CONN_KEEP_BYTES;
	return true;
}

static void judge_outcome(struct attempt *t)
{
	const struct flight *f = t->flight;
	assert(!f->judge || t->failed || t->broken || !t->synced);
	if (t->failed || !f->judge || f->judge(f->arg, t->outcome, t->arena, t->fault))
		return;
	if (t->fault->http_status == 0)
		fault_set(t->fault, 500, "PGRSTX00", STR("The outcome was refused"));
	t->failed = true;
}

/* What the next flight on this connection must know. */
static void leave_connection(const struct attempt *t)
{
	const struct flight *f = t->flight;
	struct conn *c = t->conn;
	conn_settle(c);
	if (t->broken) {
		log_info("the connection to PostgreSQL is given up: %.*s", STR_ARG(t->fault->message));
		conn_drop(c);
		return;
	}
	c->replace |= t->huge || c->told > CONN_TELL_BYTES;
	if (attempt_dirties(f))
		c->left = attempt_cleanses(f) && !t->failed ? LEFT_LOCKS : LEFT_ALL;
	else if (!t->failed && !f->rollback) /* which would have undone the cleansing too */
		c->left = LEFT_NOTHING;
	c->tainted = (c->tainted && t->failed) || (f->may_prepare && (attempt_dirties(f) || t->failed));
}

static void try_once(struct attempt *t)
{
	attempt_send(t);
	attempt_receive(t);
	judge_outcome(t);
	if (!t->synced && !t->broken) {
		attempt_send_end(t);
		attempt_receive(t);
	}
	if (!t->broken && PQtransactionStatus(t->conn->pg) == PQTRANS_INERROR) {
		attempt_send_rollback(t);
		attempt_receive(t);
	}
	if (!t->broken && PQtransactionStatus(t->conn->pg) != PQTRANS_IDLE)
		attempt_break(t, "the transaction did not end\n");
	leave_connection(t);
}

/* Why the attempt may be made again; the reasons given before are not accepted twice. */
static enum retry retry_of(const struct attempt *t, unsigned used)
{
	enum retry retry = t->retry;
	if (!t->failed || t->fault->http_status == CONN_STOPPED || t->delivered)
		return RETRY_NEVER;
	if (t->broken && !t->flight->writes)
		retry = RETRY_CONNECT;
	return used & 1u << retry ? RETRY_NEVER : retry;
}

/* The connection in the state the attempt wants. A read that finds it dead is simply sent again; of a write nobody
 * could tell what became of it, so it looks first. */
static bool prepare(struct conn *c, bool writes, enum retry retry, struct arena *a, struct fault *f)
{
	if (retry != RETRY_NEVER)
		log_debug("the flight is tried again after: %.*s", STR_ARG(f->message));
	if (retry == RETRY_UNNAMED)
		names_clear(c->names);
	return writes ? conn_ensure(c, a, f) : conn_ready(c, a, f);
}

bool flight_run(struct conn *c, const struct flight *flight, bool anonymous, struct flight_outcome *out_r,
	struct arena *a, struct fault *f)
{
	enum retry retry = RETRY_NEVER;
	unsigned used = 0;
	bool huge = false;
	if (!check_size(&huge, flight, f))
		return false;
	do {
		struct attempt t = {
			.conn = c,
			.flight = flight,
			.outcome = out_r,
			.arena = a,
			.fault = f,
			.anonymous = anonymous,
			.unnamed = retry == RETRY_UNNAMED,
			.huge = huge,
		};
		*out_r = (struct flight_outcome){ .count = -1, .inserted = -1 };
		if (!prepare(c, flight->writes, retry, a, f))
			return false;
		*f = (struct fault){ 0 };
		try_once(&t);
		if (!t.failed)
			return true;
		retry = retry_of(&t, used);
		used |= 1u << retry;
	} while (retry != RETRY_NEVER);
	return false;
}
