/* Arrays of built-in types, from PostgreSQL's text form to JSON, byte for byte as to_json writes them:
 * `[2:3]={a,"b \"c\""}` to ["a","b \"c\""].
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_REPLY_ARRAY_H
#define ROWGATE_REPLY_ARRAY_H

#include "value.h"

/* What an array has no more dimensions than (PostgreSQL's MAXDIM). */
enum { ARRAY_DIMENSIONS = 6 };

/* Writes the array; its elements go through `encode` and stand apart by `delimiter`. False: the text is not an array's,
 * and what was written is of no use. */
MUST_CHECK bool array_put(struct spool *out, struct str text, value_fn *encode, char delimiter);

#endif
