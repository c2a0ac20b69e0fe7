/* Orders to sort and to search by: below 0, 0, above 0.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_ORDER_H
#define ROWGATE_BASE_ORDER_H

#include "base/str.h"

static inline int order_u32(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

/* Two of an array of struct str, for qsort(): bytewise. */
static inline int order_texts(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

#endif
