/* Replacing the running program: a master becomes the program that is installed now, and keeps its sockets and workers.
 *
 * The process stays the same, so whoever supervises it sees nothing. First the new program is asked whether it starts
 * at all and understands the configuration; only then does the master turn into it. The workers go on serving with the
 * old program until the new one has loaded its catalog, and are then replaced one at a time like those of any earlier
 * generation.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_UPGRADE_H
#define ROWGATE_APP_UPGRADE_H

#include <sys/types.h>

#include "app/crew.h"
#include "app/slots.h"

/* Starts the program in `argv` once more, to say whether it would serve by the configuration file (or NULL). Returns
 * the process, whose exit status 0 means yes, or -1 with errno. */
pid_t upgrade_try(char *const *argv, const char *file);
/* Becomes the program in argv. Only returns when that fails, with errno; then nothing has changed. */
void upgrade_become(char *const *argv, const struct slots_shared *shared, const struct crew *crew);

/* In the program that was become, before the environment is read: what was handed down. False when it was started in
 * the ordinary way. workers_r: for upgrade_adopt(), valid as long as the process. */
bool upgrade_inherit(struct slots_shared *shared_r, const char **workers_r);
/* The workers that are already there, for the crew to replace. */
void upgrade_adopt(const char *workers, struct crew *crew);

#endif
