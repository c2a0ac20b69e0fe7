/* Any bytes as an array's text form: never more is read than there is, and of what is taken for an array of texts comes
 * JSON.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "query/payload.h"
#include "reply/array.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool collect(void *arg, struct str piece)
{
	buf_put(arg, piece);
	return true;
}

static bool is_utf8(struct str text)
{
	size_t n = 1;
	for (; text.n > 0 && n > 0; text = str_from(text, n))
		n = utf8_length(text);
	return n > 0;
}

static bool is_json(struct str text, struct arena *a)
{
	/* payload_json() reads objects: the array becomes the value of one. */
	struct str parts[] = { STR("[{\"a\":"), text, STR("}]") };
	struct payload p;
	struct fault f;
	return payload_json(&p, str_join(a, parts, 3, STR("")), SIZE_MAX, NULL, a, &f);
}

static void try(struct str text, enum cat_encoding encoding, char delimiter, struct arena *a)
{
	struct spool s = spool_new(a, SPOOL_RESERVE_MOST + 8 * text.n, STR_NONE, INT64_MAX);
	bool taken = array_put(&s, text, value_encoder(encoding), delimiter);
	struct buf out = buf_new(a, 8 * text.n + 64);
	if (!spool_drain(&s, collect, &out) || out.overflow)
		abort();
	if (taken && encoding == CAT_ENCODE_ESCAPED && is_utf8(text) && !is_json(buf_str(&out), a))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)256 << 20);
	/* A copy that ends where the bytes do, for the sanitizers. */
	struct str text = str_dup(a, (struct str){ (const char *)data, size });
	for (int encoding = 0; encoding < CAT_ENCODE_ARRAY; encoding++)
		try(text, (enum cat_encoding)encoding, ',', a);
	try(text, CAT_ENCODE_ESCAPED, ';', a);
	arena_free(a);
	return 0;
}
