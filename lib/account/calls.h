/* The private schema's functions that several files call, or that take many values, with names for what goes in and
 * comes out. Each is one transaction; sql/account says what it does. Faults are database_call()'s.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_CALLS_H
#define ROWGATE_ACCOUNT_CALLS_H

#include "account/account.h"

struct looked_up {
	bool is_address;
	struct str email_key; /* of the account that the address belongs to, or what it would be */
	struct str decoys;    /* see password_check() */
};
/* Whose an address is, however it was typed. What is no address goes the same way, and has no account. */
MUST_CHECK bool call_look_up(struct looked_up *out_r, struct account_call *c, struct str email, struct fault *f);

struct registration {
	struct str email, password_hash;
	struct str role;    /* its name in the database */
	struct str profile; /* JSON, or STR_NONE */
	bool activation;    /* the address must be proved: whoever has it gets a mail */
};
struct registered {
	struct str user_id;
	bool taken; /* an account in force has the address, nothing was made; user_id is then somebody's that is none */
};
/* For the client that asks, or for nobody, where c has no ip. */
MUST_CHECK bool call_register(struct registered *out_r, struct account_call *c, const struct registration *r,
	struct fault *f);

struct login_begun {
	int64_t wait_s; /* above 0: the limits are used up, and the rest is not filled in */
	struct str user_id, password_hash;
	struct str buckets; /* what was taken from, to give back */
};
MUST_CHECK bool call_begin_login(struct login_begun *out_r, struct account_call *c, struct str email_key,
	struct fault *f);
struct login_finished {
	bool done;        /* false: the password was changed, or the account may not sign in */
	bool unconfirmed; /* no session was opened: the address is still to be proven */
	struct str email, role;
};
/* Opens the session; fresh_hash takes the place of the one that fitted, or STR_NONE. */
MUST_CHECK bool call_finish_login(struct login_finished *out_r, struct account_call *c, const struct login_begun *begun,
	struct str session, struct str fresh_hash, struct fault *f);

struct refreshed {
	bool rotated; /* or the newest again; false: the token is refused */
	struct str user_id, email, role;
	int64_t counter, ends_at;
};
MUST_CHECK bool call_refresh(struct refreshed *out_r, struct account_call *c, struct str session, int64_t counter,
	struct fault *f);

/* Ends the oldest sessions of an account that has more than auth-max-sessions; this one stays. */
MUST_CHECK bool call_limit_sessions(struct account_call *c, struct str user_id, struct str session, struct fault *f);

/* A failure in the activity log; user_id, session and detail (JSON) may be STR_NONE. */
MUST_CHECK bool call_log_failure(struct account_call *c, struct str action, struct str user_id, struct str session,
	struct str detail, struct fault *f);

/* Puts a mail in the outbox, when there is such an account. purpose: see mail_token_hash(). */
MUST_CHECK bool call_request_mail(struct account_call *c, struct str purpose, struct str email_key, struct fault *f);

/* What the caller, by its session, does to its account. done_r is false when password_hash is no longer the account's,
 * or there is no such session. */
MUST_CHECK bool call_change_password(bool *done_r, struct account_call *c, struct str password_hash,
	struct str fresh_hash, struct fault *f);
MUST_CHECK bool call_change_email(bool *done_r, struct account_call *c, struct str password_hash, struct str email,
	struct str email_key, struct fault *f);
MUST_CHECK bool call_delete_account(bool *done_r, struct account_call *c, struct str password_hash, struct fault *f);
MUST_CHECK bool call_revoke_session(bool *done_r, struct account_call *c, struct str victim, struct fault *f);
/* What a mailed token does; done_r is false when it is nobody's. */
MUST_CHECK bool call_reset_password(bool *done_r, struct account_call *c, struct str token_hash, struct str fresh_hash,
	struct fault *f);
MUST_CHECK bool call_confirm_email(bool *done_r, struct account_call *c, struct str token_hash, struct fault *f);
/* scope: local, others or global. Without a user_id the session is proof enough. */
MUST_CHECK bool call_logout(struct account_call *c, struct str scope, struct fault *f);

#endif
