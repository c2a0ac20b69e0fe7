/* Tokens that are mailed: each proves one thing, once (activate, reset, confirm).
 * SPDX-License-Identifier: MIT */
#include "account/mail_token.h"

#include <sodium.h>

enum { TOKEN_BYTES = 32, HASH_BYTES = 32 };
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

bool mail_token_fault(struct fault *f)
{
	return fault_set(f, 401, "RGA15", STR("The link has been used, or its time is over"));
}
