/* What records of the catalog's block refer to texts and to each other by.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CATALOG_REFER_H
#define ROWGATE_CATALOG_REFER_H

#include <stdint.h>

struct cat_text {
	uint32_t offset, length; /* offset 0: absent (STR_NONE) */
};

/* A run of records: [first, first + count) of the table it is said to index. */
struct cat_run {
	uint32_t first, count;
};

#define CAT_NONE UINT32_MAX

/* What it rests on that reading a relation or calling a function leaves nothing in the session: lists with commas, of
 * OIDs, and of the xmin of these functions and of these relations' policies and rules. Absent: nothing that changes. */
struct cat_proof {
	struct cat_text functions, relations, versions;
};

#endif
