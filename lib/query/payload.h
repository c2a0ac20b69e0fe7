/* Request bodies: shape and keys read by a scanner of our own over the bytes, which are never rewritten.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_QUERY_PAYLOAD_H
#define ROWGATE_QUERY_PAYLOAD_H

#include "query.h"

/* Validates a JSON text (RFC 8259, nesting at most 10,000 deep, constant stack) and reads its shape: one object or an
 * array of objects, the keys of the first; every further object must have the same set of keys, else 400 PGRST102
 * "All object keys must match". One pass, linear time, memory proportional to the first object's keys. */
bool payload_json(struct payload *out_r, struct str body, struct arena *a, struct fault *f);

#endif
