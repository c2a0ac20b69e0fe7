/* Writes a JSON document piece by piece into a buffer and sets the commas itself.
 *
 * The caller keeps brackets balanced and gives each key one value; the buffer's sticky overflow is looked at once.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_JSONW_H
#define ROWGATE_BASE_JSONW_H

#include "base/buf.h"

struct jsonw {
	struct buf *out;
	bool comma; /* a value stands in front: the next one is separated from it */
};

/* '{' or '['. */
void jsonw_open(struct jsonw *w, char bracket);
/* '}' or ']'. */
void jsonw_close(struct jsonw *w, char bracket);
void jsonw_key(struct jsonw *w, struct str key);
/* A string; STR_NONE is null. */
void jsonw_text(struct jsonw *w, struct str text);
void jsonw_int(struct jsonw *w, int64_t value);
void jsonw_bool(struct jsonw *w, bool value);
/* A value that is JSON already. */
void jsonw_raw(struct jsonw *w, struct str json);
/* A key and its string; nothing at all when text is STR_NONE. */
void jsonw_member(struct jsonw *w, struct str key, struct str text);

#endif
