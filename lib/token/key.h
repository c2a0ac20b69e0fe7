/* One key that tokens are verified with (RFC 7517, 7518, 8037).
 *
 * A key says by itself which algorithms it may verify (its type, curve, `alg` and `use`), and a token's header
 * only picks among those: so an RSA key can never be taken for an HMAC secret.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_TOKEN_KEY_H
#define ROWGATE_TOKEN_KEY_H

#include <openssl/evp.h>
#include <sodium.h>

#include "base/arena.h"
#include "base/str.h"

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
enum { JWT_ALG_COUNT = JWT_EDDSA + 1 };

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

/* RFC 7518 names, case-sensitive. False: none that is known. */
bool key_alg_from(struct str name, enum jwt_alg *out_r);
/* Makes an HMAC key of its bytes, which are copied. */
void key_set_secret(struct jwt_key *key, struct str secret, struct arena *forever);

/* For libcrypto's handles inside one function: fn gets the variable's address at the end of its scope. */
#define KEY_AUTO(fn) __attribute__((cleanup(fn)))

static inline const unsigned char *key_bytes(struct str s)
{
	return (const unsigned char *)s.p;
}

#endif
