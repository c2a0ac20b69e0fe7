/* jwt-secret in every form, every algorithm, and the example tokens of the RFCs.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include "sign.h"
#include "token/jwt.h"
#include "token/tokenjson.h"

#define SECRET "reallyreallyreallyreallyverysafe"
#define PAYLOAD "{\"role\":\"author\"}"

/* Whether the token verifies with the secret, also when it was seen before; the role must then be "author". */
static void expect_verified(const char *row, struct str secret, struct str token, bool want)
{
	struct arena *a = arena_new(SIZE_MAX);
	struct jwt_keys *keys;
	struct jwt jwt;
	struct fault f;
	if (!keys_from_secret(&keys, secret, false, a, &f))
		fail_msg("%s: %.*s", row, STR_ARG(f.message));
	struct jwtcache *cache = jwtcache_new(2, a);
	bool good = jwt_verify(&jwt, token, keys, cache, a, &f);
	expect_int(row, jwt_verify(&jwt, token, keys, cache, a, &f), good);
	if (good != want)
		fail_msg("%s: %s %.*s", row, good ? "verified" : "refused:", STR_ARG(good ? STR("") : f.message));
	if (good)
		expect_text(row, tokenjson_member(jwt.claims, "role"), "author");
	arena_free(a);
}

static void hmac_tokens_verify(void **state)
{
	struct arena *a = arena_new(SIZE_MAX);
	struct str secret = STR(SECRET), jwk = jwk_oct(a, secret, ""), other = jwk_oct(a, STR("another" SECRET), "");
	const struct {
		const char *header;
		const EVP_MD *digest;
		bool plain; /* a plain secret verifies it too */
	} rows[] = {
		{ "{\"alg\":\"HS256\"}", EVP_sha256(), true },
		{ "{\"alg\":\"HS384\"}", EVP_sha384(), false },
		{ "{\"alg\":\"HS512\"}", EVP_sha512(), false },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct str token = sign_hmac(a, rows[i].digest, secret, rows[i].header, PAYLOAD);
		expect_verified(rows[i].header, jwk, token, true);
		expect_verified(rows[i].header, other, token, false);
		expect_verified(rows[i].header, secret, token, rows[i].plain);
		expect_verified(rows[i].header, str_printf(a, "{\"keys\":[%s,%s]}", other.p, jwk.p), token, true);
	}
	struct str longer = STR(SECRET SECRET SECRET SECRET SECRET);
	expect_verified("long secret", longer, sign_hmac(a, EVP_sha256(), longer, rows[0].header, PAYLOAD), true);
	arena_free(a);
}

static void rsa_tokens_verify(void **state)
{
	struct arena *a = arena_new(SIZE_MAX);
	EVP_PKEY *key = EVP_RSA_gen(2048), *other = EVP_RSA_gen(2048);
	struct str jwk = jwk_rsa(a, key, ""), others = jwk_rsa(a, other, "");
	const struct {
		const char *header;
		const EVP_MD *digest;
	} rows[] = {
		{ "{\"alg\":\"RS256\"}", EVP_sha256() },
		{ "{\"alg\":\"RS384\"}", EVP_sha384() },
		{ "{\"alg\":\"RS512\"}", EVP_sha512() },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct str token = sign_pkey(a, key, rows[i].digest, 0, rows[i].header, PAYLOAD);
		expect_verified(rows[i].header, jwk, token, true);
		expect_verified(rows[i].header, others, token, false);
		expect_verified(rows[i].header, jwk_rsa(a, key, "\"alg\":\"RS384\","), token, i == 1);
		expect_verified("wrong digest", jwk, sign_pkey(a, key, EVP_sha1(), 0, rows[i].header, PAYLOAD), false);
	}
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
	arena_free(a);
}

static void elliptic_tokens_verify(void **state)
{
	struct arena *a = arena_new(SIZE_MAX);
	const struct {
		const char *header, *curve;
		const EVP_MD *digest;
		size_t size;
	} rows[] = {
		{ "{\"alg\":\"ES256\"}", "P-256", EVP_sha256(), 32 },
		{ "{\"alg\":\"ES384\"}", "P-384", EVP_sha384(), 48 },
		{ "{\"alg\":\"ES512\"}", "P-521", EVP_sha512(), 66 },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		EVP_PKEY *key = EVP_EC_gen(rows[i].curve), *other = EVP_EC_gen(rows[i].curve);
		struct str jwk = jwk_ec(a, key, rows[i].curve, rows[i].size, "");
		struct str token = sign_pkey(a, key, rows[i].digest, rows[i].size, rows[i].header, PAYLOAD);
		expect_verified(rows[i].header, jwk, token, true);
		expect_verified(rows[i].header, jwk_ec(a, other, rows[i].curve, rows[i].size, ""), token, false);
		expect_verified("signature in DER", jwk, sign_pkey(a, key, rows[i].digest, 0, rows[i].header, PAYLOAD), false);
		expect_verified("alg of another curve", jwk,
			sign_pkey(a, key, rows[i].digest, rows[i].size, rows[(i + 1) % COUNT_OF(rows)].header, PAYLOAD), false);
		EVP_PKEY_free(key);
		EVP_PKEY_free(other);
	}
	arena_free(a);
}

