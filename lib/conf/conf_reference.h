/* The option table as a reference for people.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CONF_CONF_REFERENCE_H
#define ROWGATE_CONF_CONF_REFERENCE_H

#include "base/buf.h"

/* The reference as Markdown: key, type, default, reloadable, in-database, help. */
void conf_reference(struct buf *out);

#endif
