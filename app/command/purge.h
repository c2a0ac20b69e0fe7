/* rowgate tidy: removes what has had its time, for cron.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_COMMAND_PURGE_H
#define ROWGATE_APP_COMMAND_PURGE_H

#include "app/command/args.h"

/* [CONFIG]; an exit status. */
int purge_main(struct args args);

#endif
