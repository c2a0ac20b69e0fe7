/* rowgate mail: sends a trial mail by the mail-* settings.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_MAIL_H
#define ROWGATE_APP_MAIL_H

#include "app/words.h"

/* --try ADDRESS [--template NAME] [--language TAG] [CONFIG]; an exit status: 0 when the mail was taken, 75 when it was
 * refused for now, else 1. */
int mail_main(struct words words);

#endif
