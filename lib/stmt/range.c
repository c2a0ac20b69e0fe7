/* Which part of the rows: LIMIT and OFFSET.
 * SPDX-License-Identifier: MIT */
#include "stmt/parts.h"

/* Whether many ask for so many rows: a digit with zeros behind it, what else pages are often of, and the most that the
 * configuration allows. They are few, so that requests for every number there is make few statements of one. */
static bool is_common(const struct plan *p, int64_t limit)
{
	static const int64_t others[] = { 12, 15, 16, 24, 25, 32, 64, 128, 150, 250, 256, 512, 1024 };
	const int64_t most = 100000;
	if (limit == p->conf->db_max_rows)
		return true;
	for (size_t i = 0; i < COUNT_OF(others); i++)
		if (limit == others[i])
			return true;
	int64_t digits = limit;
	while (digits >= 10 && digits % 10 == 0)
		digits /= 10;
	return digits < 10 && limit <= most;
}

/* Behind an offset, which is seldom the same, the limit is of no use to the planner. */
void stmt_range(struct draft *d, const struct plan *p, struct row_range range)
{
	bool kept = p->steady && range.offset == 0 && is_common(p, range.limit);
	if (range.limit >= 0) {
		stmt_sql(d, " LIMIT ");
		(kept ? stmt_digits : stmt_number)(d, range.limit);
	}
	if (range.offset > 0) {
		stmt_sql(d, " OFFSET ");
		stmt_number(d, range.offset);
	}
}
