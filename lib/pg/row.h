/* One row as it arrives: a view, valid during the call it is given to.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PG_ROW_H
#define ROWGATE_PG_ROW_H

#include "base/str.h"

struct row;

/* Columns are counted from 0, here and below; asking for others is a bug. */
size_t row_columns(const struct row *r);
/* A value in its text form; STR_NONE: NULL. */
struct str row_value(const struct row *r, size_t column);
/* Name and type OID (domains arrive as their base type) of a column. */
const char *row_name(const struct row *r, size_t column);
uint32_t row_type(const struct row *r, size_t column);

#endif
