/* Tokens, claims and role paths: the first byte says what the rest is, so that claims are reached behind a valid
 * signature.
 * SPDX-License-Identifier: MIT */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <stdlib.h>

#include "token/auth.h"
#include "token/rolepath.h"
#include "token/tokenjson.h"

#define SECRET "reallyreallyreallyreallyverysafe"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str base64url(struct arena *a, const void *bytes, size_t n)
{
	size_t max = sodium_base64_encoded_len(n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	char *text = arena_bytes(a, max);
	return str_of(sodium_bin2base64(text, max, bytes, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING));
}

/* A token with these claims that the secret has signed. */
static struct str token_of(struct str claims, struct arena *a)
{
	unsigned char mac[32];
	struct str input = str_printf(a, "eyJhbGciOiJIUzI1NiJ9.%s", base64url(a, claims.p, claims.n).p);
	HMAC(EVP_sha256(), SECRET, sizeof SECRET - 1, (const unsigned char *)input.p, input.n, mac, NULL);
	return str_printf(a, "%s.%s", input.p, base64url(a, mac, sizeof mac).p);
}

static void identify(struct str token, struct arena *a)
{
	static const struct conf conf = { .jwt_secret = STR_INIT(SECRET), .jwt_aud = STR_INIT("us") };
	struct http_field field = { STR("authorization"), str_printf(a, "Bearer %.*s", STR_ARG(token)) };
	const struct request r = { .fields = &field, .field_count = 1 };
	struct auth *auth;
	struct auth_identity who;
	struct fault f;
	if (!auth_new(&auth, &conf, a, &f))
		abort();
	bool good = auth_identify(&who, auth, &r, 1700000000, a, &f);
	if (good ? !tokenjson_is_object(who.claims) : !f.http_status)
		abort();
}

/* Quantifiers in a pattern can make regcomp() eat memory without end; the pattern is the administrator's own. */
static bool has_quantifier(struct str text)
{
	bool regex = str_find(text, STR("search(")) < text.n || str_find(text, STR("match(")) < text.n;
	return regex && (str_has(text, '+') || str_has(text, '{') || str_has(text, '*'));
}

static void take_role(struct str text, struct arena *a)
{
	static const struct str claims = STR_INIT("{\"role\":\"r\",\"a\":{\"b\":[\"x\",1,null,{\"c\":\"\xc3\xa9\"}]}}");
	struct rolepath *path;
	struct fault f;
	if (!has_quantifier(text) && rolepath_parse(&path, text, a, &f))
		rolepath_role(path, tokenjson_parse(claims, a), a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	struct arena *a = arena_new(SIZE_MAX);
	struct str rest = str_dup(a, (struct str){ (const char *)data + 1, size - 1 });
	switch (data[0]) {
	case 'c':
		identify(token_of(rest, a), a);
		break;
	case 'p':
		take_role(rest, a);
		break;
	default:
		identify(rest, a);
	}
	arena_free(a);
	return 0;
}
