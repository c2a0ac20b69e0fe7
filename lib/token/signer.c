/* Signs access tokens, makes refresh tokens, and tells the public keys (RFC 7515, 7517, 7518, 8037).
 * SPDX-License-Identifier: MIT */
#include "token/signer.h"

#include <string.h>

#include "base/jsonw.h"
#include "token/tokenjson.h"

enum { SIGNER_KEYS = 16, SECRET_MIN = 32, KEY_BYTES = 32, UUID_BYTES = 16, COUNTER_BYTES = 4, UUID_TEXT = 36 };
enum { REFRESH_BYTES = UUID_BYTES + COUNTER_BYTES + KEY_BYTES, JWKS_MAX = 256 * 1024, TOKEN_MAX = 64 * 1024 };
#define BASE64URL sodium_base64_VARIANT_URLSAFE_NO_PADDING

struct signer {
	enum jwt_alg alg;
	struct str kid;    /* STR_NONE: the key has none */
	struct str secret; /* HS256, HS512 */
	unsigned char ed25519[crypto_sign_SECRETKEYBYTES];
	unsigned char refresh[SIGNER_KEYS][KEY_BYTES];
	size_t refresh_count;
	struct str jwks;
	struct traces traces;
};

static void wipe(void *arg)
{
	sodium_memzero(arg, sizeof(struct signer));
}

static bool signer_fault(struct fault *f, struct str message)
{
	return fault_set(f, 500, "PGRST300", message);
}

static struct str encode(struct arena *a, const void *bytes, size_t n)
{
	size_t size = sodium_base64_encoded_len(n, BASE64URL);
	char *text = arena_bytes(a, size);
	sodium_bin2base64(text, size, bytes, n, BASE64URL);
	return (struct str){ text, size - 1 };
}

/* The refresh key of a signing key: other words, other key. */
static void add_refresh_key(struct signer *s, struct str material)
{
	static const unsigned char purpose[] = "rowgate refresh tokens, first kind";
	crypto_generichash_state state;
	if (s->refresh_count == SIGNER_KEYS)
		return;
	crypto_generichash_init(&state, NULL, 0, KEY_BYTES);
	crypto_generichash_update(&state, purpose, sizeof purpose);
	crypto_generichash_update(&state, key_bytes(material), material.n);
	crypto_generichash_final(&state, s->refresh[s->refresh_count++], KEY_BYTES);
	sodium_memzero(&state, sizeof state);
}

static bool set_secret(struct signer *s, struct str secret, enum jwt_alg alg, struct fault *f)
{
	if (secret.n < SECRET_MIN)
		return signer_fault(f, STR("the key that signs tokens must have at least 32 bytes"));
	s->alg = alg;
	s->secret = secret;
	return true;
}

/* A base64url member as bytes; STR_NONE when it is none. */
static struct str member_bytes(struct json_object *jwk, const char *name, struct arena *a)
{
	struct str text = tokenjson_member(jwk, name);
	unsigned char *bytes = arena_alloc(a, text.n + 1);
	size_t n = 0;
	if (!text.n || sodium_base642bin(bytes, text.n, text.p, text.n, NULL, &n, NULL, BASE64URL) != 0)
		return STR_NONE;
	return (struct str){ (const char *)bytes, n };
}

/* What a key is made of when it can sign; STR_NONE: it cannot. */
static struct str private_material(struct json_object *jwk, struct arena *a)
{
	struct str type = tokenjson_member(jwk, "kty"), use = tokenjson_member(jwk, "use");
	if (use.p && !str_eq(use, STR("sig")))
		return STR_NONE;
	if (str_eq(type, STR("oct")))
		return member_bytes(jwk, "k", a);
	bool ed25519 = str_eq(type, STR("OKP")) && str_eq(tokenjson_member(jwk, "crv"), STR("Ed25519"));
	struct str seed = ed25519 ? member_bytes(jwk, "d", a) : STR_NONE;
	return seed.n == crypto_sign_SEEDBYTES ? seed : STR_NONE;
}

static bool set_jwk(struct signer *s, struct json_object *jwk, struct arena *a, struct fault *f)
{
	struct str material = private_material(jwk, a), alg = tokenjson_member(jwk, "alg");
	unsigned char public[crypto_sign_PUBLICKEYBYTES];
	if (!material.p)
		return signer_fault(f,
			STR("the first key cannot sign tokens: accounts need a secret or an Ed25519 key with "
				"its private part (`rowgate keygen`) as auth-signing-key, or in front of jwt-secret"));
	s->kid = tokenjson_member(jwk, "kid");
	if (str_eq(tokenjson_member(jwk, "kty"), STR("oct"))) {
		if (alg.p && !str_eq(alg, STR("HS256")) && !str_eq(alg, STR("HS512")))
			return signer_fault(f, STR("the first key signs with HS256 or HS512"));
		return set_secret(s, material, str_eq(alg, STR("HS512")) ? JWT_HS512 : JWT_HS256, f);
	}
	s->alg = JWT_EDDSA;
	crypto_sign_seed_keypair(public, s->ed25519, key_bytes(material));
	return true;
}

