/* rowgate user: looks after accounts from the command line.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_COMMAND_USER_H
#define ROWGATE_APP_COMMAND_USER_H

#include "app/command/args.h"

/* add | list | set-role | activate | deactivate | end-sessions | import, with what each needs; an exit status. */
int user_main(struct args args);

#endif
