/* The configuration in the syntax of its file: what is in force, and a sample.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CONF_CONF_DUMP_H
#define ROWGATE_CONF_CONF_DUMP_H

#include "base/buf.h"
#include "conf/conf.h"

/* PostgREST's dump format, `key = "value"`, sorted; own: rowgate's own keys too, which PostgREST would not print.
 * Secrets are printed, as PostgREST does. */
void conf_dump(const struct conf *c, bool own, struct buf *out);
/* A commented sample file made from the option table. */
void conf_example(struct buf *out);

#endif
