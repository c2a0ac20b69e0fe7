/* rowgate tidy: removes what has had its time, for cron.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_TIDY_H
#define ROWGATE_APP_TIDY_H

#include "app/words.h"

/* [CONFIG]; an exit status. */
int tidy_main(struct words words);

#endif
