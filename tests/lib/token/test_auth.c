/* Authorization to an identity or a fault: what each token gets, and forgeries.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include "sign.h"
#include "token/auth.h"

#define SECRET "reallyreallyreallyreallyverysafe"
#define HS256 "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"

static const int64_t now = 1700000000;

static struct auth *make_auth(const struct conf *c, struct arena *a)
{
	struct auth *auth;
	struct fault f;
	if (!auth_new(&auth, c, a, &f))
		fail_msg("auth_new: %.*s", STR_ARG(f.message));
	return auth;
}

static bool identify(struct auth_identity *who, const struct auth *auth, const char *authorization, struct arena *a,
	struct fault *f)
{
	const struct http_field field = { STR_INIT("authorization"), str_of(authorization) };
	const struct request r = { .fields = &field, .field_count = authorization != NULL };
	*f = (struct fault){ 0 };
	return auth_identify(who, auth, &r, now, a, f);
}

static const char *bearer(struct arena *a, struct str token)
{
	return str_printf(a, "Bearer %.*s", STR_ARG(token)).p;
}

static const struct conf plain = {
	.jwt_secret = STR_INIT(SECRET),
	.db_anon_role = STR_INIT("web_anon"),
	.jwt_role_claim_key = STR_INIT("$.role"),
	.jwt_aud = STR_INIT("youraudience"),
};

static void good_tokens_give_role_and_claims(void **state)
{
	static const struct {
		const char *payload, *role, *claims; /* claims NULL: the payload itself */
	} rows[] = {
		{ "{\"role\":\"author\"}", "author", NULL },
		{ "{ \"role\" : \"author\" }\n", "author", NULL },
		{ "{\"sub\":1,\"role\":\"a\\u0062\"}", "ab", NULL },
		{ "{\"role\":\"a\",\"role\":\"b\"}", "b", NULL },
		{ "{\"role\":\"author\",\"id\":12345678901234567890123,\"f\":1.10}", "author", NULL },
		{ "{}", "web_anon", "{\"role\":\"web_anon\"}" },
		{ "{\"id\":12345678901234567890123}", "web_anon", "{\"id\":12345678901234567890123,\"role\":\"web_anon\"}" },
		{ "{\"role\":7,\"id\":1}", "7", "{\"id\":1,\"role\":\"7\"}" },
		{ "{\"role\":null}", "null", "{\"role\":\"null\"}" },
		{ "{\"role\":\"we\\\"ird\"}", "we\"ird", NULL },
		{ "{\"role\":\"author\",\"exp\":1699999970}", "author", NULL },
		{ "{\"role\":\"author\",\"exp\":1700000000.5}", "author", NULL },
		{ "{\"role\":\"author\",\"exp\":1e30,\"nbf\":0,\"iat\":-5}", "author", NULL },
		{ "{\"role\":\"author\",\"nbf\":1700000030,\"iat\":1700000030}", "author", NULL },
		{ "{\"role\":\"author\",\"exp\":null,\"nbf\":null,\"iat\":null,\"aud\":null}", "author", NULL },
		{ "{\"role\":\"author\",\"aud\":\"youraudience\"}", "author", NULL },
		{ "{\"role\":\"author\",\"aud\":[\"x\",\"youraudience\"]}", "author", NULL },
		{ "{\"role\":\"author\",\"aud\":[]}", "author", NULL },
	};
	(void)state;
	struct arena *forever = arena_new(SIZE_MAX);
	struct auth *auth = make_auth(&plain, forever);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(SIZE_MAX);
		struct auth_identity who;
		struct fault f;
		struct str token = sign_hmac(a, EVP_sha256(), STR(SECRET), HS256, rows[i].payload);
		if (!identify(&who, auth, bearer(a, token), a, &f))
			fail_msg("%s: %.*s", rows[i].payload, STR_ARG(f.message));
		expect_text(rows[i].payload, who.role, rows[i].role);
		expect_text(rows[i].payload, who.claims, rows[i].claims ? rows[i].claims : rows[i].payload);
		expect_int(rows[i].payload, who.anonymous, str_eq(who.role, STR("web_anon")));
		arena_free(a);
	}
	arena_free(forever);
}

