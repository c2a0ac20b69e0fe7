/* Rows as text/csv, as PostgREST answers it but for what no reader of CSV would understand.
 *
 * PostgREST's CSV is the text form of a record without its parentheses. So a value is quoted as PostgreSQL's record
 * output quotes it: when there is one of "\(), or a blank, or nothing in it; NULL is nothing. RFC 4180 doubles quotes
 * and nothing else, and quotes names, too; the text NULL is quoted, since unquoted it is read back as no value, and is
 * what stands for a row of nothing but one NULL, since blank lines are skipped. In PostgREST's dialect backslashes are
 * doubled, and names and that text are never quoted. The select list must give every column's own text: no to_json()
 * here.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_REPLY_CSV_H
#define ROWGATE_REPLY_CSV_H

#include "conf/conf.h"
#include "pg/conn.h"
#include "spool.h"

/* The names, without a line end. */
void csv_header(struct spool *out, const struct row *r, enum conf_csv dialect);
/* The values, without a line end. */
void csv_row(struct spool *out, const struct row *r, enum conf_csv dialect);

#endif
