/* What reply/rows.c has collected when reply/make.c writes status and fields.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_REPLY_ROWS_H
#define ROWGATE_REPLY_ROWS_H

#include "reply.h"

struct json_shape;
struct form;

struct reply_rows {
	const struct plan *plan;
	struct arena *arena;
	const struct form *form;
	struct json_shape *shape; /* once the columns are known */
	bool unfit;               /* they cannot be encoded */
	struct spool body;
	int64_t arrived;     /* rows that came */
	int64_t count;       /* those of them that were asked for: fewer when the plan passes over the others */
	struct str location; /* RESULT_LOCATION with exactly one row: ?key=eq.value&..., or STR_NONE */
};

/* Whether the body took everything that was written to it; if not, 500 and the fault says why. */
MUST_CHECK bool rows_spool_holds(struct spool *body, struct arena *a, struct fault *f);
/* Ends the body behind its last row. False when it could not be held. */
MUST_CHECK bool rows_end(struct reply_rows *rows, struct fault *f);
/* Rows of the answer: those that came or, when none were asked for, those that were affected. A function that returns
 * no set has one, whatever filters and ranges say of it. */
int64_t rows_total(const struct reply_rows *rows, const struct flight_outcome *outcome);

#endif
