/* Tokens that are mailed: each proves one thing, once (activate, reset, confirm, undo).
 * SPDX-License-Identifier: MIT */
#include "account/mail_token.h"

#include <sodium.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/count.h"
#include "base/jsonw.h"

enum { TOKEN_BYTES = 32, HASH_BYTES = 32 };
enum { OFFER_MAX = 1024 };

/* What a token can prove, and where the configuration says for how long. */
static const struct {
	struct str name;
	size_t ttl;
} purposes[] = {
	{ STR_INIT("activate"), offsetof(struct conf, auth_confirm_ttl) },
	{ STR_INIT("reset"), offsetof(struct conf, auth_reset_ttl) },
	{ STR_INIT("confirm"), offsetof(struct conf, auth_confirm_ttl) },
	{ STR_INIT("undo"), offsetof(struct conf, auth_undo_ttl) },
};

#define BASE64URL sodium_base64_VARIANT_URLSAFE_NO_PADDING

struct str mail_token_new(struct arena *a)
{
	unsigned char bytes[TOKEN_BYTES];
	size_t size = sodium_base64_encoded_len(sizeof bytes, BASE64URL);
	char *text = arena_bytes(a, size);
	randombytes_buf(bytes, sizeof bytes);
	sodium_bin2base64(text, size, bytes, sizeof bytes, BASE64URL);
	sodium_memzero(bytes, sizeof bytes);
	return (struct str){ text, size - 1 };
}

struct str mail_token_hash(struct str token, struct str purpose, struct arena *a)
{
	static const unsigned char separator[] = "rowgate purpose token ";
	unsigned char hash[HASH_BYTES];
	char *text = arena_bytes(a, 2 + 2 * HASH_BYTES + 1);
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, sizeof hash);
	crypto_generichash_update(&state, separator, sizeof separator);
	crypto_generichash_update(&state, (const unsigned char *)purpose.p, purpose.n);
	crypto_generichash_update(&state, (const unsigned char *)"", 1);
	crypto_generichash_update(&state, (const unsigned char *)token.p, token.n);
	crypto_generichash_final(&state, hash, sizeof hash);
	text[0] = '\\';
	text[1] = 'x';
	sodium_bin2hex(text + 2, 2 * HASH_BYTES + 1, hash, sizeof hash);
	return (struct str){ text, 2 + 2 * HASH_BYTES };
}

static int64_t ttl_at(const struct conf *conf, size_t offset)
{
	return *(const int64_t *)(const void *)((const char *)conf + offset);
}

int64_t mail_token_ttl(struct str purpose, const struct conf *conf)
{
	for (size_t i = 0; i < COUNT_OF(purposes); i++)
		if (str_eq(purpose, purposes[i].name))
			return ttl_at(conf, purposes[i].ttl);
	return 0;
}

struct str mail_token_offer(struct str token, const struct conf *conf, struct arena *a)
{
	struct buf out = buf_new(a, OFFER_MAX);
	struct jsonw w = { .out = &out };
	jsonw_open(&w, '{');
	for (size_t i = 0; i < COUNT_OF(purposes); i++) {
		jsonw_key(&w, purposes[i].name);
		jsonw_open(&w, '{');
		jsonw_member(&w, STR("hash"), mail_token_hash(token, purposes[i].name, a));
		jsonw_key(&w, STR("ttl"));
		jsonw_int(&w, ttl_at(conf, purposes[i].ttl));
		jsonw_close(&w, '}');
	}
	jsonw_close(&w, '}');
	return buf_str(&out);
}

bool mail_token_fault(struct fault *f)
{
	return fault_set(f, 401, "RGA15", STR("The link has been used, or its time is over"));
}
