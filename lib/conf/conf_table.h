/* The option table: a key is a row of it and a member of struct conf; private to lib/conf and its tests.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CONF_CONF_TABLE_H
#define ROWGATE_CONF_CONF_TABLE_H

#include "conf/conf.h"

/* Seconds and bytes are numbers with the unit in their help; bytes accept k, M, G; a mode is a file's, in octal. */
enum conf_type { CONF_TEXT, CONF_BOOL, CONF_INT, CONF_LIST, CONF_ENUM, CONF_SECONDS, CONF_BYTES, CONF_MODE };
enum { CONF_TYPES = CONF_MODE + 1 };

enum conf_flag {
	CONF_RELOAD = 1,    /* a reload takes it over */
	CONF_IN_DB = 2,     /* may be set as pgrst.NAME in the database */
	CONF_EMPTY = 4,     /* an empty value is a value; elsewhere it means "not given" */
	CONF_AT_FILE = 8,   /* "@path" stands for the content of a file */
	CONF_OLD_WINS = 16, /* given both ways the alias wins, as in PostgREST */
	CONF_OWN = 32,      /* not PostgREST's */
	CONF_DOLLARS = 64,  /* a dump doubles every dollar sign, as PostgREST's does for this key alone */
	CONF_RAW = 128,     /* a file that "@path" names may hold any bytes */
	CONF_KEY = 256      /* signs or verifies tokens: who does neither leaves its file alone */
};

struct conf_option {
	const char *name, *alias; /* alias: PostgREST's older name, or NULL */
	enum conf_type type;
	unsigned flags;
	size_t offset;                              /* of the field in struct conf */
	const char *fallback;                       /* the default as text; NULL: not set */
	const char *sample;                         /* what the sample file sets, where the default is the laxer one */
	int64_t min, max;                           /* numbers and modes */
	const char *const *words;                   /* CONF_ENUM: NULL-terminated, in the order of the C enum */
	const char *(*check)(const struct conf *c); /* what the value now in c should have been, or NULL: it is good */
	const char *complaint;                      /* CONF_ENUM: PostgREST's words for any other value */
	const char *help;
};

/* Sorted by name. */
extern const struct conf_option conf_options[];
extern const size_t conf_option_count;

/* The row of that name or alias, or NULL. */
const struct conf_option *conf_option_find(struct str name);
/* Keys of PostgREST that mean nothing here: accepted with a warning. */
bool conf_option_obsolete(struct str name);
/* DB_POOL or db_pool as the name of a key, db-pool, in the arena. */
struct str conf_option_key(struct str name, struct arena *a);

#endif
