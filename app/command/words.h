/* The words behind a subcommand, and how subcommands complain.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_COMMAND_WORDS_H
#define ROWGATE_APP_COMMAND_WORDS_H

#include "base/fault.h"

struct words {
	int argc, next;
	char *const *argv;
};

/* Those behind argv[1]. */
struct words words_of(int argc, char *const *argv);
/* The next word; false at the end. */
bool words_next(struct words *w, struct str *word_r);
/* The word that belongs to the option before it; STR_NONE at the end. */
struct str words_value(struct words *w);
/* Takes a word for the configuration file; false with the fault when it is an option or there is one already. */
bool words_config(struct words *w, struct str word, const char **config_r, struct fault *f);
/* Says on standard error what is wrong; returns the exit status for it. */
int words_complain(const struct fault *f);

#endif
