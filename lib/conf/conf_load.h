/* Loading a configuration: every source is heard, the highest wins, every value is checked.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CONF_CONF_LOAD_H
#define ROWGATE_CONF_CONF_LOAD_H

#include "base/fault.h"
#include "conf/conf.h"

/* Where the values of one load came from; all of it lives in the arena given to conf_load(). */
struct conf_source {
	const char *file;                    /* path, or NULL: none */
	char *const *environ;                /* NULL-terminated NAME=value, or NULL */
	const struct conf_setting *database; /* pgrst.* settings of the role, with or without the prefix, '_' for
	                                           '-', or NULL */
	size_t database_count;
	bool without_keys; /* for who needs no key of tokens: "@file" is left as it stands, readable or not */
};

/* Reads every source and checks every value. On failure the fault's message names file and line (or the
 * variable) and what was expected; http_status and code carry no meaning there. `@file` values are read here,
 * one trailing newline dropped. */
MUST_CHECK bool conf_load(struct conf *out_r, const struct conf_source *source, struct arena *a, struct fault *f);

#endif
