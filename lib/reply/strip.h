/* json_strip_nulls for the json inside a row: members that are null go, at every depth; array elements stay.
 *
 * Reads text that PostgreSQL has checked already: broken JSON gives broken JSON, never more than was read.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_REPLY_STRIP_H
#define ROWGATE_REPLY_STRIP_H

#include "base/str.h"
#include "spool.h"

/* What is kept from value to value; lives in the arena. */
struct strip;
struct strip *strip_new(struct arena *a);
/* Writes the JSON text without null members and without blanks, its strings escaped anew as PostgreSQL does. */
void strip_json(struct strip *s, struct spool *out, struct str json);
/* Whether the whole text is the literal null. */
bool strip_is_null(struct str json);

#endif
