/* Names, each once: an array that is looked through while it is short, then open addressing with linear probing.
 * SPDX-License-Identifier: MIT */
#include "base/name_set.h"

#include <string.h>

#include "base/hash.h"

/* As many names are compared sooner than one is hashed; most requests have no more. */
enum { FEW = 16 };

/* The slot that holds the name, or the free one where it belongs. */
static size_t slot_of(const struct name_set *s, struct str name)
{
	size_t slot = hash_of(s->arena, name) & s->mask;
	while (s->slots[slot] && !str_eq(s->names[s->slots[slot] - 1], name))
		slot = (slot + 1) & s->mask;
	return slot;
}

/* Sorts the names into new slots, twice as many as there is room for names or more. */
static void sort_in(struct name_set *s)
{
	size_t slots = 8;
	while (slots < s->capacity * 2)
		slots *= 2;
	s->slots = arena_make_array(s->arena, uint32_t, slots);
	s->mask = slots - 1;
	for (size_t i = 0; i < s->count; i++)
		s->slots[slot_of(s, s->names[i])] = (uint32_t)(i + 1);
}

static void grow_names(struct name_set *s)
{
	struct str *names = arena_make_array(s->arena, struct str, s->capacity * 2);
	memcpy(names, s->names, s->count * sizeof *names);
	s->names = names;
	s->capacity *= 2;
	if (s->slots)
		sort_in(s);
}

struct name_set name_set_new(size_t capacity, struct arena *a)
{
	struct name_set s = { .capacity = capacity > 4 ? capacity : 4, .arena = a };
	s.names = arena_make_array(a, struct str, s.capacity);
	return s;
}

bool name_set_add(struct name_set *s, struct str name)
{
	if (s->count == s->capacity)
		grow_names(s);
	if (s->count == FEW && !s->slots)
		sort_in(s);
	size_t slot = s->slots ? slot_of(s, name) : 0;
	if (s->slots ? s->slots[slot] != 0 : name_set_find(s, name) != SIZE_MAX)
		return false;
	s->names[s->count++] = name;
	if (s->slots)
		s->slots[slot] = (uint32_t)s->count;
	return true;
}

size_t name_set_find(const struct name_set *s, struct str name)
{
	if (s->slots) {
		size_t slot = slot_of(s, name);
		return s->slots[slot] ? s->slots[slot] - 1 : SIZE_MAX;
	}
	for (size_t i = 0; i < s->count; i++)
		if (str_eq(s->names[i], name))
			return i;
	return SIZE_MAX;
}
