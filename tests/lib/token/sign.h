/* Tokens for the tests: signed here with keys made here, by code that shares nothing with lib/token.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_TESTS_AUTH_SIGN_H
#define ROWGATE_TESTS_AUTH_SIGN_H

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include <sodium.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

static inline struct str base64url(struct arena *a, const void *bytes, size_t n)
{
	size_t size = sodium_base64_encoded_len(n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	char *text = arena_bytes(a, size);
	return str_of(sodium_bin2base64(text, size, bytes, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING));
}

/* header.payload */
static inline struct str signing_input(struct arena *a, const char *header, const char *payload)
{
	struct str h = base64url(a, header, strlen(header)), p = base64url(a, payload, strlen(payload));
	return str_printf(a, "%.*s.%.*s", STR_ARG(h), STR_ARG(p));
}

static inline struct str with_signature(struct arena *a, struct str input, const void *signature, size_t n)
{
	struct str s = base64url(a, signature, n);
	return str_printf(a, "%.*s.%.*s", STR_ARG(input), STR_ARG(s));
}

static inline struct str sign_hmac(struct arena *a, const EVP_MD *digest, struct str secret, const char *header,
	const char *payload)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	struct str input = signing_input(a, header, payload);
	HMAC(digest, secret.p, (int)secret.n, (const unsigned char *)input.p, input.n, mac, &n);
	return with_signature(a, input, mac, n);
}

/* coordinate: bytes of r and of s, 0 for a signature that is used as libcrypto makes it. digest may be NULL. */
static inline struct str sign_pkey(struct arena *a, EVP_PKEY *key, const EVP_MD *digest, size_t coordinate,
	const char *header, const char *payload)
{
	struct str input = signing_input(a, header, payload);
	unsigned char signature[1024], raw[2 * 66];
	size_t n = sizeof signature;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_DigestSignInit(context, NULL, digest, NULL, key);
	EVP_DigestSign(context, signature, &n, (const unsigned char *)input.p, input.n);
	EVP_MD_CTX_free(context);
	if (!coordinate)
		return with_signature(a, input, signature, n);
	const unsigned char *der = signature;
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)n);
	BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, (int)coordinate);
	BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + coordinate, (int)coordinate);
	ECDSA_SIG_free(pair);
	return with_signature(a, input, raw, 2 * coordinate);
}

/* A number of a key, size bytes long (0: as long as it is). */
static inline struct str key_number(struct arena *a, EVP_PKEY *key, const char *name, size_t size)
{
	unsigned char bytes[1024];
	BIGNUM *number = NULL;
	EVP_PKEY_get_bn_param(key, name, &number);
	size = size ? size : (size_t)BN_num_bytes(number);
	BN_bn2binpad(number, bytes, (int)size);
	BN_free(number);
	return base64url(a, bytes, size);
}

/* more: further members, each with a comma behind it. */
static inline struct str jwk_rsa(struct arena *a, EVP_PKEY *key, const char *more)
{
	struct str n = key_number(a, key, OSSL_PKEY_PARAM_RSA_N, 0), e = key_number(a, key, OSSL_PKEY_PARAM_RSA_E, 0);
	return str_printf(a, "{%s\"kty\":\"RSA\",\"n\":\"%.*s\",\"e\":\"%.*s\"}", more, STR_ARG(n), STR_ARG(e));
}

static inline struct str jwk_ec(struct arena *a, EVP_PKEY *key, const char *curve, size_t size, const char *more)
{
	struct str x = key_number(a, key, OSSL_PKEY_PARAM_EC_PUB_X, size);
	struct str y = key_number(a, key, OSSL_PKEY_PARAM_EC_PUB_Y, size);
	return str_printf(a, "{%s\"kty\":\"EC\",\"crv\":\"%s\",\"x\":\"%.*s\",\"y\":\"%.*s\"}", more, curve, STR_ARG(x),
		STR_ARG(y));
}

static inline struct str jwk_okp(struct arena *a, EVP_PKEY *key, const char *curve, const char *more)
{
	unsigned char bytes[57];
	size_t n = sizeof bytes;
	EVP_PKEY_get_raw_public_key(key, bytes, &n);
	struct str x = base64url(a, bytes, n);
	return str_printf(a, "{%s\"kty\":\"OKP\",\"crv\":\"%s\",\"x\":\"%.*s\"}", more, curve, STR_ARG(x));
}

static inline struct str jwk_oct(struct arena *a, struct str secret, const char *more)
{
	struct str k = base64url(a, secret.p, secret.n);
	return str_printf(a, "{%s\"kty\":\"oct\",\"k\":\"%.*s\"}", more, STR_ARG(k));
}

#endif
