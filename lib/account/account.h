/* What an account endpoint works with, and the endpoints themselves, one file each.
 *
 * An endpoint reads the body's fields, checks the limits before it computes a hash, lets one function of the private
 * schema do the rest in one transaction, and fills the answer in. Everything secret stays in this process: what reaches
 * SQL are hashes of passwords, ids and counters.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_ACCOUNT_H
#define ROWGATE_ACCOUNT_ACCOUNT_H

#include "conf/conf.h"
#include "http/endpoint.h"
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
	int status;                         /* the answer: 204 has no body */
	struct str answer;                  /* JSON */
	struct str answer_type;             /* STR_NONE: application/json */
	const struct fault_header *headers; /* further ones of the answer, or NULL */
};

struct account_endpoint {
	struct endpoint shown;
	bool any_origin; /* cookies mean nothing to it, so anybody's page may ask */
	bool may_cache;  /* public: no Cache-Control: no-store */
	bool (*run)(struct account_call *c, struct fault *f);
};

MUST_CHECK bool account_register_user(struct account_call *c, struct fault *f);
MUST_CHECK bool account_login(struct account_call *c, struct fault *f);
MUST_CHECK bool account_refresh_token(struct account_call *c, struct fault *f);
MUST_CHECK bool account_current_user(struct account_call *c, struct fault *f);
MUST_CHECK bool account_logout(struct account_call *c, struct fault *f);
MUST_CHECK bool account_change_password(struct account_call *c, struct fault *f);
MUST_CHECK bool account_sessions(struct account_call *c, struct fault *f);
MUST_CHECK bool account_revoke_session(struct account_call *c, struct fault *f);
MUST_CHECK bool account_delete_account(struct account_call *c, struct fault *f);
MUST_CHECK bool account_request_password_reset(struct account_call *c, struct fault *f);
MUST_CHECK bool account_reset_password(struct account_call *c, struct fault *f);
MUST_CHECK bool account_activate(struct account_call *c, struct fault *f);
MUST_CHECK bool account_resend_activation(struct account_call *c, struct fault *f);
MUST_CHECK bool account_change_email(struct account_call *c, struct fault *f);
MUST_CHECK bool account_confirm_email(struct account_call *c, struct fault *f);
MUST_CHECK bool account_activate_page(struct account_call *c, struct fault *f);
MUST_CHECK bool account_reset_page(struct account_call *c, struct fault *f);
MUST_CHECK bool account_confirm_page(struct account_call *c, struct fault *f);
MUST_CHECK bool account_jwks(struct account_call *c, struct fault *f);

/* The endpoint that a request's raw path names, or NULL. */
const struct account_endpoint *account_find(struct str path, struct arena *a);
/* What clients are told of the i-th endpoint, NULL behind the last. */
const struct endpoint *account_shown(size_t i);
/* The methods it knows, as Allow lists them. */
struct str account_methods(const struct account_endpoint *e);
/* The whole way of a request through an endpoint: status, answer and answer_type are filled in, or the fault. Needs
 * conf, auth, signer, conn (ready), request, arena and now. */
MUST_CHECK bool account_run(struct account_call *c, const struct account_endpoint *e, struct fault *f);

/* Fills body, ip and user_agent in. Faults: 400 RGA07, 413. */
MUST_CHECK bool account_read(struct account_call *c, struct fault *f);
/* Who calls, by Authorization or cookie; a stranger is no fault. Faults are auth_identify()'s. */
MUST_CHECK bool account_identify(struct account_call *c, struct fault *f);
/* A member of the body: a text without NUL bytes, or STR_NONE when it is null or missing. 400 RGA07 for anything else,
 * and when it is wanted and missing. */
MUST_CHECK bool account_text(struct account_call *c, const char *name, bool wanted, struct str *out_r, struct fault *f);

/* 401 with WWW-Authenticate, in the place of whatever f held; the RGA codes are in the README. Always returns false. */
bool account_unauthorized(struct account_call *c, struct fault *f, const char *code, struct str message);

#endif
