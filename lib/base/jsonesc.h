/* One JSON string literal, escaped as PostgreSQL's to_json does it.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_JSONESC_H
#define ROWGATE_BASE_JSONESC_H

#include "base/buf.h"

/* Appends text as a JSON string with its quotes: \b \f \n \r \t \" \\, other control bytes as \u00xx in lower case,
 * everything else as it is. The text is taken to be UTF-8; bytes that are not become U+FFFD, one each, so that the
 * outcome is JSON whatever came in. */
void json_escape(struct buf *out, struct str text);

#endif
