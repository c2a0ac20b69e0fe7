/* What `rowgate doctor` looks at and what it finds: the examination as one value, filled by the files of this room.
 *
 * What can be found is the table of checks.h. A look of one area reports by the id of a row; who prints goes through
 * the rows in order, so that what is printed does not depend on the order of looking.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_DOCTOR_DOCTOR_H
#define ROWGATE_APP_DOCTOR_DOCTOR_H

#include "app/doctor/checks.h"
#include "app/serve/generation.h"

struct doctor_finding {
	const struct doctor_check *check;
	struct str subject; /* what is at fault: a table, a role, a file */
	struct str command; /* what mends just this one, or STR_NONE: what the check says */
	const struct doctor_finding *next;
};

/* One area, and whether it could be looked at. */
struct doctor_area {
	struct str name;
	struct str what; /* what was there: a server's name and version, a URL */
	struct str why;  /* it was not looked at, or STR_NONE */
	bool failed;     /* it should have been, and could not */
	const struct doctor_area *next;
};

struct doctor {
	struct arena *arena;
	const char *file; /* of the configuration, or NULL */
	const struct conf *conf;
	const struct conf *written; /* the same, but keys that lie in files stand there as "@path" */
	struct generation *g;
	struct conn *conn; /* by db-uri, or NULL when there is none */
	struct str url;    /* of the API from outside, or STR_NONE */
	bool offline;      /* nobody but the database is asked */
	const struct doctor_finding *first, **last;
	const struct doctor_area *areas, **last_area;
};

/* Makes an empty examination. g owns what it finds. */
void doctor_begin(struct doctor *d, struct generation *g);
/* The check of that id must be in the table. Texts are copied. */
void doctor_report(struct doctor *d, const char *id, struct str subject, struct str command);
/* The same with a subject that is put together. */
void doctor_found(struct doctor *d, const char *id, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Says of an area that it was looked at. */
void doctor_looked(struct doctor *d, struct str area, struct str what);
/* Says why not. failed: that is no choice of whoever asked, and becomes the exit status. */
void doctor_not_looked(struct doctor *d, struct str area, struct str why, bool failed);
/* For connections: a database that says nothing for a while will not. */
bool doctor_wait(void *arg, int fd, bool for_write);
/* How many findings are of that severity. */
size_t doctor_count(const struct doctor *d, enum doctor_severity severity);

#endif
