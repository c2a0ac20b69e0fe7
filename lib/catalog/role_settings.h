/* The configuration kept in the database: pgrst.* settings of the connecting role, and db-pre-config.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CATALOG_ROLE_SETTINGS_H
#define ROWGATE_CATALOG_ROLE_SETTINGS_H

#include "conf/conf.h"
#include "pg/conn.h"

/* Settings made by `ALTER ROLE <connecting role> [IN DATABASE d] SET pgrst.key = value` (that of the database wins),
 * names without `pgrst.`; then those that the function named by pre_config (STR_NONE: none) sets. */
MUST_CHECK bool role_settings_load(struct conf_setting **settings_r, size_t *count_r, struct conn *c,
	struct str pre_config, struct arena *a, struct fault *f);

#endif
