/* Files as a whole: read, written, mapped.
 *
 * Failures are told by errno, since the callers have messages of their own.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_FILE_H
#define ROWGATE_BASE_FILE_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/str.h"

/* What can be read from fd up to its end, in the arena; EFBIG when that is more than max bytes. */
MUST_CHECK bool file_read(struct str *out_r, int fd, size_t max, struct arena *a);
/* Writes all bytes, however many calls it takes. */
MUST_CHECK bool file_write(int fd, struct str bytes);
/* The first size bytes of the file, shared with whoever maps it too, until the arena's reset; NULL with errno. fd may
 * be closed at once: the mapping holds the file. */
char *file_map(struct arena *a, int fd, size_t size, bool writable);

#endif
