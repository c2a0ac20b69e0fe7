/* Tokens that are signed here, read back by others' rules; refresh tokens, and the public keys.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include "base/count.h"
#include "sign.h"
#include "token/jwt.h"
#include "token/keygen.h"
#include "token/signer.h"
#include "token/tokenjson.h"

#define SECRET "reallyreallyreallyreallyverysafe"
#define CLAIMS "{\"role\":\"author\"}"
#define SESSION "6ba7b810-9dad-41d1-80b4-00c04fd430c8"

/* RFC 8037 appendix A.1 and A.2. */
#define ED25519_PUBLIC "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\""
#define ED25519_PRIVATE "{" ED25519_PUBLIC ",\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\"}"

static struct signer *signer_of(struct arena *a, struct str secret)
{
	struct signer *s;
	struct fault f = { 0 };
	const struct conf conf = { .auth_signing_key = secret };
	if (!signer_new(&s, &conf, a, &f))
		fail_msg("%.*s: %.*s", STR_ARG(secret), STR_ARG(f.message));
	return s;
}

static void expect_verified(const char *row, struct arena *a, struct str secret, struct str token)
{
	struct jwt_keys *keys;
	struct jwt jwt;
	struct fault f = { 0 };
	if (!keys_from_secret(&keys, secret, false, a, &f) || !jwt_verify(&jwt, token, keys, jwtcache_new(2, a), a, &f))
		fail_msg("%s: %.*s", row, STR_ARG(f.message));
	expect_text(row, jwt.payload, CLAIMS);
}

/* What the verifier, whose tests have the RFCs' tokens, believes. */
static void tokens_verify(void **state)
{
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	static const char *const algorithms[] = { "HS256", "HS512", "EdDSA" };
	for (size_t i = 0; i < COUNT_OF(algorithms); i++) {
		struct str jwk;
		struct fault f = { 0 };
		if (!keygen(&jwk, str_of(algorithms[i]), STR("first"), a, &f))
			fail_msg("%s: %.*s", algorithms[i], STR_ARG(f.message));
		struct str set = str_printf(a, "{\"keys\":[%s]}", str_cstr(a, jwk));
		expect_verified(algorithms[i], a, jwk, signer_token(signer_of(a, jwk), STR(CLAIMS), a));
		expect_verified(algorithms[i], a, jwk, signer_token(signer_of(a, set), STR(CLAIMS), a));
	}
	expect_verified("plain secret", a, STR(SECRET), signer_token(signer_of(a, STR(SECRET)), STR(CLAIMS), a));
	arena_free(a);
}

/* The same bytes as code that shares nothing with the signer makes. */
static void tokens_are_these(void **state)
{
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	struct str plain = signer_token(signer_of(a, STR(SECRET)), STR(CLAIMS), a);
	expect_text("HS256", plain,
		sign_hmac(a, EVP_sha256(), STR(SECRET), "{\"alg\":\"HS256\",\"typ\":\"JWT\"}", CLAIMS).p);
	struct str jwk = jwk_oct(a, STR(SECRET SECRET), "\"kid\":\"k\",\"alg\":\"HS512\",");
	expect_text("HS512", signer_token(signer_of(a, jwk), STR(CLAIMS), a),
		sign_hmac(a, EVP_sha512(), STR(SECRET SECRET), "{\"alg\":\"HS512\",\"typ\":\"JWT\",\"kid\":\"k\"}", CLAIMS).p);
	arena_free(a);
}

static void keys_that_cannot_sign(void **state)
{
	(void)state;
	static const char *const rows[] = {
		"",
		"short",
		"{}",
		"{\"keys\":[]}",
		"{\"keys\":[{" ED25519_PUBLIC "}," ED25519_PRIVATE "]}",
		"{" ED25519_PUBLIC "}",
		"{\"kty\":\"oct\",\"k\":\"c2hvcnQ\"}",
		"{\"kty\":\"oct\",\"alg\":\"HS384\",\"k\":\"cmVhbGx5cmVhbGx5cmVhbGx5cmVhbGx5dmVyeXNhZmU\"}",
		"{ no JSON",
	};
	struct arena *a = arena_new(SIZE_MAX);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct signer *s;
		struct fault f = { 0 };
		const struct conf conf = { .auth_signing_key = str_of(rows[i]), .jwt_secret = STR("") };
		expect_int(rows[i], signer_new(&s, &conf, a, &f), false);
		expect_text(rows[i], f.code, "PGRST300");
	}
	arena_free(a);
}

