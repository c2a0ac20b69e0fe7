/* The option table as a reference for people.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CONF_CONF_REFERENCE_H
#define ROWGATE_CONF_CONF_REFERENCE_H

#include "base/buf.h"

/* The reference as Markdown: key, type, default, reloadable, in-database, help. */
void conf_reference(struct buf *out);
/* The keys that PostgREST does not have, as README.md shows them: key, default, help. */
void conf_reference_own(struct buf *out);

#endif