/* jwt-require: an empty list or text is as good as none. */
static void required_claims(void **state)
{
	static const struct str names[] = { STR_INIT("aud"), STR_INIT("exp"), STR_INIT("tenant") };
	static const struct {
		const char *payload, *missing;
	} rows[] = {
		{ "{\"aud\":\"youraudience\",\"exp\":1e30,\"tenant\":0}", NULL },
		{ "{\"aud\":[\"youraudience\"],\"exp\":1e30,\"tenant\":{}}", NULL },
		{ "{\"exp\":1e30,\"tenant\":1}", "aud" },
		{ "{\"aud\":[],\"exp\":1e30,\"tenant\":1}", "aud" },
		{ "{\"aud\":null,\"exp\":1e30,\"tenant\":1}", "aud" },
		{ "{\"aud\":\"youraudience\",\"tenant\":1}", "exp" },
		{ "{\"aud\":\"youraudience\",\"exp\":null,\"tenant\":1}", "exp" },
		{ "{\"aud\":\"youraudience\",\"exp\":1e30}", "tenant" },
		{ "{\"aud\":\"youraudience\",\"exp\":1e30,\"tenant\":\"\"}", "tenant" },
		{ "{\"aud\":\"youraudience\",\"exp\":1e30,\"tenant\":null}", "tenant" },
	};
	(void)state;
	struct arena *forever = arena_new(SIZE_MAX);
	struct conf strict = plain;
	strict.jwt_require = (struct conf_list){ names, COUNT_OF(names) };
	struct auth *auth = make_auth(&strict, forever);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(SIZE_MAX);
		struct auth_identity who;
		struct fault f = { 0 };
		struct str token = sign_hmac(a, EVP_sha256(), STR(SECRET), HS256, rows[i].payload);
		bool good = identify(&who, auth, bearer(a, token), a, &f);
		expect_int(rows[i].payload, good, !rows[i].missing);
		if (!good) {
			expect_text(rows[i].payload, f.message, str_printf(a, "The JWT '%s' claim is missing", rows[i].missing).p);
			expect_int(rows[i].payload, f.http_status, 401);
			expect_text(rows[i].payload, f.code, "PGRST303");
		}
		arena_free(a);
	}
	arena_free(forever);
}

#define NO_KEY "No suitable key or wrong key type"
#define NONE_MATCHES "None of the keys was able to decode the JWT"
#define NONE_SUITABLE "No suitable key was found to decode the JWT"
#define BAD_CRYPTO "JWT cryptographic operation failed"
#define BAD_ALG "Wrong or unsupported encoding algorithm"
#define BAD_AUD "The JWT 'aud' claim must be a string or an array of strings"

static void expect_refused(const char *row, const struct auth *auth, const char *authorization, const char *code,
	const char *message, const char *details)
{
	struct arena *a = arena_new(SIZE_MAX);
	struct auth_identity who;
	struct fault f;
	if (identify(&who, auth, authorization, a, &f))
		fail_msg("%s is accepted as %.*s", row, STR_ARG(who.role));
	expect_int(row, f.http_status, 401);
	expect_text(row, f.code, code);
	expect_text(row, f.message, message);
	expect_text(row, f.details, details);
	expect_text(row, f.hint, NULL);
	expect_text(row, f.www_authenticate,
		str_printf(a, "Bearer error=\"invalid_token\", error_description=\"%s\"", message).p);
	arena_free(a);
}

