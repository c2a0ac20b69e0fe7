/* rowgate migrate: installs the account schema or brings it forward.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_COMMAND_MIGRATE_H
#define ROWGATE_APP_COMMAND_MIGRATE_H

#include "app/command/args.h"

/* [--dry-run | --status] [--adopt-tutorial] [--to N] [CONFIG]; an exit status. */
int migrate_main(struct args args);

#endif
