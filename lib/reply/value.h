/* One value of a built-in type, from PostgreSQL's text form to JSON.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_REPLY_VALUE_H
#define ROWGATE_REPLY_VALUE_H

#include <string.h>

#include "catalog/catalog.h"
#include "escape.h"
#include "spool.h"

/* Writes one value to `to`, which has room for ESCAPE_MOST * text.n + VALUE_EXTRA bytes; returns the end. */
typedef char *value_fn(char *to, struct str text);

/* What an encoder adds to the escaped text at most, and the longest text that is sure to fit one reservation. */
enum { VALUE_EXTRA = 16, VALUE_SHORT = SPOOL_RESERVE_MOST / ESCAPE_MOST - 1 - VALUE_EXTRA };

/* Writes the text as it is; returns the end. */
static inline char *value_append(char *to, struct str text)
{
	memcpy(to, text.p, text.n);
	return to + text.n;
}

/* What only to_json() can encode was passed through it by the statement and arrives as json: for it this is how text
 * is written. CAT_ENCODE_ARRAY is not a value's: see array.h. */
value_fn *value_encoder(enum cat_encoding encoding);
/* Whether that makes a JSON string of any text. */
bool value_is_text(value_fn *encode);
/* Whether the encoder writes the text as it is. */
bool value_is_raw(value_fn *encode);
/* A value of any length. */
void value_put(struct spool *out, value_fn *encode, struct str text);
/* A part of the inside of a string. */
void value_put_escaped(struct spool *out, struct str text);

#endif