/* Tokens whose signature is right for their own header, so that only what the row is about is wrong. */
static void signed_tokens_are_refused(void **state)
{
	static const struct {
		const char *header, *payload, *code, *message, *details;
	} rows[] = {
		{ "{\"alg\":\"none\"}", "{}", "PGRST301", BAD_ALG, "JWT is unsecured but expected 'alg' was not 'none'" },
		{ "{\"alg\":\"None\"}", "{}", "PGRST301", BAD_CRYPTO, NULL },
		{ "{\"alg\":\"hs256\"}", "{}", "PGRST301", BAD_CRYPTO, NULL },
		{ "{\"alg\":\"PS256\"}", "{}", "PGRST301", BAD_CRYPTO, NULL },
		{ "{\"alg\":\"\"}", "{}", "PGRST301", BAD_CRYPTO, NULL },
		{ "{\"alg\":256}", "{}", "PGRST301", BAD_CRYPTO, NULL },
		{ "{\"alg\":[\"HS256\"]}", "{}", "PGRST301", BAD_CRYPTO, NULL },
		{ "{\"typ\":\"JWT\"}", "{}", "PGRST301", BAD_CRYPTO, NULL },
		{ "{}", "{}", "PGRST301", BAD_CRYPTO, NULL },
		{ "[\"HS256\"]", "{}", "PGRST301", BAD_CRYPTO, NULL },
		{ "\"HS256\"", "{}", "PGRST301", BAD_CRYPTO, NULL },
		{ "{\"alg\":\"HS256\"", "{}", "PGRST301", BAD_CRYPTO, NULL },
		{ "{\"alg\":\"HS256\"}x", "{}", "PGRST301", BAD_CRYPTO, NULL },
		{ "{'alg':'HS256'}", "{}", "PGRST301", BAD_CRYPTO, NULL },
		{ "{\"alg\":\"HS256\",\"x\":NaN}", "{}", "PGRST301", BAD_CRYPTO, NULL },
		{ "{\"alg\":\"none\",\"alg\":\"RS256\"}", "{}", "PGRST301", NO_KEY, NONE_SUITABLE },
		{ "{\"alg\":\"HS384\"}", "{}", "PGRST301", NO_KEY, NONE_SUITABLE },
		{ "{\"alg\":\"HS512\"}", "{}", "PGRST301", NO_KEY, NONE_SUITABLE },
		{ "{\"alg\":\"RS256\"}", "{}", "PGRST301", NO_KEY, NONE_SUITABLE },
		{ "{\"alg\":\"ES256\"}", "{}", "PGRST301", NO_KEY, NONE_SUITABLE },
		{ "{\"alg\":\"EdDSA\"}", "{}", "PGRST301", NO_KEY, NONE_SUITABLE },
		{ "{\"alg\":\"HS256\",\"kid\":\"x\"}", "{}", "PGRST301", NO_KEY, NONE_SUITABLE },
		{ "{\"alg\":\"HS256\",\"kid\":7}", "{}", "PGRST301", BAD_CRYPTO, NULL },
		{ "{\"alg\":\"HS256\",\"crit\":[\"exp\"],\"exp\":1}", "{}", "PGRST301", BAD_ALG,
			"JWT has a critical header parameter that is not supported" },
		{ "{\"alg\":\"dir\",\"enc\":\"A128GCM\"}", "{}", "PGRST301", "Unsupported token type", NULL },
		{ HS256, "[]", "PGRST303", "Parsing claims failed", NULL },
		{ HS256, "\"role\"", "PGRST303", "Parsing claims failed", NULL },
		{ HS256, "not json", "PGRST303", "Parsing claims failed", NULL },
		{ HS256, "", "PGRST303", "Parsing claims failed", NULL },
		{ HS256, "{\"role\":\"author\"", "PGRST303", "Parsing claims failed", NULL },
		{ HS256, "{\"role\":\"\xff\"}", "PGRST303", "Parsing claims failed", NULL },
		{ HS256, "{\"role\":\"a\nb\"}", "PGRST303", "Parsing claims failed", NULL },
		{ HS256, "{\"exp\":1699999969}", "PGRST303", "JWT expired", NULL },
		{ HS256, "{\"exp\":0}", "PGRST303", "JWT expired", NULL },
		{ HS256, "{\"exp\":-1e400}", "PGRST303", "JWT expired", NULL },
		{ HS256, "{\"exp\":\"1800000000\"}", "PGRST303", "The JWT 'exp' claim must be a number", NULL },
		{ HS256, "{\"exp\":1800000000,\"exp\":1}", "PGRST303", "JWT expired", NULL },
		{ HS256, "{\"exp\":true}", "PGRST303", "The JWT 'exp' claim must be a number", NULL },
		{ HS256, "{\"nbf\":1700000031}", "PGRST303", "JWT not yet valid", NULL },
		{ HS256, "{\"nbf\":\"x\"}", "PGRST303", "The JWT 'nbf' claim must be a number", NULL },
		{ HS256, "{\"iat\":1700000031}", "PGRST303", "JWT issued at future", NULL },
		{ HS256, "{\"iat\":{}}", "PGRST303", "The JWT 'iat' claim must be a number", NULL },
		{ HS256, "{\"exp\":1,\"nbf\":1900000000}", "PGRST303", "JWT expired", NULL },
		{ HS256, "{\"aud\":\"notyouraudience\"}", "PGRST303", "JWT not in audience", NULL },
		{ HS256, "{\"aud\":\"\"}", "PGRST303", "JWT not in audience", NULL },
		{ HS256, "{\"aud\":[\"a\",\"b\"]}", "PGRST303", "JWT not in audience", NULL },
		{ HS256, "{\"aud\":7}", "PGRST303", BAD_AUD, NULL },
		{ HS256, "{\"aud\":[\"youraudience\",7]}", "PGRST303", BAD_AUD, NULL },
		{ HS256, "{\"aud\":[null]}", "PGRST303", BAD_AUD, NULL },
	};
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	struct auth *auth = make_auth(&plain, a);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct str token = sign_hmac(a, EVP_sha256(), STR(SECRET), rows[i].header, rows[i].payload);
		const char *row = str_printf(a, "%s.%s", rows[i].header, rows[i].payload).p;
		expect_refused(row, auth, bearer(a, token), rows[i].code, rows[i].message, rows[i].details);
	}
	arena_free(a);
}

