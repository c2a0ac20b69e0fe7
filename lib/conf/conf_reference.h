/* The option table as a reference for people.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CONF_CONF_REFERENCE_H
#define ROWGATE_CONF_CONF_REFERENCE_H

#include "base/buf.h"

/* Every key as a Markdown table: key, whether PostgREST has it, type, default, whether a reload takes it over and the
 * database may set it, help. */
void conf_reference(struct buf *out);
/* The keys that PostgREST does not have: key, default, help. */
void conf_reference_own(struct buf *out);

#endif
