/* The number of elements of an array, and the assertions that a table has a row for each of an enum's kinds.
 *
 * static_assert(COUNT_OF(table) == KIND_COUNT) stands beside every table that an enum indexes.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_COUNT_H
#define ROWGATE_BASE_COUNT_H

#include <assert.h>

/* An array's, not a pointer's: -Wsizeof-pointer-div tells. A constant expression. */
#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

#endif
