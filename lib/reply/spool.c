/* The buffer that becomes a file.
 * SPDX-License-Identifier: MIT */
#include "reply/spool.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/tmpfile.h"

enum {
	/* A small answer finds room in the arena's first block, a larger one goes on, in place, in the block that a
	 * worker's arena keeps: the pages of either stay with the process and need not be faulted in for the next. */
	FIRST_CAPACITY = 6 * 1024,
	GROWTH = 2,
	PIECE = 128 * 1024 /* read back at a time */
};

struct spool spool_new(struct arena *a, size_t buffer, struct str dir, int64_t max)
{
	if (buffer < SPOOL_RESERVE_MOST)
		buffer = SPOOL_RESERVE_MOST;
	return (struct spool){ .buffer = buffer, .dir = dir, .fd = -1, .max = max, .arena = a };
}

struct spool spool_of(struct arena *a, struct str bytes)
{
	struct spool s = spool_new(a, bytes.n, STR_NONE, (int64_t)bytes.n);
	spool_put(&s, bytes);
	return s;
}

int64_t spool_length(const struct spool *s)
{
	return s->flushed + (int64_t)s->n;
}

static void fail(struct spool *s, int error)
{
	if (!s->failed)
		s->error = error;
	s->failed = true;
}

bool spool_broken(struct spool *s)
{
	if (spool_length(s) > s->max)
		s->overflow = true;
	return s->failed || s->overflow;
}

static void close_file(void *arg)
{
	close((int)(intptr_t)arg);
}

static bool open_file(struct spool *s)
{
	if (s->fd >= 0)
		return true;
	if (!s->dir.p) {
		fail(s, ENOSPC);
		return false;
	}
	int fd = tmpfile_open(s->dir, s->arena);
	if (fd < 0) {
		fail(s, errno);
		return false;
	}
	s->fd = fd;
	arena_on_reset(s->arena, close_file, (void *)(intptr_t)fd);
	return true;
}

/* Moves bytes into the file; what is written counts as flushed. */
static bool write_file(struct spool *s, struct str bytes)
{
	if (spool_broken(s) || !open_file(s))
		return false;
	while (bytes.n > 0) {
		ssize_t written = pwrite(s->fd, bytes.p, bytes.n, s->flushed);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0) {
			fail(s, written < 0 ? errno : EIO);
			return false;
		}
		s->flushed += written;
		bytes = str_from(bytes, (size_t)written);
	}
	return true;
}

static bool flush(struct spool *s)
{
	bool written = write_file(s, (struct str){ s->p, s->n });
	s->n = 0;
	return written;
}

static void grow(struct spool *s, size_t needed)
{
	size_t capacity = s->capacity ? s->capacity : FIRST_CAPACITY;
	while (capacity < needed)
		capacity *= GROWTH;
	if (capacity > s->buffer)
		capacity = s->buffer;
	s->p = arena_regrow(s->arena, s->p, s->capacity, capacity);
	s->capacity = capacity;
}

/* Room for n bytes, n at most s->buffer. */
static char *room_for(struct spool *s, size_t n)
{
	if (s->failed || s->overflow)
		return NULL;
	if (s->capacity - s->n < n && s->capacity < s->buffer)
		grow(s, s->n + n);
	if (s->capacity - s->n < n && !flush(s))
		return NULL;
	return s->p + s->n;
}

char *spool_reserve(struct spool *s, size_t n)
{
	assert(n > 0 && n <= SPOOL_RESERVE_MOST);
	return room_for(s, n);
}

void spool_put(struct spool *s, struct str bytes)
{
	if (bytes.n == 0 || s->failed || s->overflow)
		return;
	if ((int64_t)bytes.n > s->max - spool_length(s)) {
		s->overflow = true;
		return;
	}
	if (bytes.n > s->buffer) {
		if (flush(s))
			write_file(s, bytes);
		return;
	}
	char *to = room_for(s, bytes.n);
	if (!to)
		return;
	memcpy(to, bytes.p, bytes.n);
	s->n += bytes.n;
}

static bool emit_file(struct spool *s, bool (*emit)(void *arg, struct str piece), void *arg)
{
	char *piece = arena_bytes(s->arena, PIECE);
	int64_t at = 0;
	while (at < s->flushed) {
		size_t want = s->flushed - at < PIECE ? (size_t)(s->flushed - at) : PIECE;
		ssize_t got = pread(s->fd, piece, want, at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			fail(s, got < 0 ? errno : EIO);
			return false;
		}
		if (!emit(arg, (struct str){ piece, (size_t)got }))
			return false;
		at += got;
	}
	return true;
}

bool spool_drain(struct spool *s, bool (*emit)(void *arg, struct str piece), void *arg)
{
	if (spool_broken(s))
		return false;
	if (s->flushed > 0 && !emit_file(s, emit, arg))
		return false;
	return s->n == 0 || emit(arg, (struct str){ s->p, s->n });
}

/* What the file held is overwritten from its start; its length says nothing, `flushed` does. */
void spool_clear(struct spool *s)
{
	s->n = 0;
	s->flushed = 0;
	s->failed = false;
	s->overflow = false;
	s->error = 0;
}
