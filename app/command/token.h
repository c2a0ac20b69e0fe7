/* rowgate token: mints an access token, for trying things and for programs that call the API.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_COMMAND_TOKEN_H
#define ROWGATE_APP_COMMAND_TOKEN_H

#include "app/command/args.h"

/* --user EMAIL | --role ROLE [--ttl SECONDS] [CONFIG]; an exit status. */
int token_main(struct args args);

#endif
