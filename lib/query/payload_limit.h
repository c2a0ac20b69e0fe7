/* How much a body may name.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_QUERY_PAYLOAD_LIMIT_H
#define ROWGATE_QUERY_PAYLOAD_LIMIT_H

#include "base/arena.h"
#include "base/fault.h"

/* A relation has no more columns (MaxHeapAttributeNumber), a statement no more values. */
enum { PAYLOAD_COLUMNS_MAX = 1600, PAYLOAD_PAIRS_MAX = 65535 };

/* 413: more columns, keys or pairs than anything could take. Always returns false. */
bool payload_too_many(struct fault *f, const char *what, int most, struct arena *a);

#endif
