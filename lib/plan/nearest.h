/* The nearest of many names to one that was not found.
 *
 * Similarity is 1 less the Levenshtein distance over the longer length, letters in any case, as the search that
 * PostgREST uses scores its candidates.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PLAN_NEAREST_H
#define ROWGATE_PLAN_NEAREST_H

#include "base/arena.h"
#include "base/str.h"

struct nearest {
	struct str wanted;
	double score;        /* of best; at first the least that counts */
	struct str best;     /* STR_NONE: nothing near enough */
};

/* Scores below least do not count. */
struct nearest nearest_of(struct str wanted, double least);
/* Looks at one candidate; of equal ones the first stays. */
void nearest_offer(struct nearest *n, struct str candidate);

#endif
