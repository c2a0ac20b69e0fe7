/* The private schema's functions, called with names for what goes in and comes out.
 * SPDX-License-Identifier: MIT */
#include "account/calls.h"

#include "account/database.h"
#include "account/email.h"

static struct str truth(bool b)
{
	return b ? STR("true") : STR("false");
}

/* auth-limit-mail in auth-limit-period, auth-limit-mail-day in a day: an array as PostgreSQL reads it. */
static struct str mail_limits(const struct account_call *c)
{
	const struct conf *conf = c->conf;
	return str_printf(c->arena, "{%lld,%lld,%lld}", (long long)conf->auth_limit_mail,
		(long long)conf->auth_limit_period, (long long)conf->auth_limit_mail_day);
}

/* Columns of look_up(). */
enum { LOOKED_UP_EMAIL_KEY, LOOKED_UP_DECOYS };

bool call_look_up(struct looked_up *out_r, struct account_call *c, struct str email, struct fault *f)
{
	struct database_row row;
	struct str key, typed = email_typed(email, c->arena);
	bool is_address = email_key(&key, email, c->arena);
	if (!database_call(&row, c, f, "look_up", is_address ? key : typed, typed))
		return false;
	*out_r = (struct looked_up){
		.is_address = is_address,
		.email_key = row.values[LOOKED_UP_EMAIL_KEY],
		.decoys = row.values[LOOKED_UP_DECOYS],
	};
	return true;
}

/* Columns of register(). */
enum { REGISTERED_USER_ID, REGISTERED_TAKEN };

bool call_register(struct registered *out_r, struct account_call *c, const struct registration *r, struct fault *f)
{
	struct database_row row;
	struct looked_up known;
	if (!call_look_up(&known, c, r->email, f)
		|| !database_call(&row, c, f, "register", r->email, known.email_key, r->password_hash, r->role, r->profile,
			c->ip, c->user_agent, truth(r->activation), mail_limits(c)))
		return false;
	*out_r = (struct registered){
		.user_id = row.values[REGISTERED_USER_ID],
		.taken = database_true(row.values[REGISTERED_TAKEN]),
	};
	return true;
}

/* Columns of begin_login(). */
enum { BEGUN_WAIT, BEGUN_USER_ID, BEGUN_PASSWORD_HASH, BEGUN_UNUSED, BEGUN_BUCKETS };

bool call_begin_login(struct login_begun *out_r, struct account_call *c, struct str email_key, struct fault *f)
{
	struct database_row row;
	struct str from_address = database_int(c, c->conf->auth_limit_login_ip);
	struct str of_account = database_int(c, c->conf->auth_limit_login);
	struct str period = database_int(c, c->conf->auth_limit_period);
	if (!database_call(&row, c, f, "begin_login", email_key, c->ip, from_address, period, of_account, period))
		return false;
	*out_r = (struct login_begun){
		.wait_s = database_number(row.values[BEGUN_WAIT]),
		.user_id = row.values[BEGUN_USER_ID],
		.password_hash = row.values[BEGUN_PASSWORD_HASH],
		.buckets = row.values[BEGUN_BUCKETS],
	};
	return true;
}

/* Columns of finish_login(). */
enum { FINISHED_EMAIL, FINISHED_ROLE, FINISHED_UNCONFIRMED };

bool call_finish_login(struct login_finished *out_r, struct account_call *c, const struct login_begun *begun,
	struct str session, struct str fresh_hash, struct fault *f)
{
	struct database_row row;
	struct str idle = database_seconds(c, c->conf->auth_session_idle);
	struct str at_most = database_seconds(c, c->conf->auth_session_max);
	if (!database_call(&row, c, f, "finish_login", begun->user_id, begun->password_hash, fresh_hash, session, c->ip,
			c->user_agent, idle, at_most, begun->buckets, truth(c->conf->auth_activation), mail_limits(c)))
		return false;
	*out_r = (struct login_finished){
		.done = row.found,
		.unconfirmed = row.found && database_true(row.values[FINISHED_UNCONFIRMED]),
		.email = row.values[FINISHED_EMAIL],
		.role = row.values[FINISHED_ROLE],
	};
	return true;
}

