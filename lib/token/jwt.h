/* A signed token in compact form to its claims (RFC 7515, 7519): verified first, read afterwards.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_TOKEN_JWT_H
#define ROWGATE_TOKEN_JWT_H

#include "token/jwtcache.h"
#include "token/keys.h"

enum { JWT_MAX = 64 * 1024 };

struct jwt {
	struct str payload;         /* the claims' JSON text as it was signed */
	struct json_object *claims; /* the same as a tree; an object */
};

/* Faults are PostgREST's: 401 PGRST301 for a token that cannot be decoded, with details where it has some, and
 * 401 PGRST303 for claims that are not a JSON object. Of the header only alg, kid, enc and crit are read: keys
 * that come with the token (jwk, jku, x5c) are nothing to us. cache may be NULL. */
MUST_CHECK bool jwt_verify(struct jwt *out_r, struct str token, const struct jwt_keys *keys, struct jwtcache *cache,
	struct arena *a, struct fault *f);
/* 401 with WWW-Authenticate: Bearer error="invalid_token", error_description="message" (RFC 6750 section 3).
 * Always returns false. */
bool jwt_fault(struct fault *f, struct arena *a, const char *code, struct str message);

#endif
