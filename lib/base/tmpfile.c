/* Temporary files without a name, and memory mapped from them.
 * SPDX-License-Identifier: MIT */
#include "base/tmpfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

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

/* Reserves the space first, so that writing cannot fail. */
static char *map(struct arena *a, int fd, size_t size)
{
	int failed = posix_fallocate(fd, 0, (off_t)size);
	if (failed) {
		errno = failed;
		return NULL;
	}
	return file_map(a, fd, size, true);
}

char *tmpfile_room(struct arena *a, size_t size, size_t memory, struct str dir)
{
	if (size <= memory)
		return arena_bytes(a, size);
	int fd = tmpfile_open(dir, a);
	if (fd < 0)
		return NULL;
	char *room = map(a, fd, size);
	int error = errno;
	close(fd);
	errno = error;
	return room;
}
