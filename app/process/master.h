/* The master process: listens, loads generations, keeps the workers running, and stops them.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_PROCESS_MASTER_H
#define ROWGATE_APP_PROCESS_MASTER_H

/* Serves until SIGTERM or SIGINT with preforked workers; SIGUSR1 and SIGUSR2 load configuration and catalog anew and
 * replace every worker; a load that fails keeps the old generation. SIGHUP: goes on as the program that argv[0] now
 * names, see upgrade.h. file: the configuration file or NULL; argv: how the program was started. Returns an exit
 * status. */
int master_run(const char *file, char *const *vars, char *const *argv);

#endif
