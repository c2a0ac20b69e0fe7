/* Finds the most similar name by edit distance.
 * SPDX-License-Identifier: MIT */
#include "plan/nearest.h"

enum { MAX_LENGTH = 512 }; /* longer names are not compared: the cost is the product of the lengths */

struct nearest nearest_of(struct str wanted, double least)
{
	return (struct nearest){ .wanted = wanted, .score = least };
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static size_t least_of(size_t x, size_t y, size_t z)
{
	size_t xy = x < y ? x : y;
	return xy < z ? xy : z;
}

/* One row of the matrix of distances at a time: row[j] is the distance of x's first i bytes to y's first j. */
static size_t distance(struct str x, struct str y)
{
	size_t row[MAX_LENGTH + 1];
	for (size_t j = 0; j <= y.n; j++)
		row[j] = j;
	for (size_t i = 1; i <= x.n; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= y.n; j++) {
			size_t replaced = diagonal + (lower(x.p[i - 1]) != lower(y.p[j - 1]));
			diagonal = row[j];
			row[j] = least_of(row[j] + 1, row[j - 1] + 1, replaced);
		}
	}
	return row[y.n];
}

void nearest_offer(struct nearest *n, struct str candidate)
{
	size_t shorter = n->wanted.n < candidate.n ? n->wanted.n : candidate.n;
	size_t longer = n->wanted.n < candidate.n ? candidate.n : n->wanted.n;
	if (shorter == 0 || longer > MAX_LENGTH || (double)shorter < n->score * (double)longer)
		return;
	double score = 1 - (double)distance(n->wanted, candidate) / (double)longer;
	if (score > n->score || (score >= n->score && !n->best.p)) {
		n->score = score;
		n->best = candidate;
	}
}
