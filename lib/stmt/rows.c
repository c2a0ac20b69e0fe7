/* The rows of a read or a call: as they are asked for, or to be counted.
 * SPDX-License-Identifier: MIT */
#include "stmt/parts.h"

void stmt_plan_rows(struct draft *d, const struct plan *p, bool counting)
{
	if (p->kind == PLAN_CALL)
		stmt_call(d, p, counting);
	else
		stmt_read(d, p, counting);
}

void stmt_counted(struct draft *d, const struct plan *p)
{
	stmt_plan_rows(d, p, true);
	if (p->count == COUNT_ESTIMATED && p->conf->db_max_rows >= 0) {
		stmt_sql(d, " LIMIT ");
		stmt_number(d, p->conf->db_max_rows + 1);
	}
}