static void edwards_tokens_verify(void **state)
{
	struct arena *a = arena_new(SIZE_MAX);
	static const char *const curves[] = { "Ed25519", "Ed448" };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(curves); i++) {
		EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, i ? "ED448" : "ED25519");
		EVP_PKEY *other = EVP_PKEY_Q_keygen(NULL, NULL, i ? "ED448" : "ED25519");
		struct str token = sign_pkey(a, key, NULL, 0, "{\"alg\":\"EdDSA\"}", PAYLOAD);
		expect_verified(curves[i], jwk_okp(a, key, curves[i], ""), token, true);
		expect_verified(curves[i], jwk_okp(a, other, curves[i], ""), token, false);
		EVP_PKEY_free(key);
		EVP_PKEY_free(other);
	}
	arena_free(a);
}

/* RFC 7515 appendix A.1 to A.3, RFC 8037 appendix A.4: the payloads have no role, so only the signature counts. */
static void examples_of_the_rfcs_verify(void **state)
{
	static const char joe[] =
		"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
	static const struct {
		const char *name, *jwk, *header, *payload, *signature;
		enum jwt_alg alg;
	} rows[] = {
		{ "A.1",
			"{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAz"
			"Zr1Z9CAow\"}",
			"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9", joe, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", JWT_HS256 },
		{ "A.2",
			"{\"kty\":\"RSA\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS"
			"2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXn"
			"dS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXF"
			"vUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ\",\"e\":\"AQAB\"}",
			"eyJhbGciOiJSUzI1NiJ9", joe,
			"cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9"
			"uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB"
			"_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rq"
			"Vt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
			JWT_RS256 },
		{ "A.3",
			"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m3"
			"6HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}",
			"eyJhbGciOiJFUzI1NiJ9", joe,
			"DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q", JWT_ES256 },
		{ "A.4 of 8037", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
			"eyJhbGciOiJFZERTQSJ9", "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
			"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg", JWT_EDDSA },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(SIZE_MAX);
		struct jwt_keys *keys;
		struct fault f;
		unsigned char signature[512];
		size_t n;
		assert_true(keys_from_secret(&keys, str_of(rows[i].jwk), false, a, &f));
		assert_int_equal(sodium_base642bin(signature, sizeof signature, rows[i].signature, strlen(rows[i].signature),
							 NULL, &n, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING),
			0);
		struct str input = str_printf(a, "%s.%s", rows[i].header, rows[i].payload);
		struct str bytes = { (const char *)signature, n };
		expect_int(rows[i].name, keys_verify(keys, rows[i].alg, STR_NONE, input, bytes), KEYS_GOOD);
		signature[3] ^= 1;
		expect_int(rows[i].name, keys_verify(keys, rows[i].alg, STR_NONE, input, bytes), KEYS_NONE_MATCHES);
		arena_free(a);
	}
}

static void secrets_come_in_base64(void **state)
{
	static const struct {
		const char *secret;
		bool good;
	} rows[] = {
		{ "cmVhbGx5cmVhbGx5cmVhbGx5cmVhbGx5dmVyeXNhZmU=", true },
		{ "cmVhbGx5cmVhbGx5cmVhbGx5cmVhbGx5dmVyeXNhZmU", true },
		{ "cmVhbGx5cmVhbGx5cmVhbGx5cmVhbGx5dmVyeXNhZmU.", true },
		{ " cmVhbGx5cmVhbGx5cmVhbGx5cmVhbGx5dmVyeXNhZmU=\n", true },
		{ "eyJrdHkiOiJvY3QiLCJrIjoiY21WaGJHeDVjbVZoYkd4NWNtVmhiR3g1Y21WaGJHeDVkbVZ5ZVhOaFptVSJ9", true },
		{ "cmVhbGx5cmVhbGx5", false },
		{ "cmVhbGx5cmVhbGx5cmVhbGx5cmVhbGx5dmVyeXNhZmV=", false },
		{ "not base64!", false },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(SIZE_MAX);
		struct jwt_keys *keys;
		struct jwt jwt;
		struct fault f;
		struct str token = sign_hmac(a, EVP_sha256(), STR(SECRET), "{\"alg\":\"HS256\"}", PAYLOAD);
		bool good = keys_from_secret(&keys, str_of(rows[i].secret), true, a, &f)
			&& jwt_verify(&jwt, token, keys, NULL, a, &f);
		expect_int(rows[i].secret, good, rows[i].good);
		arena_free(a);
	}
}

/* 43 bytes of base64url that decode to 32 */
#define COORDINATE "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

static void bad_secrets_stop_the_start(void **state)
{
	static const struct {
		const char *secret, *message;
	} rows[] = {
		{ "short", "jwt-secret: The JWT secret must be at least 32 characters long." },
		{ "reallyreallyreallyreallyverysaf", "jwt-secret: The JWT secret must be at least 32 characters long." },
		{ "{\"kty\":\"oct\",\"k\":\"x\"", "jwt-secret: it looks like a JSON Web Key (set) but is not valid JSON" },
		{ "{'kty':'oct','\"kty\"':1}", "jwt-secret: it looks like a JSON Web Key (set) but is not valid JSON" },
		{ "{\"keys\":{}}", "jwt-secret: \"keys\" of a JWK set must be an array" },
		{ "{\"keys\":[]}",
			"jwt-secret: none of its keys can verify a token (supported: oct, RSA, EC with P-256, P-384 or "
			"P-521, OKP with Ed25519 or Ed448)" },
		{ "{\"keys\":[1]}", "jwt-secret: JWK member \"kty\" is missing or not a string" },
		{ "{\"keys\":[{\"k\":\"x\"}]}", "jwt-secret: JWK member \"kty\" is missing or not a string" },
		{ "{\"kty\":1,\"k\":\"" COORDINATE "\"}", "jwt-secret: JWK member \"kty\" is missing or not a string" },
		{ "{\"kty\":\"oct\"}", "jwt-secret: JWK member \"k\" is missing or not a string" },
		{ "{\"kty\":\"oct\",\"k\":\"\"}", "jwt-secret: JWK member \"k\" is missing or not a string" },
		{ "{\"kty\":\"oct\",\"k\":\"a+b/\"}", "jwt-secret: JWK member \"k\" is not base64url" },
		{ "{\"kty\":\"RSA\",\"e\":\"AQAB\"}", "jwt-secret: JWK member \"n\" is missing or not a string" },
		{ "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"" COORDINATE "\"}",
			"jwt-secret: JWK member \"n\" is shorter than the 2048 bits RFC 7518 section 3.3 requires" },
		{ "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" COORDINATE "\"}",
			"jwt-secret: JWK member \"y\" is missing or not a string" },
		{ "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" COORDINATE "\",\"y\":\"" COORDINATE "\"}",
			"jwt-secret: JWK member \"x\" has the wrong length for its curve" },
		{ "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" COORDINATE "\",\"y\":\"" COORDINATE "\"}",
			"jwt-secret: JWK member \"x\" is not on its curve" },
		{ "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}",
			"jwt-secret: JWK member \"x\" has the wrong length for its curve" },
		{ "{\"kty\":\"OKP\",\"crv\":\"Ed448\",\"x\":\"AAAA\"}",
			"jwt-secret: JWK member \"x\" has the wrong length for its curve" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(SIZE_MAX);
		struct jwt_keys *keys;
		struct fault f;
		if (keys_from_secret(&keys, str_of(rows[i].secret), false, a, &f))
			fail_msg("%s is accepted", rows[i].secret);
		expect_text(rows[i].secret, f.message, rows[i].message);
		arena_free(a);
	}
}

static void keys_we_cannot_use_are_left_out(void **state)
{
	static const char *const useless[] = {
		"{\"kty\":\"oct\",\"k\":\"" COORDINATE "\",\"use\":\"enc\"}",
		"{\"kty\":\"oct\",\"k\":\"" COORDINATE "\",\"alg\":\"A256KW\"}",
		"{\"kty\":\"oct\",\"k\":\"" COORDINATE "\",\"alg\":\"RS256\"}",
		"{\"kty\":\"later\"}",
		"{\"kty\":\"EC\",\"crv\":\"secp256k1\"}",
		"{\"kty\":\"OKP\",\"crv\":\"X25519\"}",
		"{\"kty\":\"RSA\",\"alg\":\"RSA-OAEP\"}",
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(useless); i++) {
		struct arena *a = arena_new(SIZE_MAX);
		struct jwt_keys *keys;
		struct fault f;
		struct str good = jwk_oct(a, STR(SECRET), "\"kid\":\"k\",");
		expect_int(useless[i], keys_from_secret(&keys, str_of(useless[i]), false, a, &f), false);
		struct str set = str_printf(a, "{\"keys\":[%s,%s]}", useless[i], good.p);
		expect_verified(useless[i], set, sign_hmac(a, EVP_sha256(), STR(SECRET), "{\"alg\":\"HS256\"}", PAYLOAD), true);
		arena_free(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hmac_tokens_verify),
		cmocka_unit_test(rsa_tokens_verify),
		cmocka_unit_test(elliptic_tokens_verify),
		cmocka_unit_test(edwards_tokens_verify),
		cmocka_unit_test(examples_of_the_rfcs_verify),
		cmocka_unit_test(secrets_come_in_base64),
		cmocka_unit_test(bad_secrets_stop_the_start),
		cmocka_unit_test(keys_we_cannot_use_are_left_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
