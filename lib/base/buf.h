/* A growing byte buffer in an arena, with a maximum of its own and a sticky overflow.
 *
 * After the first append that would pass the maximum every call is a no-op and `overflow` stays set, so
 * straight-line code appends without checks and looks once at the end. Growing doubles: up to twice the final
 * size stays in the arena until its reset.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_BUF_H
#define ROWGATE_BASE_BUF_H

#include "str.h"
#include <stdarg.h>

struct buf {
	char *p;
	size_t n; /* bytes in use */
	size_t capacity;
	size_t max;
	bool overflow;
	struct arena *arena;
};

/* An empty buffer that may grow to max bytes. */
struct buf buf_new(struct arena *a, size_t max);
/* An empty buffer over size bytes of the caller's: needs no arena and never grows. */
struct buf buf_over(char *memory, size_t size);
/* Room for n more bytes; returns where to write them, or NULL after an overflow. Does not change n. */
char *buf_reserve(struct buf *b, size_t n);
void buf_put(struct buf *b, struct str s);
void buf_char(struct buf *b, char c);
void buf_u64(struct buf *b, uint64_t value);
void buf_i64(struct buf *b, int64_t value);
/* Over a caller's memory at most 255 bytes a call. */
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* buf_lit(b, "text"): a literal without strlen. */
#define buf_lit(b, literal) buf_put((b), STR(literal))
/* What has been written; a view, valid until the next append. p is never NULL. */
struct str buf_str(const struct buf *b);

#endif
