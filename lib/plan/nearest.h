/* The nearest of many names to one that was not found, as the search that PostgREST uses finds it.
 *
 * Similarity is 1 less the Levenshtein distance over the longer length, letters in any case. Only names that have three
 * letters in a row in common count, and if there are none, those that have two: the ends of a name count as letters,
 * all that is neither letter, digit, space nor comma is passed over. Of names that are equally similar the one with the
 * most of such groups in common, for its length, is the nearest.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PLAN_NEAREST_H
#define ROWGATE_PLAN_NEAREST_H

#include "base/arena.h"
#include "base/str.h"

struct nearest {
	struct str wanted;
	double least;    /* score that counts */
	double score;    /* of best */
	double common;   /* how much best has in common with wanted */
	size_t group;    /* of how many letters; 0: there is no best */
	struct str best; /* STR_NONE: nothing near enough */
};

/* Scores below least do not count. */
struct nearest nearest_of(struct str wanted, double least);
/* Looks at one candidate; of equal ones the first stays. */
void nearest_offer(struct nearest *n, struct str candidate);

#endif
