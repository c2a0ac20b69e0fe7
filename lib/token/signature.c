/* The check of a signature, one function for each family of algorithms.
 * SPDX-License-Identifier: MIT */
#include "token/signature.h"

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/hmac.h>

static void free_context(EVP_MD_CTX **c)
{
	EVP_MD_CTX_free(*c);
}
static void free_ecdsa(ECDSA_SIG **s)
{
	ECDSA_SIG_free(*s);
}
static void free_der(unsigned char **p)
{
	OPENSSL_free(*p);
}

static bool check_hs256(const struct jwt_key *key, struct str input, struct str signature)
{
	unsigned char mac[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state state = key->hs256;
	crypto_auth_hmacsha256_update(&state, key_bytes(input), input.n);
	crypto_auth_hmacsha256_final(&state, mac);
	sodium_memzero(&state, sizeof state);
	return signature.n == sizeof mac && sodium_memcmp(mac, signature.p, sizeof mac) == 0;
}

static bool check_hs384(const struct jwt_key *key, struct str input, struct str signature)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	if (!HMAC(EVP_sha384(), key->secret.p, (int)key->secret.n, key_bytes(input), input.n, mac, &n))
		return false;
	return signature.n == n && sodium_memcmp(mac, signature.p, n) == 0;
}

static bool check_hs512(const struct jwt_key *key, struct str input, struct str signature)
{
	unsigned char mac[crypto_auth_hmacsha512_BYTES];
	crypto_auth_hmacsha512_state state = key->hs512;
	crypto_auth_hmacsha512_update(&state, key_bytes(input), input.n);
	crypto_auth_hmacsha512_final(&state, mac);
	sodium_memzero(&state, sizeof state);
	return signature.n == sizeof mac && sodium_memcmp(mac, signature.p, sizeof mac) == 0;
}

/* digest NULL: the algorithm has its own (Ed448). */
static bool check_pkey(const struct jwt_key *key, const EVP_MD *digest, struct str input,
	const unsigned char *signature, size_t n)
{
	EVP_MD_CTX *context KEY_AUTO(free_context) = EVP_MD_CTX_new();
	bool good = context && EVP_DigestVerifyInit(context, NULL, digest, NULL, key->pkey) == 1
		&& EVP_DigestVerify(context, signature, n, key_bytes(input), input.n) == 1;
	ERR_clear_error();
	return good;
}

/* JWS has r and s side by side (RFC 7518 section 3.4), libcrypto wants them in DER. */
static bool check_ecdsa(const struct jwt_key *key, const EVP_MD *digest, size_t coordinate, struct str input,
	struct str signature)
{
	if (signature.n != 2 * coordinate)
		return false;
	ECDSA_SIG *pair KEY_AUTO(free_ecdsa) = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(key_bytes(signature), (int)coordinate, NULL);
	BIGNUM *s = BN_bin2bn(key_bytes(signature) + coordinate, (int)coordinate, NULL);
	if (!pair || !r || !s || ECDSA_SIG_set0(pair, r, s) != 1) {
		BN_free(r);
		BN_free(s);
		return false;
	}
	unsigned char *der KEY_AUTO(free_der) = NULL;
	int n = i2d_ECDSA_SIG(pair, &der);
	return n > 0 && check_pkey(key, digest, input, der, (size_t)n);
}

static bool check_eddsa(const struct jwt_key *key, struct str input, struct str signature)
{
	if (!key->is_ed25519)
		return check_pkey(key, NULL, input, key_bytes(signature), signature.n);
	return signature.n == crypto_sign_BYTES
		&& crypto_sign_verify_detached(key_bytes(signature), key_bytes(input), input.n, key->ed25519) == 0;
}

bool signature_check(const struct jwt_key *key, enum jwt_alg alg, struct str input, struct str signature)
{
	assert(key->algs >> alg & 1);
	const unsigned char *bytes = key_bytes(signature);
	switch (alg) {
	case JWT_HS256:
		return check_hs256(key, input, signature);
	case JWT_HS384:
		return check_hs384(key, input, signature);
	case JWT_HS512:
		return check_hs512(key, input, signature);
	case JWT_RS256:
		return check_pkey(key, EVP_sha256(), input, bytes, signature.n);
	case JWT_RS384:
		return check_pkey(key, EVP_sha384(), input, bytes, signature.n);
	case JWT_RS512:
		return check_pkey(key, EVP_sha512(), input, bytes, signature.n);
	case JWT_ES256:
		return check_ecdsa(key, EVP_sha256(), 32, input, signature);
	case JWT_ES384:
		return check_ecdsa(key, EVP_sha384(), 48, input, signature);
	case JWT_ES512:
		return check_ecdsa(key, EVP_sha512(), 66, input, signature);
	case JWT_EDDSA:
		return check_eddsa(key, input, signature);
	}
	return false;
}
