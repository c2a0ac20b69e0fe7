/* Room for what is too large for memory: unlinked temporary files, mapped shared.
 *
 * What lies there is page cache and not private memory of the process, and its space is reserved before it is written,
 * so that a full disk is an error at once and not a SIGBUS later.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_TMPFILE_H
#define ROWGATE_BASE_TMPFILE_H

#include "arena.h"
#include "str.h"

/* A descriptor of an empty file without a name in dir, the caller's to close; -1 with errno when there is none to be
 * had. */
int tmpfile_open(struct str dir, struct arena *a);
/* size bytes until the arena's reset: in the arena while they are at most memory, in a file of dir beyond. NULL with
 * errno when dir has no room. */
char *tmpfile_room(struct arena *a, size_t size, size_t memory, struct str dir);

#endif
