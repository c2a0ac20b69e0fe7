/* The words behind a subcommand, and how subcommands complain.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_COMMAND_ARGS_H
#define ROWGATE_APP_COMMAND_ARGS_H

#include "base/fault.h"

struct args {
	int argc, next;
	char *const *argv;
};

/* Those behind argv[1]. */
struct args args_of(int argc, char *const *argv);
/* The next word; false at the end. */
bool args_next(struct args *w, struct str *word_r);
/* The word that belongs to the option before it; STR_NONE at the end. */
struct str args_value(struct args *w);
/* Takes a word for the configuration file; false with the fault when it is an option or there is one already. */
MUST_CHECK bool args_config(struct args *w, struct str word, const char **config_r, struct fault *f);
/* Says on standard error what is wrong; returns the exit status for it. */
int args_complain(const struct fault *f);

#endif
