/* What came with a request to an account endpoint: body, program, token.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_CALLER_H
#define ROWGATE_ACCOUNT_CALLER_H

#include "account/account.h"

/* Fills body and user_agent in. Faults: 400 RGA07, 413. */
MUST_CHECK bool account_read(struct account_call *c, struct fault *f);
/* Who calls, by Authorization or cookie; a stranger is no fault. Faults are auth_identify()'s. */
MUST_CHECK bool account_identify(struct account_call *c, struct fault *f);
/* The same by a token that may have expired: for ending the session that it names. */
MUST_CHECK bool account_identify_expired(struct account_call *c, struct fault *f);
/* A member of the body: a text without NUL bytes, or STR_NONE when it is null or missing. 400 RGA07 for anything else,
 * and when it is wanted and missing. */
MUST_CHECK bool account_text(struct account_call *c, const char *name, bool wanted, struct str *out_r, struct fault *f);

/* 401 with WWW-Authenticate, in the place of whatever f held; what each RGA code says is in
 * deploy/docs/reference/errors.md. Always returns false. */
bool account_unauthorized(struct account_call *c, struct fault *f, const char *code, struct str message);

#endif
