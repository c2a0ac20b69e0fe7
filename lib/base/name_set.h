/* Names, each once, in order of arrival: a hash table over an array, whose hash is keyed (hash.h).
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_NAME_SET_H
#define ROWGATE_BASE_NAME_SET_H

#include "base/arena.h"
#include "base/str.h"

struct name_set {
	struct str *names; /* in order of arrival */
	size_t count, capacity;
	uint32_t *slots; /* index + 1 into names, 0: free; a power of two, twice the capacity or more. NULL: few names */
	size_t mask;
	struct arena *arena;
};

/* Room for about capacity names to begin with; it grows. */
struct name_set name_set_new(size_t capacity, struct arena *a);
/* Adds the name unless it is there; false when it was. The bytes are not copied. */
bool name_set_add(struct name_set *s, struct str name);
/* Index of the name, or SIZE_MAX. */
size_t name_set_find(const struct name_set *s, struct str name);

#endif