/* The public members of a key that has any. */
static void put_public(struct jsonw *w, struct json_object *jwk)
{
	static const char *const shown[] = { "kty", "crv", "x", "y", "n", "e", "kid", "alg", "use" };
	struct str type = tokenjson_member(jwk, "kty");
	if (!type.p || str_eq(type, STR("oct")))
		return;
	jsonw_open(w, '{');
	for (size_t i = 0; i < COUNT_OF(shown); i++)
		jsonw_member(w, str_of(shown[i]), tokenjson_member(jwk, shown[i]));
	jsonw_close(w, '}');
}

/* One key or each of a set, in order. */
static struct json_object *nth_key(struct json_object *json, size_t i)
{
	struct json_object *set = json_object_object_get(json, "keys");
	if (!set)
		return i == 0 ? json : NULL;
	return json_object_is_type(set, json_type_array) && i < json_object_array_length(set)
		? json_object_array_get_idx(set, i)
		: NULL;
}

static bool looks_like_json(struct str secret)
{
	return str_starts(str_trim(secret), STR("{"));
}

static bool read_secret(struct signer *s, struct str secret, struct arena *a, struct fault *f)
{
	if (!looks_like_json(secret)) {
		add_refresh_key(s, secret);
		return set_secret(s, str_dup(a, secret), JWT_HS256, f);
	}
	struct json_object *json = tokenjson_parse(secret, a), *jwk;
	if (!json || !nth_key(json, 0))
		return signer_fault(f, STR("the key that signs tokens is no JSON Web Key (set)"));
	for (size_t i = 0; (jwk = nth_key(json, i)); i++) {
		struct str material = private_material(jwk, a);
		if (material.p)
			add_refresh_key(s, material);
	}
	return set_jwk(s, nth_key(json, 0), a, f);
}

static void put_all_public(struct jsonw *w, struct str secret, struct arena *a)
{
	struct json_object *json = looks_like_json(secret) ? tokenjson_parse(secret, a) : NULL, *jwk;
	for (size_t i = 0; json && (jwk = nth_key(json, i)); i++)
		put_public(w, jwk);
}

bool signer_new(struct signer **out_r, const struct conf *c, struct arena *forever, struct fault *f)
{
	struct signer *s = arena_make(forever, struct signer);
	struct str secret = c->auth_signing_key;
	arena_on_reset(forever, wipe, s);
	*out_r = s;
	if (!secret.n) {
		secret = c->jwt_secret;
		if (c->jwt_secret_is_base64 && !keys_decode(&secret, forever, f))
			return false;
	}
	if (!read_secret(s, secret, forever, f))
		return false;
	traces_read(&s->traces, c, forever);
	struct buf out = buf_new(forever, JWKS_MAX);
	struct jsonw w = { .out = &out };
	buf_lit(&out, "{\"keys\":");
	jsonw_open(&w, '[');
	put_all_public(&w, secret, forever);
	if (c->auth_signing_key.n)
		put_all_public(&w, c->jwt_secret, forever);
	jsonw_close(&w, ']');
	buf_lit(&out, "}");
	s->jwks = buf_str(&out);
	return true;
}

struct traces *signer_traces(struct signer *s)
{
	return &s->traces;
}

void signer_forget(struct signer *s)
{
	traces_forget(&s->traces);
	sodium_memzero(s->ed25519, sizeof s->ed25519);
	sodium_memzero(s->refresh, sizeof s->refresh);
	s->refresh_count = 0;
}

struct str signer_jwks(const struct signer *s)
{
	return s->jwks;
}

static struct str header(const struct signer *s, struct arena *a)
{
	static const char *const names[] = { [JWT_HS256] = "HS256", [JWT_HS512] = "HS512", [JWT_EDDSA] = "EdDSA" };
	struct buf out = buf_new(a, TOKEN_MAX);
	struct jsonw w = { .out = &out };
	jsonw_open(&w, '{');
	jsonw_member(&w, STR("alg"), str_of(names[s->alg]));
	jsonw_member(&w, STR("typ"), STR("JWT"));
	jsonw_member(&w, STR("kid"), s->kid);
	jsonw_close(&w, '}');
	return encode(a, buf_str(&out).p, buf_str(&out).n);
}