/* Columns of refresh(). */
enum {
	REFRESHED_OUTCOME,
	REFRESHED_USER_ID,
	REFRESHED_EMAIL,
	REFRESHED_ROLE,
	REFRESHED_COUNTER,
	REFRESHED_ENDS_AT,
};

bool call_refresh(struct refreshed *out_r, struct account_call *c, struct str session, int64_t counter, struct fault *f)
{
	struct database_row row;
	struct str grace = database_seconds(c, c->conf->auth_refresh_grace);
	struct str idle = database_seconds(c, c->conf->auth_session_idle);
	if (!database_call(&row, c, f, "refresh", session, database_int(c, counter), grace, idle, c->ip, c->user_agent))
		return false;
	struct str outcome = row.values[REFRESHED_OUTCOME];
	*out_r = (struct refreshed){
		.rotated = str_eq(outcome, STR("rotated")) || str_eq(outcome, STR("repeated")),
		.user_id = row.values[REFRESHED_USER_ID],
		.email = row.values[REFRESHED_EMAIL],
		.role = row.values[REFRESHED_ROLE],
		.counter = database_number(row.values[REFRESHED_COUNTER]),
		.ends_at = database_number(row.values[REFRESHED_ENDS_AT]),
	};
	return true;
}

bool call_limit_sessions(struct account_call *c, struct str user_id, struct str session, struct fault *f)
{
	struct database_row row;
	return database_call(&row, c, f, "limit_sessions", user_id, session, database_int(c, c->conf->auth_max_sessions));
}

bool call_log_failure(struct account_call *c, struct str action, struct str user_id, struct str session,
	struct str detail, struct fault *f)
{
	struct database_row row;
	return database_call(&row, c, f, "log", user_id, session, action, truth(false), c->ip, c->user_agent, detail);
}

bool call_request_mail(struct account_call *c, struct str purpose, struct str email_key, struct fault *f)
{
	struct database_row row;
	return database_call(&row, c, f, "request_mail", purpose, email_key, c->ip, c->user_agent, mail_limits(c));
}

/* The answer of a function that says whether it was done. */
static bool take_done(bool *done_r, bool called, const struct database_row *row)
{
	*done_r = called && database_true(row->values[0]);
	return called;
}

bool call_change_password(bool *done_r, struct account_call *c, struct str password_hash, struct str fresh_hash,
	struct fault *f)
{
	struct database_row row;
	bool called = database_call(&row, c, f, "change_password", c->user_id, c->session, password_hash, fresh_hash, c->ip,
		c->user_agent, mail_limits(c));
	return take_done(done_r, called, &row);
}

bool call_change_email(bool *done_r, struct account_call *c, struct str password_hash, struct str email,
	struct str email_key, struct fault *f)
{
	struct database_row row;
	bool called = database_call(&row, c, f, "change_email", c->user_id, c->session, password_hash, email, email_key,
		c->ip, c->user_agent, mail_limits(c));
	return take_done(done_r, called, &row);
}

bool call_reset_password(bool *done_r, struct account_call *c, struct str token_hash, struct str fresh_hash,
	struct fault *f)
{
	struct database_row row;
	bool called = database_call(&row, c, f, "reset_password", token_hash, fresh_hash, c->ip, c->user_agent,
		mail_limits(c));
	return take_done(done_r, called, &row);
}

bool call_confirm_email(bool *done_r, struct account_call *c, struct str token_hash, struct fault *f)
{
	struct database_row row;
	bool called = database_call(&row, c, f, "confirm_email", token_hash, c->ip, c->user_agent, mail_limits(c));
	return take_done(done_r, called, &row);
}

bool call_delete_account(bool *done_r, struct account_call *c, struct str password_hash, struct fault *f)
{
	struct database_row row;
	bool called = database_call(&row, c, f, "delete_account", c->user_id, c->session, password_hash, c->ip,
		c->user_agent);
	return take_done(done_r, called, &row);
}

bool call_revoke_session(bool *done_r, struct account_call *c, struct str victim, struct fault *f)
{
	struct database_row row;
	bool called = database_call(&row, c, f, "revoke_session", c->user_id, c->session, victim, c->ip, c->user_agent);
	return take_done(done_r, called, &row);
}

bool call_logout(struct account_call *c, struct str scope, struct fault *f)
{
	struct database_row row;
	return database_call(&row, c, f, "logout", c->user_id, c->session, scope, c->ip, c->user_agent);
}
