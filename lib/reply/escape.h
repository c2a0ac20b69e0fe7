/* The inside of a JSON string for bytes that come from PostgreSQL: as fast as a copy, for text known to be UTF-8.
 *
 * For text of any other origin, and into a struct buf, there is json_escape() of base/jsonesc.h.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_REPLY_ESCAPE_H
#define ROWGATE_REPLY_ESCAPE_H

#include "base/str.h"

/* The most bytes that one byte of text becomes. */
#define ESCAPE_MOST 6

/* Writes text, without quotes, to `to`, which has room for ESCAPE_MOST * text.n bytes: \b \f \n \r \t \" \\ by
 * their short forms, other bytes below 0x20 as \u00xx in lower case, everything else as it is. Returns the end of what
 * was written. */
char *escape_to(char *to, struct str text);

#endif
