/* The mailer: takes what is due from the outbox and hands it over.
 *
 * A mail is lent by the database for longer than handing it over can take, and marked when that has ended. Who dies in
 * between has it sent once more by somebody, with a token of its own; nobody else has it twice.
 * SPDX-License-Identifier: MIT */
#include "mailer.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "account/agent.h"
#include "account/database.h"
#include "account/mail_token.h"
#include "account/schema.h"
#include "app/serve/backoff.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "mail/postman.h"
#include "pg/listen.h"

enum { MAIL_MEMORY = 16 * 1024 * 1024 };
/* Seconds a mail may take beyond mail-timeout, which counts for each of two steps. */
#define LEASE_SLACK_S 60
/* Milliseconds the mailer sleeps at most: what falls due without a notification is seen then. */
#define SLEEP_MAX_MS 60000
#define HOUR_S 3600

/* Columns of next_mail(). */
enum { ID, TEMPLATE, PURPOSE, ADDRESS, LANGUAGE, EMAIL, IP, AGENT, WRITTEN_AT };

static volatile sig_atomic_t mailer_stops;

struct mailer {
	/* As long as the process. */
	struct generation *generation;
	struct postman postman;
	struct conn *conn;
	struct account_call account; /* for database_call(); its arena is emptied after each mail */
	sigset_t wait_mask;
	size_t deferred;      /* mails to be tried again; with --once the exit status tells */
	int64_t complained_s; /* when it was last said at level error that mails are not taken; 0: one was, since */
	/* As long as a series of rounds that failed: mailer_round(). */
	struct backoff database;
};

static void mailer_stop(int signal_number)
{
	(void)signal_number;
	mailer_stops = 1;
}

