/* Temporary files without a name, and memory mapped from them.
 * SPDX-License-Identifier: MIT */
#include "base/tmpfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

/* The fallback for file systems without O_TMPFILE. */
static int make_and_unlink(struct str dir, struct arena *a)
{
	char *name = arena_bytes(a, dir.n + sizeof "/rowgate-XXXXXX");
	struct buf path = buf_over(name, dir.n + sizeof "/rowgate-XXXXXX");
	buf_put(&path, dir);
	buf_put(&path, (struct str){ "/rowgate-XXXXXX", sizeof "/rowgate-XXXXXX" });
	int fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0)
		unlink(name);
	return fd;
}

int tmpfile_open(struct str dir, struct arena *a)
{
	int fd = open(str_cstr(a, dir), O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT))
		fd = make_and_unlink(dir, a);
	return fd;
}

struct mapping {
	char *p;
	size_t size;
};

static void release(void *arg)
{
	struct mapping *m = arg;
	munmap(m->p, m->size);
}

static char *map(int fd, size_t size)
{
	int failed = posix_fallocate(fd, 0, (off_t)size);
	if (failed) {
		errno = failed;
		return NULL;
	}
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return p == MAP_FAILED ? NULL : p;
}

char *tmpfile_room(struct arena *a, size_t size, size_t memory, struct str dir)
{
	if (size <= memory)
		return arena_bytes(a, size);
	int fd = tmpfile_open(dir, a);
	if (fd < 0)
		return NULL;
	struct mapping *m = arena_make(a, struct mapping);
	*m = (struct mapping){ map(fd, size), size };
	int error = errno;
	close(fd); /* the mapping holds the file */
	errno = error;
	if (m->p)
		arena_on_reset(a, release, m);
	return m->p;
}
