/* rowgate --ready: the question of an orchestrator's probe, put to the admin server of a running rowgate.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_COMMAND_READY_H
#define ROWGATE_APP_COMMAND_READY_H

/* Asks GET /ready where the configuration puts the admin server, or else in the instance's state directory. Prints
 * PostgREST's lines: "OK: URL" on standard output, what is wrong on standard error. Returns the exit status. */
int ready_ask(const char *file, char *const *vars);

#endif
