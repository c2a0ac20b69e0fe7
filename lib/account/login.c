/* /rpc/login: a session for an e-mail address and a password.
 *
 * The limits are counted, and committed, before the hash is computed, so parallel tries cannot outrun them. An unknown
 * address costs the same hash and the same writes as a known one, and all failures have one answer.
 * SPDX-License-Identifier: MIT */
#include "account/caller.h"
#include "account/calls.h"
#include "account/hook.h"
#include "account/limit.h"
#include "account/password.h"
#include "account/replace_session.h"
#include "account/session.h"

static bool refuse_login(struct account_call *c, struct str user_id, struct fault *f)
{
	return call_log_failure(c, STR("login"), user_id, STR_NONE, STR_NONE, f)
		&& fault_set(f, 401, "RGA01", STR("Invalid credentials"));
}

/* Only who knows the password hears of it. */
static bool refuse_unconfirmed(struct fault *f)
{
	fault_set(f, 403, "RGA16", STR("The address is not confirmed yet"));
	return fault_hint(f, STR("Follow the mailed link, or ask for another one at /rpc/resend_activation."));
}

static bool begin_login(struct login_begun *out_r, struct account_call *c, struct str email_key, struct fault *f)
{
	return call_begin_login(out_r, c, email_key, f) && (out_r->wait_s == 0 || limit_fault(out_r->wait_s, f));
}

/* The session of an account whose password fitted. */
static bool finish_login(struct account_call *c, const struct login_begun *begun, struct str fresh_hash,
	struct fault *f)
{
	struct login_finished finished;
	struct session s = {
		.id = signer_session_id(c->arena),
		.user_id = begun->user_id,
		.ends_at = c->now + c->conf->auth_session_max,
	};
	if (!hook_claims(&s.more, c, s.user_id, STR("login"), f) || !replace_session(c, begun, f)
		|| !call_finish_login(&finished, c, begun, s.id, fresh_hash, f))
		return false;
	if (!finished.done)
		return refuse_login(c, s.user_id, f);
	if (finished.unconfirmed)
		return refuse_unconfirmed(f);
	s.email = finished.email;
	s.role = finished.role;
	return call_limit_sessions(c, s.user_id, s.id, f) && session_answer(c, &s);
}

bool account_login(struct account_call *c, struct fault *f)
{
	struct str email, password, fresh = STR_NONE;
	struct looked_up known;
	struct login_begun begun;
	if (!account_text(c, "email", true, &email, f) || !account_text(c, "password", true, &password, f)
		|| !call_look_up(&known, c, email, f) || !begin_login(&begun, c, known.email_key, f))
		return false;
	enum password_verdict v = password_check(password, begun.password_hash, known.decoys, c->conf, c->arena);
	if (v == PASSWORD_WRONG)
		return refuse_login(c, begun.user_id, f);
	if (v == PASSWORD_RIGHT_RENEW && !password_hash(&fresh, password, c->conf, c->arena, f))
		return false;
	return finish_login(c, &begun, fresh, f);
}
