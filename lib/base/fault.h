/* The one error value: made where the fact is known, rendered in lib/reply/problem alone.
 *
 * Every stage has the shape `bool stage(result *out_r, ..., struct arena *a, struct fault *f)`: true with the
 * result, or false with the fault filled. The fault_* functions return false so that a stage can end with
 * `return fault_set(...)`. Texts live as long as the arena they were made in.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_FAULT_H
#define ROWGATE_BASE_FAULT_H

#include "str.h"

/* A stage whose result nobody looks at has failed in silence: every function that can fill a fault carries this. */
#define MUST_CHECK __attribute__((warn_unused_result))

struct fault_header {
	struct str name, value;
	const struct fault_header *next;
};

struct fault {
	int http_status;                    /* 0: no fault */
	struct str code;                    /* PGRSTnnn or an SQLSTATE */
	struct str message, details, hint;  /* STR_NONE renders as null */
	bool details_json;                  /* details is a JSON text, not a string */
	bool raised;                        /* made by RAISE SQLSTATE 'PGRST': rendered as it is, hint and details kept */
	struct str reason;                  /* status text of its own, or STR_NONE */
	struct str www_authenticate;        /* the whole field value, or STR_NONE */
	int retry_after;                    /* seconds, 0: no Retry-After */
	struct str sqlstate;                /* when PostgreSQL reported it */
	const struct fault_header *headers; /* further response headers, or NULL */
};

/* code is "PGRSTnnn" or an SQLSTATE and must outlive the fault. Always returns false. */
bool fault_set(struct fault *f, int http_status, const char *code, struct str message);
bool fault_printf(struct fault *f, struct arena *a, int http_status, const char *code, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* Return false too, to be chained at the end of a stage. */
bool fault_details(struct fault *f, struct str details);
bool fault_hint(struct fault *f, struct str hint);

#endif
