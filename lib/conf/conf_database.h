/* The database as a source: settings of the connecting role.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CONF_CONF_DATABASE_H
#define ROWGATE_CONF_CONF_DATABASE_H

#include "conf/conf_draft.h"

/* The keys that may be set in the database, as they are named there, as an array literal: {db_anon_role,...}, with a
 * NUL byte behind it, as a parameter of SQL has it. */
struct str conf_database_keys(struct arena *a);
/* Enters the settings; one that the database may not set is warned of. Always true. */
MUST_CHECK bool conf_database_read(struct conf_draft *d, const struct conf_setting *settings, size_t count);

#endif
