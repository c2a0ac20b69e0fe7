/* The option table and what its readers and writers share; private to lib/base/conf*.c and their tests.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CONF_CONF_TABLE_H
#define ROWGATE_CONF_CONF_TABLE_H

#include "conf/conf.h"

enum conf_flag {
	CONF_RELOAD = 1,    /* a reload takes it over */
	CONF_IN_DB = 2,     /* may be set as pgrst.NAME in the database */
	CONF_EMPTY = 4,     /* an empty value is a value; elsewhere it means "not given" */
	CONF_AT_FILE = 8,   /* "@path" stands for the content of a file */
	CONF_OLD_WINS = 16, /* given both ways the alias wins, as in PostgREST */
	CONF_OWN = 32,      /* not PostgREST's */
	CONF_DOLLARS = 64   /* a dump doubles every dollar sign, as PostgREST's does for this key alone */
};

struct conf_option {
	const char *name, *alias; /* alias: PostgREST's older name, or NULL */
	enum conf_type type;
	unsigned flags;
	size_t offset;                              /* of the field in struct conf */
	const char *fallback;                       /* the default as text; NULL: not set */
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

/* Puts a value into its field of c. False with what was expected instead. */
bool conf_value_read(struct conf *c, const struct conf_option *o, struct str text, struct arena *a,
	struct str *expected_r);
/* What PostgREST says of such a value, STR_NONE when it says nothing. */
struct str conf_value_complaint(const struct conf_option *o, struct str text, struct arena *a);
/* What the field is before anything is read: "not set". */
void conf_value_unset(struct conf *c, const struct conf_option *o);
/* Appends the field's value in the file's syntax; "" when not set. */
void conf_value_write(struct buf *out, const struct conf_option *o, const struct conf *c);
/* Appends text as a quoted value of the file's syntax. */
void conf_value_quote(struct buf *out, struct str text);
/* What PostgREST makes of a word or number where it wants a text: "Bool True", "Number 5.0". */
struct str conf_value_shown(struct str bare, struct arena *a);

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

struct conf_draft {
	struct conf_given *given;          /* parallel to conf_options */
	struct conf_app_setting *settings; /* sorted by name */
	const struct conf_source *source;
	struct arena *arena;
	struct fault *fault;
};

/* Enters a value; false when no such key exists. */
bool conf_draft_offer(struct conf_draft *d, struct str key, struct str value, struct str where, int rank);
/* Enters an app.settings.* value. */
void conf_draft_app_setting(struct conf_draft *d, struct str name, struct str value, struct str where, int rank);
/* Fills the fault with "where: what"; always false. */
bool conf_draft_fault(struct conf_draft *d, struct str where, struct str what);

/* The sources. Each is false with the draft's fault filled. */
bool conf_file_read(struct conf_draft *d, const char *path);
bool conf_environ_read(struct conf_draft *d, char *const *vars);
bool conf_database_read(struct conf_draft *d, const struct conf_setting *settings, size_t count);
/* The value of a variable, or STR_NONE; vars may be NULL. */
struct str conf_environ_get(char *const *vars, struct str name);
/* A whole file of at most a megabyte; false with the reason. */
bool conf_slurp(struct str *out_r, const char *path, struct arena *a, struct str *reason_r);

#endif
