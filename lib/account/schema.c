/* The names of the accounts' schema and roles, as the configuration makes them.
 * SPDX-License-Identifier: MIT */
#include "account/schema.h"

#include "base/arena.h"

struct str schema_role(const struct conf *conf, struct str name, struct arena *a)
{
	return str_join(a, (struct str[]){ conf->auth_role_prefix.p ? conf->auth_role_prefix : STR(""), name }, 2, STR(""));
}

struct str schema_private(const struct conf *conf, struct arena *a)
{
	return str_join(a, (struct str[]){ conf->auth_schema, STR("_private") }, 2, STR(""));
}
