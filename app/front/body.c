/* A request body as it arrives: in memory while it is small, in an unlinked mapped file beyond that.
 *
 * The file is mapped shared, so a large body is page cache and not private memory of the worker, and the space is
 * reserved before it is written, so a full disk is an error here and not a SIGBUS later.
 * SPDX-License-Identifier: MIT */
#include "body.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "base/tmpfile.h"

#define BODY_STEP ((size_t)1 << 20)

struct body {
	struct arena *arena;
	struct str dir;
	size_t max, n, capacity;
	char *p;
	int fd; /* -1: in the arena */
};

/* For arena_on_reset(). */
static void body_release(void *arg)
{
	struct body *b = arg;
	if (b->fd < 0)
		return;
	if (b->p)
		munmap(b->p, b->capacity);
	close(b->fd);
	b->fd = -1;
}

struct body *body_new(const struct conf *conf, int64_t expected, struct arena *a)
{
	struct body *b = arena_make(a, struct body);
	size_t buffer = (size_t)conf->server_buffer;
	b->arena = a;
	b->dir = str_dup(a, conf->server_spool_dir); /* a gathered body may outlive the configuration */
	b->max = (size_t)conf->server_max_body;
	b->fd = -1;
	/* One byte more than told, so that the end is seen without growing. */
	b->capacity = expected >= 0 ? (size_t)expected + 1 : 4096;
	b->p = b->capacity <= buffer ? arena_bytes(a, b->capacity) : NULL;
	return b;
}

static bool body_no_room(struct body *b, struct fault *f)
{
	log_error("cannot spool a request body of %zu bytes in %.*s: %s", b->capacity, STR_ARG(b->dir), strerror(errno));
	return fault_set(f, 507, "RG507", STR("The server has no room for the request body"));
}

/* Maps the file, which has that many bytes: for the first time, or again where it was or elsewhere. */
static bool body_map_file(struct body *b, size_t capacity, bool first)
{
	void *mapped = first ? mmap(NULL, capacity, PROT_READ | PROT_WRITE, MAP_SHARED, b->fd, 0)
						 : mremap(b->p, b->capacity, capacity, MREMAP_MAYMOVE);
	if (mapped == MAP_FAILED)
		return false;
	b->p = mapped;
	return true;
}

/* Gives the body capacity bytes in the file, moving what is in memory there first. */
static bool body_map(struct body *b, size_t capacity, struct fault *f)
{
	const char *before = b->p;
	bool first = b->fd < 0;
	if (first) {
		b->fd = tmpfile_open(b->dir, b->arena);
		if (b->fd < 0)
			return body_no_room(b, f);
		b->p = NULL;
		arena_on_reset(b->arena, body_release, b);
	}
	errno = posix_fallocate(b->fd, 0, (off_t)capacity);
	if (errno || !body_map_file(b, capacity, first))
		return body_no_room(b, f);
	if (first && b->n)
		memcpy(b->p, before, b->n);
	b->capacity = capacity;
	return true;
}

static bool body_grow(struct body *b, struct fault *f)
{
	size_t wanted = b->capacity < BODY_STEP ? BODY_STEP : b->capacity * 2;
	if (wanted > b->max + 1)
		wanted = b->max + 1;
	return body_map(b, wanted, f);
}

char *body_room(struct body *b, size_t *size_r, struct fault *f)
{
	if (b->n > b->max) {
		fault_set(f, 413, "RG413", STR("The request body is larger than server-max-body allows"));
		return NULL;
	}
	if (!b->p && !body_map(b, b->capacity, f))
		return NULL;
	if (b->n == b->capacity && !body_grow(b, f))
		return NULL;
	*size_r = b->capacity - b->n;
	return b->p + b->n;
}

void body_add(struct body *b, size_t n)
{
	assert(n <= b->capacity - b->n);
	b->n += n;
}

struct str body_text(const struct body *b)
{
	return b->p ? (struct str){ b->p, b->n } : STR("");
}
