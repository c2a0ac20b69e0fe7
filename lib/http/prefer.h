/* Preferences of RFC 7240 as PostgREST knows them.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_HTTP_PREFER_H
#define ROWGATE_HTTP_PREFER_H

#include "request.h"

enum prefer_resolution { RESOLUTION_NONE, RESOLUTION_MERGE, RESOLUTION_IGNORE };
enum prefer_return { RETURN_UNSET, RETURN_MINIMAL, RETURN_HEADERS, RETURN_REPRESENTATION };
enum prefer_count { COUNT_NONE, COUNT_EXACT, COUNT_PLANNED, COUNT_ESTIMATED };
enum prefer_missing { MISSING_UNSET, MISSING_NULL, MISSING_DEFAULT };
enum prefer_tx { TX_UNSET, TX_COMMIT, TX_ROLLBACK };
enum prefer_handling { HANDLING_UNSET, HANDLING_LENIENT, HANDLING_STRICT };

/* No limit: what no count is beyond. */
#define MAX_AFFECTED_NONE INT64_MAX

struct prefer {
	enum prefer_resolution resolution;
	enum prefer_return ret;
	enum prefer_count count;
	enum prefer_missing missing;
	enum prefer_tx tx;
	enum prefer_handling handling;
	struct str timezone;       /* as sent, or STR_NONE */
	int64_t max_affected;      /* MAX_AFFECTED_NONE: not given; a negative one no change can keep to */
	const struct str *invalid; /* preferences not understood, in order */
	size_t invalid_count;
};

/* Reads every Prefer field; the first of a kind wins. Whether tx= may be used is the planner's to say. */
void prefer_read(struct prefer *out_r, const struct request *r, struct arena *a);
/* 400 PGRST122 when handling=strict came with anything that is not understood. */
MUST_CHECK bool prefer_check(const struct prefer *p, struct arena *a, struct fault *f);
/* The Preference-Applied value for what was in force, or STR_NONE. Pass a copy in which what did not apply to the
 * request is unset. */
struct str prefer_applied(const struct prefer *p, struct arena *a);

#endif
