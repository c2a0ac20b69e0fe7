/* The header fields of a request, out of the params that a web server made of them.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_FRONT_FIELDS_H
#define ROWGATE_APP_FRONT_FIELDS_H

#include "base/arena.h"
#include "base/fault.h"
#include "http/request.h"

enum { FIELD_LINES_MAX = 1000 };

/* Fills the fields in, each name once: several lines of one are joined in their order, and of a single one the first
 * counts. Faults: 431 beyond max bytes or FIELD_LINES_MAX, 400 when a field came in two spellings; what was read so far
 * is there all the same, since an answer may depend on it. */
MUST_CHECK bool fields_read(struct request *r, char **params, size_t max, struct arena *a, struct fault *f);

#endif
