/* Text in HTML.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_HTML_H
#define ROWGATE_BASE_HTML_H

#include "base/buf.h"

/* Appends text as it may stand between tags and in a quoted attribute: & < > " ' become references. */
void html_escape(struct buf *out, struct str text);

#endif
