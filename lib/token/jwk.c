/* A reader for each type of JSON Web Key, and what `alg` and `use` leave of its algorithms.
 * SPDX-License-Identifier: MIT */
#include "token/jwk.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <string.h>

#include "base/log.h"
#include "token/tokenjson.h"

enum { RSA_MIN_BITS = 2048, RSA_MAX_BITS = 16384, HMAC_MIN = 32 };

#define ALGS_HS (1u << JWT_HS256 | 1u << JWT_HS384 | 1u << JWT_HS512)
#define ALGS_RS (1u << JWT_RS256 | 1u << JWT_RS384 | 1u << JWT_RS512)

static void free_builder(OSSL_PARAM_BLD **b)
{
	OSSL_PARAM_BLD_free(*b);
}
static void free_params(OSSL_PARAM **p)
{
	OSSL_PARAM_free(*p);
}
static void free_number(BIGNUM **n)
{
	BN_free(*n);
}
static void free_context(EVP_PKEY_CTX **c)
{
	EVP_PKEY_CTX_free(*c);
}
static void free_pkey(void *pkey)
{
	EVP_PKEY_free(pkey);
}

static bool jwk_fault(struct fault *f, struct arena *a, const char *what, const char *name)
{
	return fault_printf(f, a, 500, "PGRST300", "jwt-secret: JWK member \"%s\" %s", name, what);
}

/* A member in base64url without padding, as bytes. */
static bool jwk_bytes(struct str *out_r, struct json_object *jwk, const char *name, struct arena *a, struct fault *f)
{
	struct str text = tokenjson_member(jwk, name);
	if (!text.p || !text.n)
		return jwk_fault(f, a, "is missing or not a string", name);
	unsigned char *bytes = arena_alloc(a, text.n);
	size_t n;
	if (sodium_base642bin(bytes, text.n, text.p, text.n, NULL, &n, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
		return jwk_fault(f, a, "is not base64url", name);
	*out_r = (struct str){ (const char *)bytes, n };
	return true;
}

/* Builds a public key of libcrypto; NULL when it refuses. */
static EVP_PKEY *pkey_from(const char *type, OSSL_PARAM_BLD *builder)
{
	EVP_PKEY *pkey = NULL;
	OSSL_PARAM *params KEY_AUTO(free_params) = OSSL_PARAM_BLD_to_param(builder);
	EVP_PKEY_CTX *context KEY_AUTO(free_context) = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	if (!params || !context || EVP_PKEY_fromdata_init(context) != 1)
		return NULL;
	return EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, params) == 1 ? pkey : NULL;
}

static void key_keep(struct jwt_key *key, EVP_PKEY *pkey, struct arena *a)
{
	key->pkey = pkey;
	arena_on_reset(a, free_pkey, pkey);
}

static bool read_oct(struct jwt_key *key, struct json_object *jwk, struct arena *a, struct fault *f)
{
	struct str secret;
	if (!jwk_bytes(&secret, jwk, "k", a, f))
		return false;
	if (secret.n < HMAC_MIN)
		log_warn_once("jwt-secret: the key of a JWK has %zu bytes, RFC 7518 asks for at least %d", secret.n, HMAC_MIN);
	key_set_secret(key, secret, a);
	key->algs = ALGS_HS;
	return true;
}

static bool read_rsa(struct jwt_key *key, struct json_object *jwk, struct arena *a, struct fault *f)
{
	struct str n, e;
	if (!jwk_bytes(&n, jwk, "n", a, f) || !jwk_bytes(&e, jwk, "e", a, f))
		return false;
	if (n.n > RSA_MAX_BITS / 8 + 1 || e.n > 8)
		return jwk_fault(f, a, "is too long", n.n > RSA_MAX_BITS / 8 + 1 ? "n" : "e");
	BIGNUM *modulus KEY_AUTO(free_number) = BN_bin2bn(key_bytes(n), (int)n.n, NULL);
	BIGNUM *exponent KEY_AUTO(free_number) = BN_bin2bn(key_bytes(e), (int)e.n, NULL);
	if (BN_num_bits(modulus) < RSA_MIN_BITS)
		return jwk_fault(f, a, "is shorter than the 2048 bits RFC 7518 section 3.3 requires", "n");
	if (!BN_is_odd(modulus) || !BN_is_odd(exponent) || BN_is_one(exponent))
		return jwk_fault(f, a, "is no RSA parameter", BN_is_odd(modulus) ? "e" : "n");
	OSSL_PARAM_BLD *builder KEY_AUTO(free_builder) = OSSL_PARAM_BLD_new();
	OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus);
	OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent);
	EVP_PKEY *pkey = pkey_from("RSA", builder);
	if (!pkey)
		return jwk_fault(f, a, "is no RSA parameter", "n");
	key_keep(key, pkey, a);
	key->algs = ALGS_RS;
	return true;
}

