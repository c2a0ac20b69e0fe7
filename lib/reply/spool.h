/* Bytes of an answer: a bounded buffer first, an unlinked temporary file beyond it.
 *
 * Content-Range and status stay exact while memory stays flat, because nothing leaves before the end is known. The
 * buffer starts small and grows, so a small answer costs a small buffer. After the first failure every call is a
 * no-op: writers look once, at the end, at spool_broken().
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_REPLY_SPOOL_H
#define ROWGATE_REPLY_SPOOL_H

#include "base/arena.h"
#include "base/str.h"

/* What spool_reserve() can always give, however small a buffer was asked for. */
#define SPOOL_RESERVE_MOST ((size_t)4096)

struct spool {
	char *p; /* the buffer, capacity bytes */
	size_t n, capacity;
	size_t buffer;   /* what capacity may grow to */
	struct str dir;  /* where the file is made when the buffer is full; STR_NONE: it never is */
	int fd;          /* -1: all in the buffer */
	int64_t flushed; /* bytes already in the file; the rest is in the buffer */
	int64_t max;     /* bytes in all */
	bool failed;     /* sticky: the file could not be made, written or read */
	int error;       /* errno of that */
	bool overflow;   /* sticky: max was passed */
	struct arena *arena;
};

/* An empty spool that keeps up to `buffer` bytes (at least SPOOL_RESERVE_MOST) in the arena; the file, if one is
 * made, is closed with the arena. */
struct spool spool_new(struct arena *a, size_t buffer, struct str dir, int64_t max);
/* A spool that holds a copy of bytes and never needs a file: for answers made in one piece. */
struct spool spool_of(struct arena *a, struct str bytes);
void spool_put(struct spool *s, struct str bytes);
/* Room for n bytes (1 to SPOOL_RESERVE_MOST), or NULL after a failure; add what was used to s->n. */
char *spool_reserve(struct spool *s, size_t n);
int64_t spool_length(const struct spool *s);
/* Whether anything is missing; what was written last may have passed max unseen until now. */
bool spool_broken(struct spool *s);
/* Hands the bytes to emit() in order, in pieces; false as soon as emit() returns false or reading fails. May be
 * called again. */
bool spool_drain(struct spool *s, bool (*emit)(void *arg, struct str piece), void *arg);
/* Forgets what was written, failures too; keeps buffer and file. */
void spool_clear(struct spool *s);

/* spool_reserve() without a call while the buffer has room. */
static inline char *spool_room(struct spool *s, size_t n)
{
	return s->capacity - s->n >= n ? s->p + s->n : spool_reserve(s, n);
}

static inline void spool_char(struct spool *s, char byte)
{
	char *to = spool_room(s, 1);
	if (!to)
		return;
	*to = byte;
	s->n++;
}

#endif
