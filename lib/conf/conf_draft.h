/* The draft of a configuration while it is loaded: who says what of a key, and whose word counts; private to lib/conf.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CONF_CONF_DRAFT_H
#define ROWGATE_CONF_CONF_DRAFT_H

#include "base/fault.h"
#include "conf/conf.h"

/* One source's word on one key. Where it stands ("file:12") is for the reader of an error. */
struct conf_given {
	struct str value, where;
	int rank; /* the highest wins; 0: not given */
};

/* By rising rank; of name and alias one beats the other from any source, as in PostgREST. */
enum conf_rank { CONF_FROM_FILE = 1, CONF_FROM_PGRST, CONF_FROM_ROWGATE, CONF_FROM_DATABASE, CONF_BY_WINNER = 8 };

struct conf_app_setting {
	struct conf_setting setting;
	struct str folded; /* the name in lower case, which is what PostgreSQL compares */
	struct str where;
	int rank;
	struct conf_app_setting *next;
};

/* What one load has heard so far; all of it lives in the arena. */
struct conf_draft {
	struct conf_given *given;          /* parallel to conf_options */
	struct conf_app_setting *settings; /* sorted by name */
	char *const *environ;              /* NULL-terminated NAME=value, or NULL */
	bool without_keys;                 /* conf_load.h */
	struct arena *arena;
	struct fault *fault;
};

/* Enters a value; false when no such key exists. */
bool conf_draft_offer(struct conf_draft *d, struct str key, struct str value, struct str where, int rank);
/* Enters an app.settings.* value. */
void conf_draft_app_setting(struct conf_draft *d, struct str name, struct str value, struct str where, int rank);
/* Fills the fault with "where: what"; always false. */
bool conf_draft_fault(struct conf_draft *d, struct str where, struct str what);

#endif
