/* Reads, writes and maps files as a whole.
 * SPDX-License-Identifier: MIT */
#include "base/file.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"

enum { PIECE = 4096 };

bool file_read(struct str *out_r, int fd, size_t max, struct arena *a)
{
	struct buf content = buf_new(a, max + PIECE);
	ssize_t got;
	do {
		char *to = content.n > max ? NULL : buf_reserve(&content, PIECE);
		if (!to) {
			errno = EFBIG;
			return false;
		}
		got = read(fd, to, PIECE);
		content.n += got > 0 ? (size_t)got : 0;
	} while (got > 0 || (got < 0 && errno == EINTR));
	*out_r = buf_str(&content);
	return got == 0;
}

bool file_write(int fd, struct str bytes)
{
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);
		if (n < 0 && errno != EINTR)
			return false;
		bytes = str_from(bytes, n > 0 ? (size_t)n : 0);
	}
	return true;
}

struct mapping {
	void *p;
	size_t size;
};

static void unmap(void *arg)
{
	const struct mapping *m = arg;
	munmap(m->p, m->size);
}

char *file_map(struct arena *a, int fd, size_t size, bool writable)
{
	void *p = mmap(NULL, size, PROT_READ | (writable ? PROT_WRITE : 0), MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return NULL;
	struct mapping *m = arena_make(a, struct mapping);
	*m = (struct mapping){ p, size };
	arena_on_reset(a, unmap, m);
	return p;
}
