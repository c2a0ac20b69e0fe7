/* The keys that tokens are verified with, made once from jwt-secret.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_TOKEN_KEYS_H
#define ROWGATE_TOKEN_KEYS_H

#include "base/arena.h"
#include "base/fault.h"
#include "token/key.h"

struct jwt_keys {
	struct jwt_key *first;
};

enum keys_verdict { KEYS_GOOD, KEYS_NONE_SUITABLE, KEYS_NONE_MATCHES };

/* A plain secret (HS256 only, at least 32 bytes), one JWK or a JWK set, base64 around any of them when is_base64.
 * Members of a set that cannot verify (unknown type or algorithm, `use` enc) are left out; the fault says what is
 * wrong with jwt-secret, never what is in it. The keys live in the arena, which wipes them. */
MUST_CHECK bool keys_from_secret(struct jwt_keys **out_r, struct str secret, bool is_base64, struct arena *forever,
	struct fault *f);
/* Tries every key that may verify alg and has this kid (any kid when it is STR_NONE). */
enum keys_verdict keys_verify(const struct jwt_keys *keys, enum jwt_alg alg, struct str kid, struct str input,
	struct str signature);
/* A secret in base64 without blanks around it and in the alphabet of RFC 4648 section 4; PostgREST also takes that of
 * section 5, and '.' for '='. */
struct str keys_base64(struct str secret, struct arena *a);
/* The same alphabet, of raw bytes. */
struct str keys_encode(struct str bytes, struct arena *a);
/* Decodes a secret given in base64; 500 PGRST300 when it is none. */
MUST_CHECK bool keys_decode(struct str *secret, struct arena *a, struct fault *f);

#endif
