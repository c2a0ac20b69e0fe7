/* Any bytes as a json column under nulls=stripped: never more is read than there is, and of JSON comes JSON that
 * stripping does not change again.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/arena.h"
#include "query/payload.h"
#include "reply/strip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool collect(void *arg, struct str piece)
{
	buf_put(arg, piece);
	return true;
}

static struct str stripped(struct str json, struct arena *a)
{
	struct spool s = spool_new(a, SPOOL_RESERVE_MOST + 8 * json.n, STR_NONE, INT64_MAX);
	strip_json(strip_new(a), &s, json);
	struct buf out = buf_new(a, 8 * json.n + 64);
	if (!spool_drain(&s, collect, &out) || out.overflow)
		abort();
	return buf_str(&out);
}

static bool is_json(struct str text, struct arena *a)
{
	struct payload p;
	struct fault f;
	return payload_json(&p, text, SIZE_MAX, NULL, a, &f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)256 << 20);
	struct str raw = { (const char *)data, size };
	stripped(raw, a);
	/* payload_json() reads objects: the bytes become the value of one. */
	struct str parts[] = { STR("[{\"a\":"), raw, STR("}]") };
	struct str whole = str_join(a, parts, 3, STR(""));
	if (is_json(whole, a)) {
		struct str once = stripped(whole, a);
		if (!str_eq(stripped(once, a), once))
			abort();
	}
	arena_free(a);
	return 0;
}