static void roles_that_cannot_be_are_refused(void **state)
{
	static const struct {
		const char *payload, *message;
	} rows[] = {
		{ "{\"role\":\"none\"}", "role \"none\" does not exist" },
		{ "{\"role\":\"\"}", "role \"\" does not exist" },
		{ "{\"role\":\"a\\u0000b\"}", "role \"?\" does not exist" },
	};
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	struct auth *auth = make_auth(&plain, a);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct auth_identity who;
		struct fault f;
		struct str token = sign_hmac(a, EVP_sha256(), STR(SECRET), HS256, rows[i].payload);
		assert_false(identify(&who, auth, bearer(a, token), a, &f));
		expect_int(rows[i].payload, f.http_status, 401);
		expect_text(rows[i].payload, f.code, "22023");
		expect_text(rows[i].payload, f.message, rows[i].message);
		expect_text(rows[i].payload, f.www_authenticate, "Bearer");
	}
	arena_free(a);
}

/* The valid token, and what was done to it. */
static void tampered_tokens_are_refused(void **state)
{
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	struct auth *auth = make_auth(&plain, a);
	struct str token = sign_hmac(a, EVP_sha256(), STR(SECRET), HS256, "{\"role\":\"author\"}");
	struct str other = sign_hmac(a, EVP_sha256(), STR("another" SECRET), HS256, "{\"role\":\"author\"}");
	struct str admin = signing_input(a, HS256, "{\"role\":\"admin\"}");
	size_t dot = str_rindex(token, '.'), first = str_index(token, '.');
	struct str input = str_sub(token, 0, dot), signature = str_from(token, dot + 1);
	char *lengthy = memset(arena_bytes(a, 70000), 'x', 70000);
	struct str head = str_sub(token, 0, first), rest = str_from(token, first + 1);
	const struct {
		const char *name, *message, *details;
		struct str token;
	} rows[] = {
		{ "another key", NO_KEY, NONE_MATCHES, other },
		{ "another payload", NO_KEY, NONE_MATCHES, str_printf(a, "%s.%.*s", admin.p, STR_ARG(signature)) },
		{ "no signature", NO_KEY, NONE_MATCHES, str_printf(a, "%.*s.", STR_ARG(input)) },
		{ "half a signature", NO_KEY, NONE_MATCHES, str_sub(token, 0, dot + 1 + 24) },
		{ "longer signature", NO_KEY, NONE_MATCHES,
			str_printf(a, "%.*s.AAAA%.*s", STR_ARG(input), STR_ARG(signature)) },
		{ "flipped bit", NO_KEY, NONE_MATCHES,
			str_printf(a, "%.*s.%c%.*s", STR_ARG(input), signature.p[0] == 'A' ? 'B' : 'A',
				STR_ARG(str_from(signature, 1))) },
		{ "padding", BAD_CRYPTO, NULL, str_printf(a, "%.*s=", STR_ARG(token)) },
		{ "blank inside", BAD_CRYPTO, NULL, str_printf(a, "%.*s. %.*s", STR_ARG(head), STR_ARG(rest)) },
		{ "standard alphabet", BAD_CRYPTO, NULL, str_printf(a, "%.*s.+/%.*s", STR_ARG(input), STR_ARG(signature)) },
		{ "stray bits", BAD_CRYPTO, NULL, str_printf(a, "%.*s.AB", STR_ARG(input)) },
		{ "one character", BAD_CRYPTO, NULL, str_printf(a, "%.*s.A", STR_ARG(input)) },
		{ "a second token", "Expected 3 parts in JWT; got 5", NULL,
			str_printf(a, "%.*s,%.*s", STR_ARG(token), STR_ARG(token)) },
		{ "no header", BAD_CRYPTO, NULL, str_printf(a, ".%.*s", STR_ARG(rest)) },
		{ "two parts", "Expected 3 parts in JWT; got 2", NULL, input },
		{ "one part", "Expected 3 parts in JWT; got 1", NULL, STR("quifquirndsjagnrgniur") },
		{ "four parts", "Expected 3 parts in JWT; got 4", NULL, str_printf(a, "%.*s.x", STR_ARG(token)) },
		{ "encrypted", "Expected 3 parts in JWT; got 5", NULL, STR("a.b.c.d.e") },
		{ "only dots", BAD_CRYPTO, NULL, STR("..") },
		{ "not base64", BAD_CRYPTO, NULL, STR("!.!.!") },
		{ "too long", BAD_CRYPTO, "The JWT is too long", { lengthy, 70000 } },
		{ "empty", "Empty JWT is sent in Authorization header", NULL, STR("") },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		expect_refused(rows[i].name, auth, bearer(a, rows[i].token), "PGRST301", rows[i].message, rows[i].details);
	arena_free(a);
}

/* An HMAC made with a public key, or with a key that came with the token, must not pass for anything. */
static void keys_of_the_wrong_kind_do_not_verify(void **state)
{
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	EVP_PKEY *rsa = EVP_RSA_gen(2048), *own = EVP_EC_gen("P-256"), *evil = EVP_EC_gen("P-256");
	struct str rsa_jwk = jwk_rsa(a, rsa, "\"kid\":\"r\","), n = key_number(a, rsa, OSSL_PKEY_PARAM_RSA_N, 0);
	struct str evil_jwk = jwk_ec(a, evil, "P-256", 32, "");
	struct conf c = plain;
	c.jwt_secret = str_printf(a, "{\"keys\":[%s,%s]}", rsa_jwk.p, jwk_ec(a, own, "P-256", 32, "\"kid\":\"e\",").p);
	struct auth *auth = make_auth(&c, a);
	const char *const secrets[] = { rsa_jwk.p, n.p, c.jwt_secret.p, "" };
	for (size_t i = 0; i < COUNT_OF(secrets); i++)
		expect_refused(secrets[i], auth,
			bearer(a, sign_hmac(a, EVP_sha256(), str_of(secrets[i]), HS256, "{\"role\":\"admin\"}")), "PGRST301",
			NO_KEY, NONE_SUITABLE);
	const char *header = str_printf(a, "{\"alg\":\"ES256\",\"jwk\":%s,\"jku\":\"https://evil.example\"}", evil_jwk.p).p;
	expect_refused("embedded jwk", auth,
		bearer(a, sign_pkey(a, evil, EVP_sha256(), 32, header, "{\"role\":\"admin\"}")), "PGRST301", NO_KEY,
		NONE_MATCHES);
	unsigned char zero[64] = { 0 };
	struct str input = signing_input(a, "{\"alg\":\"ES256\"}", "{\"role\":\"admin\"}");
	expect_refused("zero r and s", auth, bearer(a, with_signature(a, input, zero, sizeof zero)), "PGRST301", NO_KEY,
		NONE_MATCHES);
	expect_refused("kid of the other key", auth,
		bearer(a, sign_pkey(a, own, EVP_sha256(), 32, "{\"alg\":\"ES256\",\"kid\":\"r\"}", "{}")), "PGRST301", NO_KEY,
		NONE_SUITABLE);
	struct auth_identity who;
	struct fault f;
	assert_true(identify(&who, auth,
		bearer(a, sign_pkey(a, own, EVP_sha256(), 32, "{\"alg\":\"ES256\",\"kid\":\"e\"}", "{\"role\":\"author\"}")), a,
		&f));
	assert_true(identify(&who, auth,
		bearer(a, sign_pkey(a, rsa, EVP_sha256(), 0, "{\"alg\":\"RS256\"}", "{\"role\":\"author\"}")), a, &f));
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(own);
	EVP_PKEY_free(evil);
	arena_free(a);
}

static void the_header_field_decides_who_is_anonymous(void **state)
{
	static const struct {
		const char *authorization;
		bool token;       /* the field carries the valid token */
		const char *role; /* NULL: refused, empty JWT */
	} rows[] = {
		{ NULL, false, "web_anon" },
		{ "", false, "web_anon" },
		{ "Basic dXNlcjpwYXNz", false, "web_anon" },
		{ "Bearerx y", false, "web_anon" },
		{ "Bear", false, "web_anon" },
		{ "Digest a=b", false, "web_anon" },
		{ "Bearer ", true, "author" },
		{ "bearer ", true, "author" },
		{ "BEARER ", true, "author" },
		{ "Bearer   ", true, "author" },
		{ "bEaReR\t", true, "author" },
		{ "Bearer", false, NULL },
		{ "Bearer ", false, NULL },
		{ "bearer   ", false, NULL },
	};
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	struct auth *auth = make_auth(&plain, a);
	struct str token = sign_hmac(a, EVP_sha256(), STR(SECRET), HS256, "{\"role\":\"author\"}");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct auth_identity who;
		struct fault f;
		const char *value = rows[i].token ? str_printf(a, "%s%s", rows[i].authorization, token.p).p
										  : rows[i].authorization;
		const char *row = rows[i].authorization ? rows[i].authorization : "none";
		bool good = identify(&who, auth, value, a, &f);
		expect_int(row, good, rows[i].role != NULL);
		if (good)
			expect_text(row, who.role, rows[i].role);
		else
			expect_text(row, f.message, "Empty JWT is sent in Authorization header");
	}
	arena_free(a);
}

