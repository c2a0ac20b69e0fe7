/* Makes keys that sign tokens, as JSON Web Keys (RFC 7517, 7518 section 6.4, 8037).
 * SPDX-License-Identifier: MIT */
#include "token/keygen.h"

#include <sodium.h>

#include "base/jsonw.h"

/* Of an HMAC key: as many as its hash has (RFC 7518 section 3.2). */
enum { HS256_BYTES = 32, HS512_BYTES = 64, KID_BYTES = 6, JWK_MAX = 4096 };
#define BASE64URL sodium_base64_VARIANT_URLSAFE_NO_PADDING

static struct str encode(const unsigned char *bytes, size_t n, struct arena *a)
{
	size_t size = sodium_base64_encoded_len(n, BASE64URL);
	char *text = arena_bytes(a, size);
	sodium_bin2base64(text, size, bytes, n, BASE64URL);
	return (struct str){ text, size - 1 };
}

static struct str random_text(size_t n, struct arena *a)
{
	unsigned char bytes[HS512_BYTES];
	randombytes_buf(bytes, n);
	struct str text = encode(bytes, n, a);
	sodium_memzero(bytes, sizeof bytes);
	return text;
}

static void put_ed25519(struct jsonw *w, struct arena *a)
{
	unsigned char seed[crypto_sign_SEEDBYTES], public[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
	randombytes_buf(seed, sizeof seed);
	crypto_sign_seed_keypair(public, secret, seed);
	jsonw_member(w, STR("kty"), STR("OKP"));
	jsonw_member(w, STR("crv"), STR("Ed25519"));
	jsonw_member(w, STR("x"), encode(public, sizeof public, a));
	jsonw_member(w, STR("d"), encode(seed, sizeof seed, a));
	sodium_memzero(seed, sizeof seed);
	sodium_memzero(secret, sizeof secret);
}

static void put_secret(struct jsonw *w, size_t bytes, struct arena *a)
{
	jsonw_member(w, STR("kty"), STR("oct"));
	jsonw_member(w, STR("k"), random_text(bytes, a));
}

bool keygen(struct str *jwk_r, struct str alg, struct str kid, struct arena *a, struct fault *f)
{
	struct buf out = buf_new(a, JWK_MAX);
	struct jsonw w = { .out = &out };
	bool ed25519 = str_eq(alg, STR("EdDSA"));
	if (!ed25519 && !str_eq(alg, STR("HS256")) && !str_eq(alg, STR("HS512")))
		return fault_set(f, 500, "RG500", STR("keys are made for HS256, HS512 and EdDSA"));
	if (sodium_init() < 0)
		return fault_set(f, 500, "RG500", STR("libsodium cannot be initialised"));
	jsonw_open(&w, '{');
	if (ed25519)
		put_ed25519(&w, a);
	else
		put_secret(&w, str_eq(alg, STR("HS512")) ? HS512_BYTES : HS256_BYTES, a);
	jsonw_member(&w, STR("alg"), alg);
	jsonw_member(&w, STR("use"), STR("sig"));
	jsonw_member(&w, STR("kid"), kid.p ? kid : random_text(KID_BYTES, a));
	jsonw_close(&w, '}');
	*jwk_r = buf_str(&out);
	return !out.overflow || fault_set(f, 500, "RG500", STR("the key's name is too long"));
}
