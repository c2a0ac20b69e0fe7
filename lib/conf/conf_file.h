/* The configuration file as a source; private to lib/conf.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CONF_CONF_FILE_H
#define ROWGATE_CONF_CONF_FILE_H

#include "conf/conf_draft.h"

/* Enters what the file says, and those that it imports. False with the draft's fault filled. */
MUST_CHECK bool conf_file_read(struct conf_draft *d, const char *path);
/* A whole file of at most a megabyte, UTF-8 text unless it is raw; false with the reason. */
MUST_CHECK bool conf_slurp(struct str *out_r, const char *path, bool raw, struct arena *a, struct str *reason_r);

#endif
