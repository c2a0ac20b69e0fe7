/* jwt-secret in its three forms to a list of keys, and the search among them.
 * SPDX-License-Identifier: MIT */
#include "token/keys.h"

#include "base/log.h"
#include "token/jwk.h"
#include "token/signature.h"
#include "token/tokenjson.h"

enum { SECRET_MIN = 32 };

static bool secret_fault(struct fault *f, struct str message)
{
	return fault_set(f, 500, "PGRST300", message);
}

struct str keys_base64(struct str secret, struct arena *a)
{
	struct str text = str_trim(secret);
	char *base64 = arena_bytes(a, text.n);
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		base64[i] = c == '-' ? '+' : c == '_' ? '/' : c == '.' ? '=' : c;
	}
	return (struct str){ base64, text.n };
}

struct str keys_encode(struct str bytes, struct arena *a)
{
	size_t max = sodium_base64_encoded_len(bytes.n, sodium_base64_VARIANT_ORIGINAL);
	char *text = arena_bytes(a, max);
	sodium_bin2base64(text, max, (const unsigned char *)bytes.p, bytes.n, sodium_base64_VARIANT_ORIGINAL);
	return (struct str){ text, max - 1 };
}

/* With or without padding. */
bool keys_decode(struct str *secret, struct arena *a, struct fault *f)
{
	struct str text = keys_base64(*secret, a);
	while (text.n && text.p[text.n - 1] == '=')
		text.n--;
	unsigned char *bytes = arena_alloc(a, text.n + 1);
	size_t n;
	if (sodium_base642bin(bytes, text.n, text.p, text.n, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING)
		!= 0)
		return secret_fault(f, STR("jwt-secret: jwt-secret-is-base64 is true, but the secret is not valid base64"));
	*secret = (struct str){ (const char *)bytes, n };
	return true;
}

static bool read_plain(struct jwt_keys *keys, struct str secret, struct arena *a, struct fault *f)
{
	if (secret.n < SECRET_MIN)
		return secret_fault(f, STR("jwt-secret: The JWT secret must be at least 32 characters long."));
	keys->first = arena_make(a, struct jwt_key);
	keys->first->algs = 1u << JWT_HS256;
	key_set_secret(keys->first, str_dup(a, secret), a);
	return true;
}

/* Puts the key of a JWK behind *tail, if it can verify anything. */
static bool read_jwk(struct jwt_key ***tail, struct json_object *jwk, struct arena *a, struct fault *f)
{
	struct jwt_key *key = arena_make(a, struct jwt_key);
	if (!jwk_read(key, jwk, a, f))
		return false;
	if (!key->algs) {
		log_warn_once("jwt-secret: a key of an unsupported type, algorithm or use is left out");
		return true;
	}
	**tail = key;
	*tail = &key->next;
	return true;
}

static bool read_json(struct jwt_keys *keys, struct json_object *json, struct arena *a, struct fault *f)
{
	struct jwt_key **tail = &keys->first;
	struct json_object *set = json_object_object_get(json, "keys");
	if (!set && !read_jwk(&tail, json, a, f))
		return false;
	if (set && !json_object_is_type(set, json_type_array))
		return secret_fault(f, STR("jwt-secret: \"keys\" of a JWK set must be an array"));
	size_t count = set ? json_object_array_length(set) : 0;
	for (size_t i = 0; i < count; i++)
		if (!read_jwk(&tail, json_object_array_get_idx(set, i), a, f))
			return false;
	if (!keys->first)
		return secret_fault(f,
			STR("jwt-secret: none of its keys can verify a token (supported: oct, RSA, EC with "
				"P-256, P-384 or P-521, OKP with Ed25519 or Ed448)"));
	return true;
}

/* A JWK with a typing error must not become an HMAC secret: a public key is known to everyone. */
static bool looks_like_jwk(struct str secret)
{
	return str_starts(secret, STR("{"))
		&& (str_find(secret, STR("\"kty\"")) < secret.n || str_find(secret, STR("\"keys\"")) < secret.n);
}

bool keys_from_secret(struct jwt_keys **out_r, struct str secret, bool is_base64, struct arena *forever,
	struct fault *f)
{
	struct jwt_keys *keys = arena_make(forever, struct jwt_keys);
	*out_r = keys;
	if (is_base64 && !keys_decode(&secret, forever, f))
		return false;
	if (!looks_like_jwk(str_trim(secret)))
		return read_plain(keys, secret, forever, f);
	struct json_object *json = tokenjson_parse(secret, forever);
	if (!json)
		return secret_fault(f, STR("jwt-secret: it looks like a JSON Web Key (set) but is not valid JSON"));
	return read_json(keys, json, forever, f);
}

enum keys_verdict keys_verify(const struct jwt_keys *keys, enum jwt_alg alg, struct str kid, struct str input,
	struct str signature)
{
	enum keys_verdict verdict = KEYS_NONE_SUITABLE;
	for (const struct jwt_key *key = keys->first; key; key = key->next) {
		if (!(key->algs >> alg & 1) || (kid.p && !(key->kid.p && str_eq(kid, key->kid))))
			continue;
		if (signature_check(key, alg, input, signature))
			return KEYS_GOOD;
		verdict = KEYS_NONE_MATCHES;
	}
	return verdict;
}
