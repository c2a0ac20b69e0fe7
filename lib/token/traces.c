/* The private parts of keys, and how to find copies of them.
 * SPDX-License-Identifier: MIT */
#include "token/traces.h"

#include <sodium.h>
#include <string.h>

#include "base/arena.h"
#include "token/key.h"
#include "token/keys.h"
#include "token/tokenjson.h"

/* Shorter ones are no secret, and might be anything. */
enum { TRACE_MIN = 16 };

static unsigned char turned(unsigned char byte)
{
	return byte ^ 0xff;
}

static void add_trace(struct traces *t, const void *bytes, size_t n, struct arena *a)
{
	if (n < TRACE_MIN || t->count == TRACES_MAX)
		return;
	struct trace *trace = &t->all[t->count++];
	*trace = (struct trace){ arena_alloc(a, n), n };
	for (size_t i = 0; i < n; i++)
		trace->turned[i] = turned(((const unsigned char *)bytes)[i]);
}

/* RFC 7518 section 6.2.2 and 6.3.2, RFC 8037 section 2. */
static bool read_jwk(struct traces *t, struct json_object *jwk, struct arena *a)
{
	static const char *const parts[] = { "d", "p", "q", "dp", "dq", "qi" };
	size_t before = t->count;
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		struct str text = tokenjson_member(jwk, parts[i]);
		unsigned char *bytes = arena_alloc(a, text.n + 1);
		size_t n = 0;
		add_trace(t, text.p, text.n, a);
		if (sodium_base642bin(bytes, text.n, text.p, text.n, NULL, &n, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING)
			== 0)
			add_trace(t, bytes, n, a);
	}
	return t->count > before;
}

/* True when there is something private in it. */
static bool read_secret(struct traces *t, struct str secret, struct arena *a)
{
	struct json_object *json = str_starts(str_trim(secret), STR("{")) ? tokenjson_parse(secret, a) : NULL;
	struct json_object *set = json ? json_object_object_get(json, "keys") : NULL;
	if (!set)
		return json && read_jwk(t, json, a);
	bool found = false;
	size_t count = json_object_is_type(set, json_type_array) ? json_object_array_length(set) : 0;
	for (size_t i = 0; i < count; i++)
		found = read_jwk(t, json_object_array_get_idx(set, i), a) || found;
	return found;
}

void traces_read(struct traces *t, const struct conf *c, struct arena *a)
{
	struct str secret = c->jwt_secret;
	struct fault ignored = { 0 };
	read_secret(t, c->auth_signing_key, a);
	if (c->jwt_secret_is_base64 && !keys_decode(&secret, a, &ignored))
		return;
	/* In base64 it is written down once more. */
	if (read_secret(t, secret, a) && c->jwt_secret_is_base64)
		add_trace(t, c->jwt_secret.p, c->jwt_secret.n, a);
}

static bool is_copy(const char *bytes, const struct trace *trace)
{
	for (size_t i = 0; i < trace->n; i++)
		if (turned((unsigned char)bytes[i]) != trace->turned[i])
			return false;
	return true;
}

static void wipe_copies(const struct trace *trace, char *bytes, size_t n)
{
	char *end = bytes + n, *at = bytes;
	while ((at = memchr(at, turned(trace->turned[0]), (size_t)(end - at))) && (size_t)(end - at) >= trace->n) {
		bool found = is_copy(at, trace);
		if (found)
			sodium_memzero(at, trace->n);
		at += found ? trace->n : 1;
	}
}

void traces_wipe(const struct traces *t, char *bytes, size_t n)
{
	for (size_t i = 0; i < t->count; i++)
		wipe_copies(&t->all[i], bytes, n);
}

void traces_forget(struct traces *t)
{
	for (size_t i = 0; i < t->count; i++)
		sodium_memzero(t->all[i].turned, t->all[i].n);
	t->count = 0;
}
