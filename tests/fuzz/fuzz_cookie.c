/* Any bytes as a Cookie field: whatever pairs are found lie in the field and have names, the one of a name that is
 * there once is what http_cookie() says, and nothing is taken for the site's own that is not.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "token/cookie.h"

#include "http/cookie.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

static bool is_within(struct str part, struct str whole)
{
	return part.p >= whole.p && part.p + part.n <= whole.p + whole.n;
}

static size_t count_of(struct str field, struct str name)
{
	struct http_pair pair;
	size_t count = 0;
	while (http_cookie_next(&pair, &field))
		count += str_eq(pair.name, name);
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { LOOKED_AT = 64 };
	const struct cookie_rules on = { .on = true }, off = { .on = false };
	struct http_field fields[] = { { STR("cookie"), { (const char *)data, size } } };
	struct request r = { .fields = fields, .field_count = 1 };
	struct str field = fields[0].value, rest = field;
	struct http_pair pair;
	size_t pairs = 0;
	while (http_cookie_next(&pair, &rest) && pairs++ < LOOKED_AT) {
		check(pair.name.n > 0 && is_within(pair.name, field) && is_within(pair.value, field));
		check(!str_has(pair.name, ';') && !str_has(pair.name, '=') && !str_has(pair.value, ';'));
		struct str found = http_cookie(&r, pair.name);
		check(count_of(field, pair.name) == 1 ? found.p == pair.value.p && found.n == pair.value.n : !found.p);
	}
	struct str access = cookie_access(&on, &r);
	check(!access.p || (count_of(field, STR(HTTP_COOKIE_ACCESS)) == 1 && is_within(access, field)));
	check(!cookie_access(&off, &r).p);
	return 0;
}
