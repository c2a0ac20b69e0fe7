/* How every serving process begins: a configuration, a listening socket, a place in the state directory, a log.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_PROCESS_STARTUP_H
#define ROWGATE_APP_PROCESS_STARTUP_H

#include "app/process/statedir.h"
#include "app/serve/generation.h"

/* Sends diagnostics to where the configuration asks for them; ident names the process in syslog. */
void startup_log(const struct conf *c, const char *ident);
/* A configured generation; NULL after saying why not. listener: one that is there already, or -1: it is made. */
struct generation *startup(const char *file, char *const *vars, int *listener, struct statedir **state_r);

#endif