/* Lets signals come while the mailer sleeps, never in the middle of a mail. */
static void mailer_signals(sigset_t *wait_mask_r)
{
	struct sigaction stop = { .sa_handler = mailer_stop }, ignore = { .sa_handler = SIG_IGN };
	sigset_t blocked;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigprocmask(SIG_BLOCK, &blocked, wait_mask_r);
	sigdelset(wait_mask_r, SIGTERM);
	sigdelset(wait_mask_r, SIGINT);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

static struct str or_nothing(struct str s)
{
	return s.p ? s : STR("");
}

/* The address of a link: a landing page with the token, or the site. */
static struct str link_of(const struct mailer *m, struct str purpose, struct str token)
{
	return purpose.p ? str_printf(m->account.arena, "%.*s/account/%.*s?token=%.*s", STR_ARG(m->postman.site_url),
			   STR_ARG(purpose), STR_ARG(token))
					 : STR_NONE;
}

static enum transport_verdict hand_over(struct mailer *m, const struct database_row *row, struct str token,
	struct str *reason_r)
{
	struct str purpose = row->values[PURPOSE];
	int64_t hours = mail_token_ttl(purpose, m->account.conf) / HOUR_S;
	struct agent agent = agent_of(row->values[AGENT]);
	const struct template_value values[] = {
		{ STR("email"), or_nothing(row->values[EMAIL]) },
		{ STR("when"), or_nothing(row->values[WRITTEN_AT]) },
		{ STR("ip"), or_nothing(row->values[IP]) },
		{ STR("agent"), agent_text(agent, m->account.arena) },
		{ STR("browser"), agent.browser },
		{ STR("system"), agent.system },
		{ STR("program"), agent.browser.p ? STR_NONE : STR("") },
		{ STR("hours"), database_int(&m->account, hours > 0 ? hours : 1) },
	};
	struct postman_order order = {
		.to = row->values[ADDRESS],
		.template = row->values[TEMPLATE],
		.language = row->values[LANGUAGE],
		.values = values,
		.value_count = COUNT_OF(values),
		.link = link_of(m, purpose, token),
		.secret = purpose.p ? token : STR_NONE,
	};
	return postman_send(&m->postman, &order, m->account.arena, reason_r);
}

static bool next_mail(struct mailer *m, struct database_row *row, struct str token, struct fault *f)
{
	struct account_call *c = &m->account;
	return database_call(row, c, f, "next_mail", database_seconds(c, 2 * c->conf->mail_timeout + LEASE_SLACK_S),
		mail_token_offer(token, c->conf, c->arena));
}

/* A mail that waits is a warning; that mails wait is an error, told once an hour until one is taken. */
static void log_deferred(struct mailer *m, struct str id, struct str template, struct str reason)
{
	int64_t now = clock_monotonic_us() / 1000000;
	bool due = !m->complained_s || now - m->complained_s >= HOUR_S;
	(due ? log_error : log_warn)("mail %.*s (%.*s) was not taken yet: %.*s", STR_ARG(id), STR_ARG(template),
		STR_ARG(reason));
	if (due)
		m->complained_s = now;
}

static void log_verdict(struct mailer *m, const struct database_row *row, enum transport_verdict verdict,
	struct str reason)
{
	struct str id = row->values[ID], template = row->values[TEMPLATE];
	if (verdict == TRANSPORT_LATER) {
		log_deferred(m, id, template, reason);
		return;
	}
	m->complained_s = verdict == TRANSPORT_TAKEN ? 0 : m->complained_s;
	if (verdict == TRANSPORT_TAKEN)
		log_info("mail %.*s (%.*s) was taken", STR_ARG(id), STR_ARG(template));
	else
		log_error("mail %.*s (%.*s) was refused: %.*s", STR_ARG(id), STR_ARG(template), STR_ARG(reason));
}

/* Sends one mail; false when none was due, or with the fault when the database cannot be asked. */
static bool mailer_send(struct mailer *m, struct fault *f)
{
	struct database_row row, done;
	struct str token = mail_token_new(m->account.arena), reason = STR_NONE;
	if (!next_mail(m, &row, token, f) || !row.found)
		return false;
	enum transport_verdict verdict = hand_over(m, &row, token, &reason);
	bool taken = verdict == TRANSPORT_TAKEN;
	log_verdict(m, &row, verdict, reason);
	m->deferred += verdict == TRANSPORT_LATER;
	return database_call(&done, &m->account, f, "mail_done", row.values[ID], taken ? STR("true") : STR("false"),
		verdict == TRANSPORT_REFUSED ? STR("true") : STR("false"), reason);
}

/* Sends all that is due now. False with the fault when the database cannot be asked. */
static bool mailer_send_all(struct mailer *m, struct fault *f)
{
	while (!mailer_stops && mailer_send(m, f))
		arena_reset(m->account.arena);
	return !f->http_status;
}

/* Sleeps until something is due or told of, or for that long at most; fd -1: nothing is told. */
static void mailer_sleep(const struct mailer *m, int fd, int64_t timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct timespec timeout = { .tv_sec = timeout_ms / 1000, .tv_nsec = timeout_ms % 1000 * 1000000L };
	if (!mailer_stops)
		ppoll(&p, 1, &timeout, &m->wait_mask);
}

/* Milliseconds until the next mail is due. */
static bool mailer_wait_ms(struct mailer *m, int64_t *wait_r, struct fault *f)
{
	struct database_row row;
	if (!database_run(&row, &m->account, f, STR("mail_wait"), NULL, 0))
		return false;
	*wait_r = row.values[0].p ? database_number(row.values[0]) * 1000 : SLEEP_MAX_MS;
	if (*wait_r > SLEEP_MAX_MS)
		*wait_r = SLEEP_MAX_MS;
	return true;
}

/* One round: connects, listens before it looks so that nothing is missed, sends, sleeps. */
static bool mailer_round(struct mailer *m, bool once, struct fault *f)
{
	int64_t wait_ms;
	struct arena *a = m->account.arena;
	struct str channel = schema_role(m->account.conf, STR("rowgate_mail"), a);
	if (!conn_ready(m->conn, a, f) || (!once && !conn_listen(m->conn, channel, a, f)) || !mailer_send_all(m, f))
		return false;
	backoff_succeed(&m->database);
	if (once || mailer_stops)
		return true;
	if (!mailer_wait_ms(m, &wait_ms, f))
		return false;
	mailer_sleep(m, conn_fd(m->conn), wait_ms);
	return true;
}

static bool mailer_begin(struct mailer *m, struct generation *g, struct fault *f)
{
	*m = (struct mailer){ .generation = g };
	if (!postman_new(&m->postman, &g->conf, g->arena, f))
		return false;
	m->conn = generation_connect_mail(g, NULL, NULL);
	m->account = (struct account_call){ .conf = &g->conf, .conn = m->conn, .arena = arena_new(MAIL_MEMORY) };
	return true;
}

static void mailer_end(struct mailer *m)
{
	conn_free(m->conn);
	arena_free(m->account.arena);
}

int mailer_run(struct generation *g, bool once)
{
	struct mailer m;
	struct fault f = { 0 };
	bool good = true;
	if (!mailer_begin(&m, g, &f)) {
		log_crit("%.*s%s%.*s", STR_ARG(f.message), f.details.n ? ": " : "", STR_ARG(f.details));
		return EXIT_FAILURE;
	}
	transport_start();
	mailer_signals(&m.wait_mask);
	if (!once)
		log_event("Mails leave by %.*s, as %.*s", STR_ARG(g->conf.mail_transport), STR_ARG(g->conf.mail_from));
	do {
		f = (struct fault){ 0 };
		good = mailer_round(&m, once, &f);
		if (!good) {
			backoff_fail(&m.database);
			log_error("the outbox cannot be read: %.*s", STR_ARG(f.details.n ? f.details : f.message));
		}
		if (!good && !once)
			mailer_sleep(&m, -1, m.database.pause_us / 1000);
		arena_reset(m.account.arena);
	} while (!once && !mailer_stops);
	mailer_end(&m);
	return once && (!good || m.deferred) ? EX_TEMPFAIL : EXIT_SUCCESS;
}

bool mailer_status(struct generation *g, struct fault *f)
{
	struct mailer m;
	struct database_row row;
	if (!mailer_begin(&m, g, f))
		return false;
	bool good = conn_ready(m.conn, g->arena, f) && database_run(&row, &m.account, f, STR("mail_status"), NULL, 0);
	if (good)
		printf("waiting %.*s\ngiven up %.*s\noldest %.*s\nlast reason %.*s\n", STR_ARG(row.values[0]),
			STR_ARG(row.values[1]), STR_ARG(or_nothing(row.values[2])), STR_ARG(or_nothing(row.values[3])));
	mailer_end(&m);
	return good;
}
