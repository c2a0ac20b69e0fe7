/* The query string in its one canonical form, for Content-Location.
 * SPDX-License-Identifier: MIT */
#include "query/params.h"

#include <stdlib.h>

#include "base/buf.h"

/* By name, and pairs of one name as they came: their order in memory. */
static int by_name(const void *x, const void *y)
{
	const struct http_pair *const *a = x, *const *b = y;
	int order = str_cmp((*a)->name, (*b)->name);
	return order != 0 ? order : (*a > *b) - (*a < *b);
}

struct str params_canonical(const struct http_pair *pairs, size_t count, struct arena *a)
{
	const struct http_pair **sorted = arena_make_array(a, const struct http_pair *, count);
	for (size_t i = 0; i < count; i++)
		sorted[i] = &pairs[i];
	qsort(sorted, count, sizeof *sorted, by_name);
	struct buf out = buf_new(a, SIZE_MAX);
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && str_eq(sorted[i]->name, sorted[i - 1]->name)) {
			buf_char(&out, ',');
		} else {
			if (i > 0)
				buf_char(&out, '&');
			buf_put(&out, http_encode(a, sorted[i]->name));
			buf_char(&out, '=');
		}
		buf_put(&out, http_encode(a, sorted[i]->value));
	}
	return buf_str(&out);
}
