/* What an account endpoint works with, and the endpoints themselves, one file each.
 *
 * An endpoint reads the body's fields, checks the limits before it computes a hash, lets one function of the private
 * schema do the rest in one transaction, and fills the answer in. Everything secret stays in this process: what reaches
 * SQL are hashes of passwords, ids and counters.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_ACCOUNT_H
#define ROWGATE_ACCOUNT_ACCOUNT_H

#include "conf/conf.h"
#include "http/request.h"
#include "pg/conn.h"
#include "token/auth.h"
#include "token/signer.h"

enum { ACCOUNT_BODY_MAX = 64 * 1024 };

struct account_call {
	const struct conf *conf;
	const struct auth *auth;
	const struct signer *signer;
	struct conn *conn; /* as rowgate_account */
	const struct request *request;
	struct arena *arena;
	int64_t now;                 /* seconds since 1970 */
	struct json_object *body;    /* an object */
	struct str ip, user_agent;   /* of the client; ip is always an address */
	struct str user_id, session; /* of the caller, from a verified token; STR_NONE: a stranger */
	int64_t issued_at;           /* of that token */
	struct str email, role;
	bool again;                         /* what was asked for had been done before */
	int status;                         /* the answer: 204 has no body */
	struct str answer;                  /* JSON */
	struct str answer_type;             /* STR_NONE: application/json */
	const struct fault_header *headers; /* further ones of the answer, or NULL */
};

/* The endpoints. Each fills status and answer in, or the fault that its clients see, as
 * deploy/docs/reference/account-endpoints.md tells them. */

/* register_user.c, login.c, refresh_token.c, current_user.c, logout.c, change_password.c */
MUST_CHECK bool account_register_user(struct account_call *c, struct fault *f);
MUST_CHECK bool account_login(struct account_call *c, struct fault *f);
MUST_CHECK bool account_refresh_token(struct account_call *c, struct fault *f);
MUST_CHECK bool account_current_user(struct account_call *c, struct fault *f);
MUST_CHECK bool account_jwks(struct account_call *c, struct fault *f);
MUST_CHECK bool account_logout(struct account_call *c, struct fault *f);
MUST_CHECK bool account_change_password(struct account_call *c, struct fault *f);
/* sessions.c, end_sessions.c, delete_account.c */
MUST_CHECK bool account_sessions(struct account_call *c, struct fault *f);
MUST_CHECK bool account_end_sessions(struct account_call *c, struct fault *f);
MUST_CHECK bool account_revoke_session(struct account_call *c, struct fault *f);
MUST_CHECK bool account_delete_account(struct account_call *c, struct fault *f);
/* reset_password.c, activation.c, change_email.c, undo_change.c: with a mailed token. */
MUST_CHECK bool account_request_password_reset(struct account_call *c, struct fault *f);
MUST_CHECK bool account_reset_password(struct account_call *c, struct fault *f);
MUST_CHECK bool account_activate(struct account_call *c, struct fault *f);
MUST_CHECK bool account_resend_activation(struct account_call *c, struct fault *f);
MUST_CHECK bool account_change_email(struct account_call *c, struct fault *f);
MUST_CHECK bool account_confirm_email(struct account_call *c, struct fault *f);
MUST_CHECK bool account_undo_change(struct account_call *c, struct fault *f);
/* pages.c: where mailed links lead. */
MUST_CHECK bool account_activate_page(struct account_call *c, struct fault *f);
MUST_CHECK bool account_reset_page(struct account_call *c, struct fault *f);
MUST_CHECK bool account_confirm_page(struct account_call *c, struct fault *f);
MUST_CHECK bool account_undo_page(struct account_call *c, struct fault *f);

#endif