static size_t sign(const struct signer *s, unsigned char signature[crypto_sign_BYTES], struct str input)
{
	crypto_auth_hmacsha256_state hs256;
	crypto_auth_hmacsha512_state hs512;
	switch (s->alg) {
	case JWT_EDDSA:
		crypto_sign_detached(signature, NULL, key_bytes(input), input.n, s->ed25519);
		return crypto_sign_BYTES;
	case JWT_HS512:
		crypto_auth_hmacsha512_init(&hs512, key_bytes(s->secret), s->secret.n);
		crypto_auth_hmacsha512_update(&hs512, key_bytes(input), input.n);
		crypto_auth_hmacsha512_final(&hs512, signature);
		sodium_memzero(&hs512, sizeof hs512);
		return crypto_auth_hmacsha512_BYTES;
	default:
		crypto_auth_hmacsha256_init(&hs256, key_bytes(s->secret), s->secret.n);
		crypto_auth_hmacsha256_update(&hs256, key_bytes(input), input.n);
		crypto_auth_hmacsha256_final(&hs256, signature);
		sodium_memzero(&hs256, sizeof hs256);
		return crypto_auth_hmacsha256_BYTES;
	}
}

struct str signer_token(const struct signer *s, struct str claims, struct arena *a)
{
	unsigned char signature[crypto_sign_BYTES];
	struct str parts[] = { header(s, a), encode(a, claims.p, claims.n), STR_NONE };
	size_t n = sign(s, signature, str_join(a, parts, 2, STR(".")));
	parts[2] = encode(a, signature, n);
	return str_join(a, parts, 3, STR("."));
}

static struct str uuid_text(const unsigned char bytes[UUID_BYTES], struct arena *a)
{
	static const size_t starts[] = { 0, 4, 6, 8, 10, UUID_BYTES };
	char *text = arena_bytes(a, UUID_TEXT + 3), *p = text;
	for (size_t i = 0; i + 1 < COUNT_OF(starts); i++) {
		size_t n = starts[i + 1] - starts[i];
		if (i)
			*p++ = '-';
		sodium_bin2hex(p, 2 * n + 1, bytes + starts[i], n);
		p += 2 * n;
	}
	return (struct str){ text, UUID_TEXT };
}

bool signer_is_uuid(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		bool hex = (s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f');
		if (dash ? s.p[i] != '-' : !hex)
			return false;
	}
	return s.n == UUID_TEXT;
}

struct str signer_session_id(struct arena *a)
{
	unsigned char bytes[UUID_BYTES];
	randombytes_buf(bytes, sizeof bytes);
	bytes[6] = (bytes[6] & 0x0f) | 0x40;
	bytes[8] = (bytes[8] & 0x3f) | 0x80;
	return uuid_text(bytes, a);
}

/* Fills in the last part of a token from its first two. */
static void refresh_mac(unsigned char mac[KEY_BYTES], const unsigned char token[REFRESH_BYTES],
	const unsigned char *key)
{
	crypto_generichash(mac, KEY_BYTES, token, UUID_BYTES + COUNTER_BYTES, key, KEY_BYTES);
}

struct str signer_refresh_token(const struct signer *s, struct str session, int64_t counter, struct arena *a)
{
	unsigned char token[REFRESH_BYTES];
	size_t n;
	sodium_hex2bin(token, UUID_BYTES, session.p, session.n, "-", &n, NULL);
	for (int i = 0; i < COUNTER_BYTES; i++)
		token[UUID_BYTES + i] = (unsigned char)(counter >> 8 * (COUNTER_BYTES - 1 - i));
	refresh_mac(token + UUID_BYTES + COUNTER_BYTES, token, s->refresh[0]);
	return encode(a, token, sizeof token);
}

bool signer_refresh_read(const struct signer *s, struct str text, struct str *session_r, int64_t *counter_r,
	struct arena *a)
{
	unsigned char token[REFRESH_BYTES], mac[KEY_BYTES];
	size_t n = 0;
	bool good = false;
	if (sodium_base642bin(token, sizeof token, text.p, text.n, NULL, &n, NULL, BASE64URL) != 0 || n != sizeof token)
		return false;
	for (size_t i = 0; i < s->refresh_count; i++) {
		refresh_mac(mac, token, s->refresh[i]);
		good = sodium_memcmp(mac, token + UUID_BYTES + COUNTER_BYTES, sizeof mac) == 0 || good;
	}
	*session_r = uuid_text(token, a);
	*counter_r = 0;
	for (int i = 0; i < COUNTER_BYTES; i++)
		*counter_r = *counter_r << 8 | token[UUID_BYTES + i];
	return good && *counter_r <= INT32_MAX;
}
