/* The environment as a source: PGRST_KEY and ROWGATE_KEY; private to lib/conf.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CONF_CONF_ENVIRON_H
#define ROWGATE_CONF_CONF_ENVIRON_H

#include "conf/conf_draft.h"

/* Enters what the variables say. False with the draft's fault filled. */
MUST_CHECK bool conf_environ_read(struct conf_draft *d, char *const *vars);
/* The value of a variable, or STR_NONE; vars may be NULL. */
struct str conf_environ_get(char *const *vars, struct str name);

#endif
