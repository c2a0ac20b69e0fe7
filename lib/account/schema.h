/* The names of the accounts' schema and roles, as the configuration makes them.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_SCHEMA_H
#define ROWGATE_ACCOUNT_SCHEMA_H

#include "conf/conf.h"

/* auth-role-prefix in front of a role's name. */
struct str schema_role(const struct conf *conf, struct str name, struct arena *a);
/* The private schema's name. */
struct str schema_private(const struct conf *conf, struct arena *a);

#endif
