/* What can be found, as one table: an id, how bad it is, what it is called, what to do.
 *
 * deploy/docs/reference/doctor.md explains every id; a test compares. An id is never used for something else.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_DOCTOR_CHECKS_H
#define ROWGATE_APP_DOCTOR_CHECKS_H

#include "base/buf.h"

enum doctor_severity { DOCTOR_ERROR, DOCTOR_WARNING, DOCTOR_NOTE };
enum { DOCTOR_SEVERITY_COUNT = DOCTOR_NOTE + 1 };

struct doctor_check {
	const char *id;
	enum doctor_severity severity;
	const char *title; /* what is wrong, for a line: no full stop */
	const char *cure;  /* what to do, as a sentence */
	/* A query of sql/doctor that gives a row for each thing at fault: what it is, and the command that mends it or
	 * NULL. Without it a look in C reports the id. */
	const char *sql;
};

/* The rows in the order of their ids; a row without an id is behind the last. */
extern const struct doctor_check checks[];

/* What stands in front of every query, with its parameters $1 to $7. */
extern const char *const checks_given;

/* The row of an id, or NULL. */
const struct doctor_check *checks_find(const char *id);
/* "error", "warning" or "note". */
struct str checks_word(enum doctor_severity severity);
/* Appends a line for each row: id, severity and title, with tabs between. */
void checks_list(struct buf *out);

#endif
