/* Asks the database for its catalog and builds the block; the only code of lib/catalog that needs a connection.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CATALOG_LOAD_H
#define ROWGATE_CATALOG_LOAD_H

#include "catalog.h"
#include "conf/conf.h"
#include "pg/conn.h"

/* Runs the introspection queries of sql/introspection on a connection and builds the block in the arena. */
MUST_CHECK bool catalog_load(const struct catalog **out_r, struct conn *c, const struct conf *conf, struct arena *a,
	struct fault *f);

/* load_again.c: the catalog with the columns that these relations, none of them twice, have now, in the arena `kept`;
 * NULL when it says of them what the database says. By a flight on the connection of a request, whose arena is a. */
MUST_CHECK bool catalog_look_again(const struct catalog **out_r, const struct catalog *cat, const uint32_t *relations,
	size_t count, struct conn *c, struct arena *kept, struct arena *a, struct fault *f);

#endif
