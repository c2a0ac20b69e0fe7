/* What a sign-in and a refresh have in common: the tokens of a session.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_SESSION_H
#define ROWGATE_ACCOUNT_SESSION_H

#include "account/account.h"

struct session {
	struct str id, user_id, email, role;
	struct str more; /* further claims, a JSON object, or STR_NONE */
	int64_t counter; /* of its refresh token */
	int64_t ends_at; /* no access token outlives it, seconds since 1970 */
};

/* The access token's claims, signed. */
struct str session_token(const struct session *s, const struct conf *conf, const struct signer *signer, int64_t now,
	struct arena *a);
/* The answer: token, user, token_type, expires_in, expires_at, refresh_token; with auth-cookie cookies in the place of
 * the tokens. Always returns true. */
bool session_answer(struct account_call *c, const struct session *s);

#endif
