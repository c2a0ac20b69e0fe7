/* Names, each once: open addressing with linear probing.
 * SPDX-License-Identifier: MIT */
#include "query/name_set.h"

#include <string.h>

/* The slot that holds the name, or the free one where it belongs. */
static size_t slot_of(const struct name_set *s, struct str name)
{
	size_t slot = str_hash(name) & s->mask;
	while (s->slots[slot] && !str_eq(s->names[s->slots[slot] - 1], name))
		slot = (slot + 1) & s->mask;
	return slot;
}

/* Makes room for capacity names and sorts those that are there into the new slots. */
static void resize(struct name_set *s, size_t capacity)
{
	struct str *names = arena_make_array(s->arena, struct str, capacity);
	size_t slots = 8;
	while (slots < capacity * 2)
		slots *= 2;
	if (s->count > 0)
		memcpy(names, s->names, s->count * sizeof *names);
	s->names = names;
	s->capacity = capacity;
	s->slots = arena_make_array(s->arena, uint32_t, slots);
	s->mask = slots - 1;
	for (size_t i = 0; i < s->count; i++)
		s->slots[slot_of(s, names[i])] = (uint32_t)(i + 1);
}

struct name_set name_set_new(size_t capacity, struct arena *a)
{
	struct name_set s = { .arena = a };
	resize(&s, capacity > 4 ? capacity : 4);
	return s;
}

bool name_set_add(struct name_set *s, struct str name)
{
	if (s->count == s->capacity)
		resize(s, s->capacity * 2);
	size_t slot = slot_of(s, name);
	if (s->slots[slot])
		return false;
	s->names[s->count++] = name;
	s->slots[slot] = (uint32_t)s->count;
	return true;
}

size_t name_set_find(const struct name_set *s, struct str name)
{
	size_t slot = slot_of(s, name);
	return s->slots[slot] ? s->slots[slot] - 1 : SIZE_MAX;
}
