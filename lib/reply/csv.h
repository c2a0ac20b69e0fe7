/* Rows as text/csv, byte for byte as PostgREST answers it: the text form of a record without its parentheses.
 *
 * So a value is quoted as PostgreSQL's record output quotes it (quotes and backslashes doubled, when there is one of
 * "\(), or a blank, or nothing in it), NULL is nothing, and the names of the header line are never quoted. The
 * select list must give every column's own text: no to_json() here.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_REPLY_CSV_H
#define ROWGATE_REPLY_CSV_H

#include "pg/conn.h"
#include "spool.h"

/* The names, without a line end. */
void csv_header(struct spool *out, const struct row *r);
/* The values, without a line end. */
void csv_row(struct spool *out, const struct row *r);

#endif
