/* The pieces that reads, writes and calls share.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_STMT_PARTS_H
#define ROWGATE_STMT_PARTS_H

#include "plan/call.h"
#include "plan/plan.h"
#include "plan/write.h"
#include "quote.h"

/* The name a body has where it stands as a table. */
#define STMT_BODY STR("pgrst_body")

/* "schema"."name" of the plan's relation or routine. */
void stmt_relation(struct draft *d, const struct plan *p);
/* The select list: every output, encoded as the answer's media type wants it. */
void stmt_outputs(struct draft *d, const struct plan *p);
/* ` WHERE ...` or nothing; columns are qualified by alias. */
void stmt_where(struct draft *d, struct str alias, const struct plan_condition *where);
/* ` GROUP BY`, ` ORDER BY`, ` LIMIT`, ` OFFSET` of the plan's rows, as far as they apply. */
void stmt_tail(struct draft *d, const struct plan *p);

/* The body of a write as rows of the columns written, and the arguments of a call as one row; both named STMT_BODY. */
void stmt_body_rows(struct draft *d, const struct plan *p);
void stmt_body_arguments(struct draft *d, const struct plan_call *call);

/* One statement each. `counting`: only that there is a row, without order and range. */
void stmt_read(struct draft *d, const struct plan *p, bool counting);
void stmt_write(struct draft *d, const struct plan *p);
void stmt_call(struct draft *d, const struct plan *p, bool counting);

#endif
