/* Row ranges: reading the Range field, intersecting, writing Content-Range.
 * SPDX-License-Identifier: MIT */
#include "http/range.h"

#include "base/scan.h"

int64_t range_row(struct str digits)
{
	int64_t row;
	return str_to_i64(digits, &row) && row < ROW_MOST ? row : ROW_MOST;
}

static bool take_row(struct scan *s, int64_t *out_r)
{
	struct str digits;
	if (!scan_set(s, "0123456789", SIZE_MAX, &digits))
		return false;
	*out_r = range_row(digits);
	return true;
}

bool range_read(struct row_range *out_r, const struct request *r, struct fault *f)
{
	struct scan s = scan_of(request_field(r, STR("range")));
	int64_t first, last = -1;
	*out_r = ROW_RANGE_ALL;
	if (r->method != HTTP_GET || !take_row(&s, &first) || !scan_char(&s, '-'))
		return true;
	bool open = !take_row(&s, &last);
	if (!scan_done(&s))
		return true;
	if (!open && last < first) {
		fault_set(f, 416, "PGRST103", STR("Requested range not satisfiable"));
		return fault_details(f,
			STR("The lower boundary must be lower than or equal to the upper boundary in the "
				"Range header."));
	}
	out_r->offset = first;
	if (!open && last - first < ROW_MOST)
		out_r->limit = last - first + 1;
	return true;
}

/* First row behind the range; INT64_MAX stands for no end. */
static int64_t range_end(struct row_range x)
{
	int64_t end;
	return x.limit < 0 || __builtin_add_overflow(x.offset, x.limit, &end) ? INT64_MAX : end;
}

struct row_range range_intersect(struct row_range x, struct row_range y)
{
	int64_t offset = x.offset > y.offset ? x.offset : y.offset;
	int64_t end = range_end(x) < range_end(y) ? range_end(x) : range_end(y);
	if (x.limit < 0 && y.limit < 0)
		return (struct row_range){ offset, -1 };
	return (struct row_range){ offset, end > offset ? end - offset : 0 };
}

struct str range_content(struct arena *a, int64_t offset, int64_t rows, int64_t total)
{
	struct str rest = total < 0 ? STR("*") : str_from_i64(a, total);
	if (rows <= 0)
		return str_join(a, (struct str[]){ STR("*"), rest }, 2, STR("/"));
	struct str shown[] = { str_from_i64(a, offset), str_from_i64(a, offset + rows - 1) };
	return str_join(a, (struct str[]){ str_join(a, shown, 2, STR("-")), rest }, 2, STR("/"));
}
