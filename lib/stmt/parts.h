/* The pieces that reads, writes and calls share.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_STMT_PARTS_H
#define ROWGATE_STMT_PARTS_H

#include "plan/apart.h"
#include "plan/call.h"
#include "plan/plan.h"
#include "plan/write.h"
#include "quote.h"

/* The name a body has where it stands as a table. */
#define STMT_BODY STR("pgrst_body")
/* The name of rows that a statement computes before it selects from them, and of what it selects. */
#define STMT_SOURCE "pgrst_source"
#define STMT_ROWS "_postgrest_t"
/* The name of a whole row among the columns of what was written. */
#define STMT_WRITTEN_ROW "pgrst_row"

/* "schema"."name" of the plan's relation or routine. */
void stmt_relation(struct draft *d, const struct plan *p);
/* ` WHERE ...` or nothing; columns are qualified by alias. */
void stmt_where(struct draft *d, struct str alias, const struct plan_condition *where);

/* The select list of the plan's rows: every output, encoded as the answer's media type wants it. */
void stmt_outputs(struct draft *d, const struct plan *p);
/* `SELECT` and the list; counting: as little as rows can be counted by, or groups. */
void stmt_selected(struct draft *d, const struct plan *p, bool counting);
/* What follows FROM and the plan's rows under their alias: joins of embeds, ` WHERE`, ` GROUP BY`, ` ORDER BY`,
 * ` LIMIT`, ` OFFSET`. Counting: only which rows there are, without order and range. */
void stmt_rest(struct draft *d, const struct plan *p, bool counting);
/* embed.c: names the columns of the plan's rows that its select list and embeds need, and of a write's its order, each
 * once: what a select below must give so that one over it under the same alias works. */
void stmt_needs(struct draft *d, const struct plan *p);

/* Pieces of a select, for any place of the tree; read.c and embed.c. */
void stmt_field(struct draft *d, struct str alias, const struct plan_field *field);
void stmt_output(struct draft *d, const struct plan *p, const struct plan_select *sel, const struct plan_output *out);
void stmt_values(struct draft *d, const struct plan *p, const struct plan_select *sel);
/* ` WHERE ...`: what ties an embed to what is around it (inside, around: both NULL at the root), the filters, and
 * what inner embeds ask for. */
void stmt_conditions(struct draft *d, const struct plan *p, const struct plan_select *sel,
	const struct plan_embed *inside, const struct plan_select *around, bool counting);
void stmt_group(struct draft *d, const struct plan *p, const struct plan_select *sel);
void stmt_order(struct draft *d, const struct plan *p, const struct plan_select *sel);
/* What a key of an order is. */
void stmt_ordered_by(struct draft *d, const struct plan *p, const struct plan_select *sel, const struct plan_key *key);
/* range.c: ` LIMIT` and ` OFFSET`. */
void stmt_range(struct draft *d, const struct plan *p, struct row_range range);
/* The value of an embed in the select list around it. */
void stmt_embed(struct draft *d, const struct plan *p, const struct plan_select *around, const struct plan_embed *e);
/* ` LEFT JOIN LATERAL ...` for each embed that must be one. */
void stmt_joins(struct draft *d, const struct plan *p, const struct plan_select *sel);
/* ` WHERE` the columns that tie an embed to what is around it are equal; false when there are none. */
bool stmt_ties(struct draft *d, const struct plan *p, const struct plan_embed *e, const struct plan_select *around);
/* `EXISTS (...)`: whether an embed has rows. */
void stmt_exists(struct draft *d, const struct plan *p, const struct plan_select *around, const struct plan_embed *e);
/* Whether an inner embed is told by EXISTS among the conditions, and not by a join; when counting always. */
bool stmt_tests(const struct plan *p, const struct plan_select *around, const struct plan_embed *e, bool counting);
/* A key of an embed's one row, to be ordered by. */
void stmt_key_of_embed(struct draft *d, const struct plan_key *key);

/* body.c: the body of a write as rows of the columns written, and the arguments of a call as one row; both named
 * STMT_BODY. */
void stmt_body_rows(struct draft *d, const struct plan *p);
void stmt_body_arguments(struct draft *d, const struct plan_call *call);
/* The column of that row that is this argument. */
struct str stmt_argument_column(const struct plan_argument *arg);

/* wrap.c: whether a select around the rows makes something else of them: the body, or features. */
bool stmt_gathers(const struct plan *p);
/* The select around the rows, in front of them and behind. */
void stmt_gather_open(struct draft *d, const struct plan *p);
void stmt_gather_close(struct draft *d);
/* What such selects are made of: the one value of a scalar, the aggregate of a handler, a row as a feature. */
void stmt_one_value(struct draft *d);
void stmt_handled(struct draft *d, const struct plan *p);
void stmt_feature(struct draft *d, const struct plan *p);

/* One statement each, in read.c, write.c and call.c. `counting`: only that there is a row, without order and range. */
void stmt_read(struct draft *d, const struct plan *p, bool counting);
void stmt_write(struct draft *d, const struct plan *p);
void stmt_call(struct draft *d, const struct plan *p, bool counting);
/* rows.c: the rows of a read or a call. Counted: all that the filters let through; an estimate counts no further than
 * it takes to know that there is more than db-max-rows. */
void stmt_plan_rows(struct draft *d, const struct plan *p, bool counting);
void stmt_counted(struct draft *d, const struct plan *p);
/* explain.c: EXPLAIN of the statement that would make the whole answer; the pieces of it that write.c and call.c make
 * are what stands in its WITH, and a representation selected from that. */
void stmt_explain(struct draft *d, const struct plan *p);
void stmt_write_source(struct draft *d, const struct plan *p);
void stmt_selected_from_source(struct draft *d, const struct plan *p);
void stmt_call_source(struct draft *d, const struct plan *p);

#endif
