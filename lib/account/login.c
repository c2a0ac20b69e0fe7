/* /rpc/login: a session for an e-mail address and a password.
 *
 * The limits are counted, and committed, before the hash is computed, so parallel tries cannot outrun them. An unknown
 * address costs the same hash and the same writes as a known one, and all failures have one answer.
 * SPDX-License-Identifier: MIT */
#include "account/caller.h"
#include "account/database.h"
#include "account/email.h"
#include "account/hook.h"
#include "account/limit.h"
#include "account/password.h"
#include "account/session.h"

/* Columns of begin_login(). */
enum { WAIT, USER_ID, PASSWORD_HASH, DECOY, BUCKETS };

static bool refuse_login(struct account_call *c, struct str user_id, struct fault *f)
{
	struct database_row row;
	return database_call(&row, c, f, "log", user_id, STR_NONE, STR("login"), STR("false"), c->ip, c->user_agent,
			   STR_NONE)
		&& fault_set(f, 401, "RGA01", STR("Invalid credentials"));
}

static bool begin(struct account_call *c, struct str email, struct database_row *row, struct fault *f)
{
	const struct conf *conf = c->conf;
	struct str key;
	/* What is no address has no account: it goes the same way. */
	if (!email_key(&key, email, c->arena))
		key = str_lower(c->arena, email);
	struct str period = database_int(c, conf->auth_limit_period);
	return database_call(row, c, f, "begin_login", key, c->ip, database_int(c, conf->auth_limit_login_ip), period,
			   database_int(c, conf->auth_limit_login), period)
		&& (str_eq(row->values[WAIT], STR("0")) || limit_fault(database_number(row->values[WAIT]), f));
}

bool account_login(struct account_call *c, struct fault *f)
{
	struct str email, password, fresh = STR_NONE;
	struct database_row begun, done;
	if (!account_text(c, "email", true, &email, f) || !account_text(c, "password", true, &password, f)
		|| !begin(c, email, &begun, f))
		return false;
	struct str hash = begun.values[PASSWORD_HASH];
	if (!password_matches(password, hash, begun.values[DECOY], c->conf, c->arena))
		return refuse_login(c, begun.values[USER_ID], f);
	if (!password_current(hash, c->conf) && !password_hash(&fresh, password, c->conf, c->arena, f))
		return false;
	struct session s = {
		.id = signer_session_id(c->arena),
		.user_id = begun.values[USER_ID],
		.ends_at = c->now + c->conf->auth_session_max,
	};
	if (!hook_claims(&s.more, c, s.user_id, STR("login"), f))
		return false;
	if (!database_call(&done, c, f, "finish_login", s.user_id, hash, fresh, s.id, c->ip, c->user_agent,
			database_seconds(c, c->conf->auth_session_idle), database_seconds(c, c->conf->auth_session_max),
			begun.values[BUCKETS], c->conf->auth_activation ? STR("true") : STR("false")))
		return false;
	if (!done.found)
		return refuse_login(c, s.user_id, f);
	s.email = done.values[0];
	s.role = done.values[1];
	return session_answer(c, &s);
}
