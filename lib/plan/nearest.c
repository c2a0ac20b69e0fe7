/* Finds the most similar name by edit distance, among those that have letters in common.
 * SPDX-License-Identifier: MIT */
#include "plan/nearest.h"

#include <string.h>

#include "base/ascii.h"

enum { MAX_LENGTH = 512 }; /* longer names are not compared: the cost is the product of the lengths */

struct nearest nearest_of(struct str wanted, double least)
{
	return (struct nearest){ .wanted = wanted, .least = least, .score = least };
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
			size_t replaced = diagonal + (ascii_lower(x.p[i - 1]) != ascii_lower(y.p[j - 1]));
			diagonal = row[j];
			row[j] = least_of(row[j] + 1, row[j - 1] + 1, replaced);
		}
	}
	return row[y.n];
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ' ' || c == ',' || (unsigned char)c >= 0x80;
}

/* A name as its groups are taken of it. */
struct spelling {
	char text[MAX_LENGTH + 2];
	size_t n;
};

static void spell(struct spelling *out_r, struct str name)
{
	out_r->n = 0;
	out_r->text[out_r->n++] = '-';
	for (size_t i = 0; i < name.n; i++)
		if (is_word(ascii_lower(name.p[i])))
			out_r->text[out_r->n++] = ascii_lower(name.p[i]);
	out_r->text[out_r->n++] = '-';
}

/* How many pairs of equal groups of that size two words have. */
static size_t pairs(const struct spelling *x, const struct spelling *y, size_t group)
{
	size_t count = 0;
	for (size_t i = 0; i + group <= x->n; i++)
		for (size_t j = 0; j + group <= y->n; j++)
			count += memcmp(x->text + i, y->text + j, group) == 0;
	return count;
}

/* As the cosine of the angle between the words' vectors of groups orders candidates for one wanted word. */
static double common_of(const struct spelling *wanted, const struct spelling *candidate, size_t group)
{
	double both = (double)pairs(wanted, candidate, group);
	return both > 0 ? both * both / (double)pairs(candidate, candidate, group) : 0;
}

enum { GROUP_LEAST = 2, GROUP_MOST = 3, GROUP_ALL }; /* GROUP_ALL: the same name in any letters */

static void compare_groups(struct nearest *n)
{
	struct spelling wanted, candidate;
	spell(&wanted, n->wanted);
	spell(&candidate, n->best);
	n->group = str_eq_nocase(n->wanted, n->best) ? GROUP_ALL : GROUP_MOST;
	n->common = common_of(&wanted, &candidate, GROUP_MOST);
	if (n->group == GROUP_ALL || n->common > 0)
		return;
	n->common = common_of(&wanted, &candidate, GROUP_LEAST);
	n->group = n->common > 0 ? GROUP_LEAST : 0;
}

static bool is_nearer(const struct nearest *x, const struct nearest *than)
{
	if (x->group != than->group)
		return x->group > than->group;
	return x->score > than->score || (x->score >= than->score && x->common > than->common);
}

void nearest_offer(struct nearest *n, struct str candidate)
{
	size_t shorter = n->wanted.n < candidate.n ? n->wanted.n : candidate.n;
	size_t longer = n->wanted.n < candidate.n ? candidate.n : n->wanted.n;
	double least = n->group > GROUP_LEAST ? n->score : n->least;
	if (shorter == 0 || longer > MAX_LENGTH || (double)shorter < least * (double)longer)
		return;
	struct nearest offered = *n;
	offered.best = candidate;
	offered.score = 1 - (double)distance(n->wanted, candidate) / (double)longer;
	if (offered.score < least)
		return;
	compare_groups(&offered);
	if (offered.group > 0 && is_nearer(&offered, n))
		*n = offered;
}