static void public_keys(void **state)
{
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	expect_text("secret", signer_jwks(signer_of(a, STR(SECRET))), "{\"keys\":[]}");
	expect_text("oct", signer_jwks(signer_of(a, jwk_oct(a, STR(SECRET), ""))), "{\"keys\":[]}");
	expect_text("Ed25519", signer_jwks(signer_of(a, STR(ED25519_PRIVATE))), "{\"keys\":[{" ED25519_PUBLIC "}]}");
	arena_free(a);
}

static void refresh_tokens(void **state)
{
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	struct signer *mine = signer_of(a, STR(SECRET)), *other = signer_of(a, STR("another" SECRET));
	struct str token = signer_refresh_token(mine, STR(SESSION), 7, a), session;
	int64_t counter;
	assert_true(signer_refresh_read(mine, token, &session, &counter, a));
	expect_text("session", session, SESSION);
	expect_int("counter", counter, 7);
	expect_text("again", signer_refresh_token(mine, STR(SESSION), 7, a), str_cstr(a, token));
	expect_int("another key", signer_refresh_read(other, token, &session, &counter, a), false);
	for (size_t i = 0; i < token.n; i++) {
		char *forged = arena_bytes(a, token.n);
		memcpy(forged, token.p, token.n);
		forged[i] = forged[i] == 'A' ? 'B' : 'A';
		expect_int("forged", signer_refresh_read(mine, (struct str){ forged, token.n }, &session, &counter, a), false);
		expect_int("cut", signer_refresh_read(mine, str_sub(token, 0, i), &session, &counter, a), false);
	}
	arena_free(a);
}

/* A second key makes nothing, and accepts what it made while it was the first. */
static void rotation(void **state)
{
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	struct str old = jwk_oct(a, STR(SECRET), ""), set = str_printf(a, "{\"keys\":[" ED25519_PRIVATE ",%s]}", old.p);
	struct str token = signer_refresh_token(signer_of(a, old), STR(SESSION), 1, a), session;
	struct signer *both = signer_of(a, set);
	int64_t counter;
	assert_true(signer_refresh_read(both, token, &session, &counter, a));
	assert_false(str_eq(signer_refresh_token(both, STR(SESSION), 1, a), token));
	arena_free(a);
}

static void uuids(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool want;
	} rows[] = {
		{ SESSION, true },
		{ "6BA7B810-9DAD-41D1-80B4-00C04FD430C8", false },
		{ "6ba7b8109dad41d180b400c04fd430c8", false },
		{ SESSION "0", false },
		{ "6ba7b810-9dad-41d1-80b4-00c04fd430c", false },
		{ "6ba7b810-9dad-41d1-80b4-00c04fd430cg", false },
		{ "6ba7b810-9dad-41d1-80b4000c04fd430c8", false },
		{ "", false },
	};
	struct arena *a = arena_new(1 << 16);
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		expect_int(rows[i].text, signer_is_uuid(str_of(rows[i].text)), rows[i].want);
	struct str one = signer_session_id(a), two = signer_session_id(a);
	assert_true(signer_is_uuid(one) && signer_is_uuid(two) && !str_eq(one, two));
	assert_true(one.p[14] == '4' && str_has(STR("89ab"), one.p[19]));
	arena_free(a);
}

/* Copies of a private part go wherever they lie, what looks alike stays; then nothing is left to search by. */
static void private_parts_are_found(void **state)
{
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	struct signer *s = signer_of(a, STR(ED25519_PRIVATE));
	char memory[] = "nWGxne_9WmC6 " ED25519_PRIVATE "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
					"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2B nWGxne";
	struct str now = { memory, sizeof memory - 1 }, part = STR("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
	assert_int_equal(signer_traces(s)->count, 2);
	traces_wipe(signer_traces(s), memory, now.n);
	assert_int_equal(str_find(now, part), now.n);
	assert_true(str_find(now, STR("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2B nWGxne")) < now.n);
	assert_true(str_find(now, STR(ED25519_PUBLIC)) < now.n);
	signer_forget(s);
	assert_int_equal(signer_traces(s)->count, 0);
	struct str jwks = signer_jwks(s);
	assert_true(str_find(jwks, STR("\"x\"")) < jwks.n);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_verify),
		cmocka_unit_test(tokens_are_these),
		cmocka_unit_test(keys_that_cannot_sign),
		cmocka_unit_test(public_keys),
		cmocka_unit_test(refresh_tokens),
		cmocka_unit_test(rotation),
		cmocka_unit_test(uuids),
		cmocka_unit_test(private_parts_are_found),
	};
	return sodium_init() < 0 || cmocka_run_group_tests(tests, NULL, NULL);
}
