/* The keys that tokens are verified with, made once from jwt-secret (RFC 7517, 7518, 8037).
 *
 * A key says by itself which algorithms it may verify (its type, curve, `alg` and `use`), and a token's header
 * only picks among those: so an RSA key can never be taken for an HMAC secret.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_TOKEN_KEYS_H
#define ROWGATE_TOKEN_KEYS_H

#include <json-c/json.h>
#include <openssl/evp.h>
#include <sodium.h>

#include "base/arena.h"
#include "base/fault.h"

enum jwt_alg {
	JWT_HS256,
	JWT_HS384,
	JWT_HS512,
	JWT_RS256,
	JWT_RS384,
	JWT_RS512,
	JWT_ES256,
	JWT_ES384,
	JWT_ES512,
	JWT_EDDSA
};

struct jwt_key {
	unsigned algs;                      /* bit 1 << alg for each algorithm it may verify */
	struct str kid;                     /* STR_NONE: it has none */
	struct str secret;                  /* oct */
	crypto_auth_hmacsha256_state hs256; /* oct, the key already mixed in */
	crypto_auth_hmacsha512_state hs512;
	EVP_PKEY *pkey; /* RSA, EC, Ed448 */
	unsigned char ed25519[crypto_sign_PUBLICKEYBYTES];
	bool is_ed25519;
	struct jwt_key *next;
};

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
/* Decodes a secret given in base64; 500 PGRST300 when it is none. */
MUST_CHECK bool keys_decode(struct str *secret, struct arena *a, struct fault *f);
/* RFC 7518 names, case-sensitive. */
bool jwt_alg_from(struct str name, enum jwt_alg *out_r);

/* For libcrypto's handles inside one function: fn gets the variable's address at the end of its scope. */
#define KEYS_AUTO(fn) __attribute__((cleanup(fn)))

static inline const unsigned char *keys_bytes(struct str s)
{
	return (const unsigned char *)s.p;
}

/* jwk.c: one JWK. A key that is well-formed but of no use to us has algs == 0; a broken one is a fault. */
MUST_CHECK bool jwk_read(struct jwt_key *key, struct json_object *jwk, struct arena *forever, struct fault *f);
/* signature.c: an HMAC key from its bytes, and the check of one signature by one suitable key. */
void signature_prepare_secret(struct jwt_key *key, struct str secret, struct arena *forever);
bool signature_check(const struct jwt_key *key, enum jwt_alg alg, struct str input, struct str signature);

#endif
