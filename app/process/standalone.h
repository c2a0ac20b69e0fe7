/* One worker without a master, for web servers that start processes themselves (mod_fcgid, spawn-fcgi).
 *
 * Such processes share what was loaded through the state directory (see statedir.h): one of them has it loaded by a
 * child of its own, the others map it. None waits for that longer than a moment: without a catalog requests get 503,
 * and with an older one it goes on serving. On `rowgate reload` it serves by what is new, keeping its connections.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_PROCESS_STANDALONE_H
#define ROWGATE_APP_PROCESS_STANDALONE_H

#include <stdbool.h>

/* Serves until SIGTERM or SIGINT; file: the configuration file or NULL; accounts: account URLs. Returns an exit
 * status. */
int standalone_run(const char *file, char *const *vars, bool accounts);

#endif