static void without_secret_or_anonymous_role(void **state)
{
	static const struct conf closed = { .jwt_secret = STR_INIT(SECRET), .jwt_role_claim_key = STR_INIT(".role") };
	static const struct conf keyless = { .db_anon_role = STR_INIT("web\"anon") };
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	struct auth_identity who;
	struct fault f;
	struct auth *auth = make_auth(&closed, a);
	const char *roleless = bearer(a, sign_hmac(a, EVP_sha256(), STR(SECRET), HS256, "{}"));
	const char *const refused[] = { NULL, "Basic x", roleless };
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		assert_false(identify(&who, auth, refused[i], a, &f));
		assert_int_equal(f.http_status, 401);
		expect_text("code", f.code, "PGRST302");
		expect_text("message", f.message, "Anonymous access is disabled");
		expect_text("header", f.www_authenticate, "Bearer");
	}
	auth = make_auth(&keyless, a);
	assert_false(identify(&who, auth, roleless, a, &f));
	assert_int_equal(f.http_status, 500);
	expect_text("code", f.code, "PGRST300");
	expect_text("message", f.message, "Server lacks JWT secret");
	expect_text("header", f.www_authenticate, NULL);
	assert_true(identify(&who, auth, NULL, a, &f));
	expect_text("claims", who.claims, "{\"role\":\"web\\\"anon\"}");
	assert_true(who.anonymous);
	arena_free(a);
}