struct curve {
	struct str name;
	const char *group; /* libcrypto's name */
	size_t size;       /* bytes of a coordinate */
	enum jwt_alg alg;
};

static const struct curve curves[] = {
	{ STR_INIT("P-256"), "P-256", 32, JWT_ES256 },
	{ STR_INIT("P-384"), "P-384", 48, JWT_ES384 },
	{ STR_INIT("P-521"), "P-521", 66, JWT_ES512 },
};

static bool read_ec_on(struct jwt_key *key, const struct curve *curve, struct json_object *jwk, struct arena *a,
	struct fault *f)
{
	struct str x, y;
	if (!jwk_bytes(&x, jwk, "x", a, f) || !jwk_bytes(&y, jwk, "y", a, f))
		return false;
	if (x.n != curve->size || y.n != curve->size)
		return jwk_fault(f, a, "has the wrong length for its curve", x.n != curve->size ? "x" : "y");
	unsigned char point[1 + 2 * 66] = { 4 /* uncompressed */ };
	memcpy(point + 1, x.p, x.n);
	memcpy(point + 1 + x.n, y.p, y.n);
	OSSL_PARAM_BLD *builder KEY_AUTO(free_builder) = OSSL_PARAM_BLD_new();
	OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, curve->group, 0);
	OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * curve->size);
	EVP_PKEY *pkey = pkey_from("EC", builder);
	if (!pkey)
		return jwk_fault(f, a, "is not on its curve", "x");
	key_keep(key, pkey, a);
	key->algs = 1u << curve->alg;
	return true;
}

static bool read_ec(struct jwt_key *key, struct json_object *jwk, struct arena *a, struct fault *f)
{
	struct str name = tokenjson_member(jwk, "crv");
	for (size_t i = 0; i < COUNT_OF(curves); i++)
		if (str_eq(curves[i].name, name))
			return read_ec_on(key, &curves[i], jwk, a, f);
	return true;
}

static bool read_ed25519(struct jwt_key *key, struct json_object *jwk, struct arena *a, struct fault *f)
{
	struct str x;
	if (!jwk_bytes(&x, jwk, "x", a, f))
		return false;
	if (x.n != sizeof key->ed25519)
		return jwk_fault(f, a, "has the wrong length for its curve", "x");
	memcpy(key->ed25519, x.p, x.n);
	key->is_ed25519 = true;
	key->algs = 1u << JWT_EDDSA;
	return true;
}

static bool read_ed448(struct jwt_key *key, struct json_object *jwk, struct arena *a, struct fault *f)
{
	struct str x;
	if (!jwk_bytes(&x, jwk, "x", a, f))
		return false;
	EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED448, NULL, key_bytes(x), x.n);
	if (!pkey)
		return jwk_fault(f, a, "has the wrong length for its curve", "x");
	key_keep(key, pkey, a);
	key->algs = 1u << JWT_EDDSA;
	return true;
}

static bool read_okp(struct jwt_key *key, struct json_object *jwk, struct arena *a, struct fault *f)
{
	struct str name = tokenjson_member(jwk, "crv");
	if (str_eq(name, STR("Ed25519")))
		return read_ed25519(key, jwk, a, f);
	if (str_eq(name, STR("Ed448")))
		return read_ed448(key, jwk, a, f);
	return true;
}

/* `alg` narrows what the type allows, and a name we do not know leaves nothing. */
static unsigned allowed_algs(struct json_object *jwk)
{
	enum jwt_alg alg;
	struct str use = tokenjson_member(jwk, "use"), name = tokenjson_member(jwk, "alg");
	if (use.p && !str_eq(use, STR("sig")))
		return 0;
	if (!name.p)
		return ~0u;
	return key_alg_from(name, &alg) ? 1u << alg : 0;
}

bool jwk_read(struct jwt_key *key, struct json_object *jwk, struct arena *forever, struct fault *f)
{
	static const struct {
		struct str kty;
		bool (*read)(struct jwt_key *key, struct json_object *jwk, struct arena *a, struct fault *f);
	} types[] = {
		{ STR_INIT("oct"), read_oct },
		{ STR_INIT("RSA"), read_rsa },
		{ STR_INIT("EC"), read_ec },
		{ STR_INIT("OKP"), read_okp },
	};
	struct str kty = tokenjson_member(jwk, "kty");
	if (!kty.p)
		return jwk_fault(f, forever, "is missing or not a string", "kty");
	unsigned allowed = allowed_algs(jwk);
	for (size_t i = 0; allowed && i < COUNT_OF(types); i++)
		if (str_eq(types[i].kty, kty) && !types[i].read(key, jwk, forever, f))
			return false;
	key->kid = tokenjson_member(jwk, "kid");
	key->algs &= allowed;
	return true;
}
