/* Writes a syntax tree as one line of text, for tables of input and expected output.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_TESTS_QUERY_SHOW_H
#define ROWGATE_TESTS_QUERY_SHOW_H

#include "query/query.h"

/* "id,a:b->c::int,rel!inner(*) | {} and(id.eq.5) order(a.desc) range(0,5) | {rel} ..." */
struct str show_query(const struct query *q, struct arena *a);
/* "400 PGRST100 message | details | hint", the last two only if they are there. */
struct str show_fault(const struct fault *f, struct arena *a);

#endif
