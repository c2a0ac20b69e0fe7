/* A command: what it is called, what it takes, and who does it. A table of them is a list of pointers, NULL at its end.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_COMMAND_COMMAND_H
#define ROWGATE_APP_COMMAND_COMMAND_H

#include "app/command/accounts.h"
#include "app/command/args.h"

struct command {
	const char *name, *alias;          /* alias: an older name that still works, or NULL */
	const char *what;                  /* for the list in --help: a few words, no full stop */
	const char *usage;                 /* what may follow the name; each way a line of its own */
	const struct args_option *options; /* what of it args_read() reads */
	size_t wish_size;                  /* of the struct that the options fill */
	/* What is wrong with options that are good each by itself, or NULL for both. */
	const char *(*check)(const void *wish);
	/* One of three: who does it, given the configuration file (NULL: environment only), and returns an exit status; the
	 * same with the accounts' database at hand; or commands of its own, whose name is the next word. */
	int (*run)(const char *config, const void *wish);
	accounts_job *run_with_accounts;
	const struct command *const *commands;
};

/* The command of that name or alias, or NULL. */
const struct command *command_find(const struct command *const *commands, const char *word);
/* Appends the list of --help. */
void command_list(const struct command *const *commands, struct buf *out);
/* Reads what follows argv[0], the command's name, and does it, or prints its --help. An exit status. */
int command_run(const struct command *c, int argc, char *const *argv);
/* Says on standard error what a user of `rowgate NAME` did wrong, and where to look; NULL: of rowgate itself. An exit
 * status. */
int command_misused(const char *name, const char *mistake);
/* Says on standard error why a command could not do it. An exit status. */
int command_failed(const struct fault *f);
/* Prints what was asked for, to the last byte, or says why not. An exit status. */
int command_print(struct str text);

#endif
