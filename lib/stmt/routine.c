/* A call of a function by name with every argument a parameter, outside of any plan.
 * SPDX-License-Identifier: MIT */
#include "stmt/routine.h"

#include "stmt/parts.h"
#include "stmt/quote.h"

bool stmt_routine(struct stmt *out_r, struct str schema, struct str name, const struct str *values, size_t count,
	struct arena *a, struct fault *f)
{
	struct draft d = stmt_draft(a);
	stmt_sql(&d, "SELECT * FROM ");
	stmt_qualified(&d, schema, name);
	stmt_sql(&d, "(");
	for (size_t i = 0; i < count; i++) {
		if (i)
			stmt_sql(&d, ", ");
		stmt_value(&d, values[i]);
	}
	stmt_sql(&d, ")");
	return stmt_finish(out_r, &d, f);
}
