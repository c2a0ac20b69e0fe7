/* rowgate mail: sends what is in the outbox, or a trial mail.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_COMMAND_MAIL_H
#define ROWGATE_APP_COMMAND_MAIL_H

#include "app/command/args.h"

/* [--once | --status] [CONFIG], or --try ADDRESS [--template NAME] [--language TAG] [CONFIG]; an exit status: 0 when
 * all was taken, 75 when something was refused for now, else 1. */
int mail_main(struct args args);

#endif