static void bad_configuration_stops_the_start(void **state)
{
	static const struct {
		struct conf conf;
		const char *message;
	} rows[] = {
		{ { .jwt_secret = STR_INIT("short") }, "jwt-secret: The JWT secret must be at least 32 characters long." },
		{ { .jwt_secret = STR_INIT("") }, "jwt-secret: The JWT secret must be at least 32 characters long." },
		{ { .jwt_secret = STR_INIT("*"), .jwt_secret_is_base64 = true },
			"jwt-secret: jwt-secret-is-base64 is true, but the secret is not valid base64" },
		{ { .jwt_role_claim_key = STR_INIT("role") },
			"jwt-role-claim-key: failed to parse role-claim-key value (role): expected one of . [ $ at character 1" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(SIZE_MAX);
		struct auth *auth;
		struct fault f;
		assert_false(auth_new(&auth, &rows[i].conf, a, &f));
		expect_text("message", f.message, rows[i].message);
		arena_free(a);
	}
}

/* What the cache spares is the signature only. */
static void tokens_seen_before_are_judged_anew(void **state)
{
	(void)state;
	struct arena *a = arena_new(SIZE_MAX);
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct conf c = plain;
	c.jwt_secret = jwk_ec(a, key, "P-256", 32, "");
	c.jwt_cache_max_entries = 10;
	struct auth *auth = make_auth(&c, a);
	struct str token = sign_pkey(a, key, EVP_sha256(), 32, "{\"alg\":\"ES256\"}",
		"{\"role\":\"author\",\"exp\":1700000000}");
	const struct http_field field = { STR_INIT("authorization"), str_of(bearer(a, token)) };
	const struct request r = { .fields = &field, .field_count = 1 };
	static const struct {
		int64_t later;
		bool good;
	} rows[] = { { 0, true }, { 30, true }, { 31, false }, { 0, true } };
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct auth_identity who;
		struct fault f = { 0 };
		expect_int("good", auth_identify(&who, auth, &r, now + rows[i].later, a, &f), rows[i].good);
		expect_text("message", f.message, rows[i].good ? NULL : "JWT expired");
	}
	EVP_PKEY_free(key);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_tokens_give_role_and_claims),
		cmocka_unit_test(required_claims),
		cmocka_unit_test(signed_tokens_are_refused),
		cmocka_unit_test(roles_that_cannot_be_are_refused),
		cmocka_unit_test(tampered_tokens_are_refused),
		cmocka_unit_test(keys_of_the_wrong_kind_do_not_verify),
		cmocka_unit_test(the_header_field_decides_who_is_anonymous),
		cmocka_unit_test(without_secret_or_anonymous_role),
		cmocka_unit_test(bad_configuration_stops_the_start),
		cmocka_unit_test(tokens_seen_before_are_judged_anew),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
