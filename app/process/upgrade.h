/* Replacing the running program: a master becomes the program that is installed now, and keeps its sockets and workers.
 *
 * The process stays the same, so whoever supervises it sees nothing. First the new program is asked whether it starts
 * at all and understands the configuration; only then does the master turn into it. The workers go on serving with the
 * old program until the new one has loaded its catalog, and are then replaced like those of any earlier generation.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_PROCESS_UPGRADE_H
#define ROWGATE_APP_PROCESS_UPGRADE_H

#include <sys/types.h>

#include "app/process/pool.h"

/* Where a program that was started by that name is found again, though it is replaced meanwhile: the name, if it is a
 * path or in PATH, else where this one came from. To be asked at the start; free() it. */
char *upgrade_program(const char *name);

/* A program as it was installed; one that is installed over it is another. */
struct upgrade_file {
	dev_t device;
	ino_t inode; /* 0: there is none, or the name has no path */
};

/* What lies now where the program is. */
struct upgrade_file upgrade_file(const char *program);
/* Whether that is another one than `before`. */
bool upgrade_is_due(const char *program, struct upgrade_file before);
/* Starts the program once more, to say whether it would serve by the configuration file (or NULL). Returns the process,
 * whose exit status 0 means yes, or -1 with errno. */
pid_t upgrade_try(const char *program, char *const *argv, const char *file);
/* Becomes the program, with these words. Only returns when that fails, with errno; then nothing has changed. */
void upgrade_become(const char *program, char *const *argv, const struct pools *pools);

/* What was handed down to a program that was become. */
struct upgrade {
	const char *workers[POOL_KINDS]; /* numbers, valid as long as the process; NULL: nothing was, for that pool */
	const char *seats[POOL_KINDS];   /* likewise; NULL too when an earlier program did not know them */
	int channels[POOL_KINDS][2];     /* where seats is not NULL */
};

/* Takes what was handed down, before the environment is read, and gives the pools their sockets, -1 where there is
 * none. */
void upgrade_inherit(struct upgrade *out_r, struct pools *pools);
/* Gives the supervisor the workers that are already there, to be replaced. */
void upgrade_adopt(const struct upgrade *u, enum pool_kind kind, struct supervisor *supervisor);
/* Tells the workers of a pool that is not wanted any more to finish, and closes what belongs to it. */
void upgrade_dismiss(const struct upgrade *u, enum pool_kind kind, const struct slots_shared *shared);

#endif
