/* rowgate tidy: removes what has had its time, for cron.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_COMMAND_TIDY_H
#define ROWGATE_APP_COMMAND_TIDY_H

#include "app/command/words.h"

/* [CONFIG]; an exit status. */
int tidy_main(struct words words);

#endif
