/* `rowgate reload`: loads configuration and catalog, and tells all that serve by them to do the same.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_COMMAND_RELOAD_H
#define ROWGATE_APP_COMMAND_RELOAD_H

/* A load that fails is said on standard error, and nobody else is bothered. Root becomes the owner of state-dir, whose
 * processes it speaks to. Returns an exit status. */
int reload_run(const char *file, char *const *vars);

#endif
