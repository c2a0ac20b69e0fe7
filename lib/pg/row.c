/* Reading one row of a PGresult.
 * SPDX-License-Identifier: MIT */
#include "row.h"

#include "inner.h"

size_t row_columns(const struct row *r)
{
	return (size_t)PQnfields(r->result);
}

struct str row_value(const struct row *r, size_t column)
{
	/* In the loop over every value of every row: one call fewer for what is not empty. */
	int n = PQgetlength(r->result, r->index, (int)column);
	if (n == 0 && PQgetisnull(r->result, r->index, (int)column))
		return STR_NONE;
	return (struct str){ PQgetvalue(r->result, r->index, (int)column), (size_t)n };
}

const char *row_name(const struct row *r, size_t column)
{
	return PQfname(r->result, (int)column);
}

uint32_t row_type(const struct row *r, size_t column)
{
	return PQftype(r->result, (int)column);
}
