/* The search_path a request runs under.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PLAN_PATH_H
#define ROWGATE_PLAN_PATH_H

#include "conf/conf.h"

/* The schema first, then db-extra-search-path, pg_temp last so that no temporary table can shadow a name. */
struct str path_of(struct str schema, const struct conf *c, struct arena *a);
/* What of it the configuration says: without pg_temp. */
struct str path_configured(struct str path);

#endif
