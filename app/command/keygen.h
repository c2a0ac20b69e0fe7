/* rowgate keygen: makes a key that signs tokens.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_COMMAND_KEYGEN_H
#define ROWGATE_APP_COMMAND_KEYGEN_H

#include "app/command/args.h"

/* [--alg ALG] [--kid NAME] [--out FILE]; an exit status. */
int keygen_main(struct args args);

#endif
