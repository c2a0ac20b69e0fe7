/* The table of the commands that there are.
 * SPDX-License-Identifier: MIT */
#include "commands.h"

#define COMMANDS_POINTER(name) &name##_command,
static const struct command *const commands[] = { COMMANDS(COMMANDS_POINTER) NULL };
#undef COMMANDS_POINTER

const struct command *commands_find(const char *word)
{
	return command_find(commands, word);
}

void commands_list(struct buf *out)
{
	command_list(commands, out);
}
