/* Row ranges: the Range field, limit and offset, Content-Range, as PostgREST has them.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_HTTP_RANGE_H
#define ROWGATE_HTTP_RANGE_H

#include "request.h"

struct row_range {
	int64_t offset; /* 0: from the first row */
	int64_t limit;  /* rows at most, -1: no limit */
};

#define ROW_RANGE_ALL ((struct row_range){ 0, -1 })

/* `Range: a-b` or `a-`, for GET only (RFC 9110 section 14.2); anything else is ROW_RANGE_ALL. b < a is 416 PGRST103. */
/* The highest row: what no table can hold counts as this. Two of them still have a sum. */
#define ROW_MOST (INT64_MAX / 2)
/* Digits as a row, however many. */
int64_t range_row(struct str digits);
MUST_CHECK bool range_read(struct row_range *out_r, const struct request *r, struct fault *f);
/* Rows in both; limit 0 when there are none. */
struct row_range range_intersect(struct row_range x, struct row_range y);
/* The value of Content-Range: `lo-hi/total`; total < 0 gives `*`; no rows gives `*` before the slash. */
struct str range_content(struct arena *a, int64_t offset, int64_t rows, int64_t total);

#endif
