/* Who asks: the bearer token verified, its claims, and the role they select (RFC 7519, 7515, 7517).
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_TOKEN_AUTH_H
#define ROWGATE_TOKEN_AUTH_H

#include "conf/conf.h"
#include "http/request.h"
#include "token/jwtcache.h"

/* Keys and rules made once from the configuration; lives in the arena given. */
struct auth;

struct auth_identity {
	struct str role;
	struct str claims;  /* JSON object with the role in it, as request.jwt.claims wants it; never empty */
	struct str session; /* the account session that must not have ended, or STR_NONE */
	int64_t issued_at;  /* of its token */
	bool anonymous;     /* role is db-anon-role, with or without a token: 42501 is then 401, else 403 */
};

/* Reads jwt-secret (plain, base64, JWK, JWK set), jwt-aud and jwt-role-claim-key. The fault's message says what is
 * wrong with which key (a secret under 32 bytes, a role path that does not parse); it stops the start. */
MUST_CHECK bool auth_new(struct auth **out_r, const struct conf *c, struct arena *forever, struct fault *f);
/* What auth_new() accepted as --dump-config shows it: the role path in one spelling, a secret given in base64 in the
 * alphabet of RFC 4648 section 4, and so one of raw bytes. */
void auth_normalise(struct conf *c, const struct auth *auth, struct arena *a);
/* rolepath_successor() of jwt-role-claim-key. */
struct str auth_role_path_successor(const struct auth *auth, struct arena *a);
/* Verifies the request's bearer token, with auth-cookie the cookie's if there is no Authorization, or takes the
 * anonymous role. now: seconds since 1970.
 * Faults: 401 PGRST301/302/303 with WWW-Authenticate, 500 PGRST300, 401 22023 for a role that cannot exist, 401 RGA08
 * for an account's token that names no session, auth_check_origin()'s where there is no Authorization.
 * role and claims hold no NUL byte and live as long as a, or as auth. */
MUST_CHECK bool auth_identify(struct auth_identity *out_r, const struct auth *auth, const struct request *r,
	int64_t now, struct arena *a, struct fault *f);
/* The same though the token has expired: for ending the session that it names, nothing else. */
MUST_CHECK bool auth_identify_expired(struct auth_identity *out_r, const struct auth *auth, const struct request *r,
	int64_t now, struct arena *a, struct fault *f);
/* With auth-cookie, whether a request that changes anything comes from a page of the site: else 403 RGA14. */
MUST_CHECK bool auth_check_origin(const struct auth *auth, const struct request *r, struct fault *f);
/* Whether the request says who asks: by Authorization, or by a cookie where these count. */
bool auth_is_presented(const struct auth *auth, const struct request *r);
/* Of the tokens it has verified since auth_new(), in this process. */
struct jwtcache_totals auth_cache_totals(const struct auth *auth);
/* Whether a claim of that name is only for rowgate to set in an account's token: those it sets itself, those that
 * limit a token, and whatever jwt-role-claim-key may lead through. */
bool auth_reserves(const struct auth *auth, struct str claim);

#endif
