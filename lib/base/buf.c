/* A growing byte buffer in an arena that refuses to pass its maximum.
 * SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { FIRST_CAPACITY = 64 };

struct buf buf_new(struct arena *a, size_t max)
{
	return (struct buf){ .max = max, .arena = a };
}

struct buf buf_over(char *memory, size_t size)
{
	return (struct buf){ .p = memory, .capacity = size, .max = size };
}

static char *refuse_bytes(struct buf *b)
{
	b->overflow = true;
	return NULL;
}

/* Twice the capacity or more. Near its maximum a buffer grows to it at once, near the arena's ceiling to half of what
 * is left, never only to what is needed: appending stays linear there too. */
static bool grow(struct buf *b, size_t needed)
{
	size_t capacity = b->capacity < FIRST_CAPACITY ? FIRST_CAPACITY : b->capacity, left = arena_left(b->arena);
	while (capacity < needed && capacity <= b->max / 2)
		capacity *= 2;
	if (capacity < needed || capacity > b->max)
		capacity = b->max;
	if (needed > left) {
		arena_mark_overflow(b->arena);
		return false;
	}
	if (capacity > left)
		capacity = needed + (left - needed) / 2;
	b->p = arena_regrow(b->arena, b->p, b->capacity, capacity);
	b->capacity = capacity;
	return true;
}

char *buf_reserve(struct buf *b, size_t n)
{
	if (b->overflow)
		return NULL;
	if (n > b->max || b->n > b->max - n)
		return refuse_bytes(b);
	if ((b->capacity - b->n < n || !b->p) && !grow(b, b->n + n))
		return refuse_bytes(b);
	return b->p + b->n;
}

void buf_put(struct buf *b, struct str s)
{
	if (s.n == 0)
		return;
	char *to = buf_reserve(b, s.n);
	if (!to)
		return;
	memcpy(to, s.p, s.n);
	b->n += s.n;
}

void buf_char(struct buf *b, char c)
{
	char *to = buf_reserve(b, 1);
	if (!to)
		return;
	*to = c;
	b->n++;
}

void buf_u64(struct buf *b, uint64_t value)
{
	char digits[20];
	size_t at = sizeof digits;
	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	buf_put(b, (struct str){ digits + at, sizeof digits - at });
}

void buf_i64(struct buf *b, int64_t value)
{
	if (value >= 0) {
		buf_u64(b, (uint64_t)value);
		return;
	}
	buf_char(b, '-');
	buf_u64(b, 0 - (uint64_t)value);
}

void buf_printf(struct buf *b, const char *format, ...)
{
	char small[256];
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int length = vsnprintf(small, sizeof small, format, args);
	if (length < 0)
		abort();
	/* Not straight into the buffer: vsnprintf ends with a NUL byte, for which the maximum may have no room. */
	if ((size_t)length < sizeof small)
		buf_put(b, (struct str){ small, (size_t)length });
	else if (b->arena)
		buf_put(b, str_vprintf(b->arena, format, again));
	else
		b->overflow = true;
	va_end(again);
	va_end(args);
}

struct str buf_str(const struct buf *b)
{
	return (struct str){ b->p ? b->p : "", b->n };
}
