/* Bytes of an answer: a bounded buffer first, an unlinked temporary file beyond it.
 *
 * Content-Range and status stay exact while memory stays flat, because nothing leaves before the end is known.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_REPLY_SPOOL_H
#define ROWGATE_REPLY_SPOOL_H

#include "base/arena.h"
#include "base/str.h"

struct spool {
	char *p;               /* the buffer, capacity bytes */
	size_t n, capacity;
	struct str dir;        /* where the file is made when the buffer is full */
	int fd;                /* -1: all in the buffer */
	int64_t flushed;       /* bytes already in the file; the rest is in the buffer */
	int64_t max;           /* bytes in all */
	bool failed;           /* sticky: the file could not be written; see overflow */
	bool overflow;         /* sticky: max was passed */
	struct arena *arena;
};

/* An empty spool; the file, if one is made, is closed with the arena. */
struct spool spool_new(struct arena *a, size_t buffer, struct str dir, int64_t max);
void spool_put(struct spool *s, struct str bytes);
/* Room for n bytes at once (n at most capacity), or NULL after a failure; add what was used to s->n. */
char *spool_reserve(struct spool *s, size_t n);
int64_t spool_length(const struct spool *s);
/* Hands the bytes to emit() in order, in pieces; false as soon as emit() returns false or reading fails. */
bool spool_drain(struct spool *s, bool (*emit)(void *arg, struct str piece), void *arg);
/* Forgets what was written. */
void spool_clear(struct spool *s);

#endif
