/* Request bodies: what they are by Content-Type, their shape and keys.
 *
 * JSON goes to PostgreSQL as the client sent it: the scanner only reads over the bytes. A form sent to a relation and
 * CSV sent to a function are rewritten as JSON. CSV sent to a relation becomes an array literal for each column: that
 * is as large as the text itself, where JSON would name every column in every row, and PostgreSQL reads it in two
 * thirds of the time.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_QUERY_PAYLOAD_H
#define ROWGATE_QUERY_PAYLOAD_H

#include "payload_limit.h"
#include "query.h"

/* Reads the body into q->payload when the action has one. Faults: 400 PGRST102, 413 when it names too much or
 * its rewriting outgrows the request's memory, 507 when server-spool-dir is full, WATCH_LEFT. */
MUST_CHECK bool payload_read(struct query *q, const struct request *r, const struct conf *c, struct arena *a,
	struct fault *f);

/* payload_json.c: validates a JSON text (RFC 8259; strings that are UTF-8 and hold no half of a surrogate pair;
 * nesting at most 10,000 deep, constant stack) and reads its shape: one object or an array of objects, the keys of
 * the first; every further object must have the same set of keys, else 400 PGRST102 "All object keys must match". A
 * scalar counts as []. More keys than `most` are 413. One pass, linear time, memory proportional to the first object's
 * keys. */
MUST_CHECK bool payload_json(struct payload *out_r, struct str body, size_t most, const struct watch *w,
	struct arena *a, struct fault *f);
/* payload_csv.c: reads CSV as RFC 4180 has it, with a header line, blank lines skipped; an unquoted field that is
 * empty or the word NULL is null, with csv-dialect postgrest the word alone, quoted or not. Lines end in CR, LF or
 * both. PAYLOAD_ARRAYS, or PAYLOAD_JSON for a call and when there is no row. Of fields with one name the last counts.
 * A header of more fields than PAYLOAD_COLUMNS_MAX is 413. */
MUST_CHECK bool payload_csv(struct payload *out_r, const struct request *r, bool for_call, const struct conf *c,
	struct arena *a, struct fault *f);

#endif
