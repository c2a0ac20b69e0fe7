/* The commands that there are, in the order of --help. One is made by its file and its row here.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_COMMAND_COMMANDS_H
#define ROWGATE_APP_COMMAND_COMMANDS_H

#include "app/command/command.h"

/* A row stands for the command that the file of its name defines. */
/* clang-format off */
#define COMMANDS(row) \
	row(doctor) \
	row(keygen) \
	row(mail) \
	row(migrate) \
	row(purge) \
	row(reload) \
	row(token) \
	row(user)
/* clang-format on */

#define COMMANDS_DECLARE(name) extern const struct command name##_command;
COMMANDS(COMMANDS_DECLARE)
#undef COMMANDS_DECLARE

/* The command that stands in front of everything else on the command line, or NULL. */
const struct command *commands_find(const char *word);
/* Appends the list of --help. */
void commands_list(struct buf *out);

#endif
