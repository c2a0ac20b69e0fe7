/* The command line without a command in front: what rowgate is asked to do.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_COMMAND_OPTIONS_H
#define ROWGATE_APP_COMMAND_OPTIONS_H

#include "app/command/args.h"

enum options_action {
	OPTIONS_SERVE,  /* master and workers */
	OPTIONS_WORKER, /* one worker, as mod_fcgid starts it */
	OPTIONS_ACCOUNT_WORKER,
	OPTIONS_READY, /* asks the admin server of another process */
	OPTIONS_DUMP_CONFIG,
	OPTIONS_DUMP_CONFIG_ALL,
	OPTIONS_DUMP_SCHEMA,
	OPTIONS_EXAMPLE,
	OPTIONS_REFERENCE,
	OPTIONS_REFERENCE_OWN,
	OPTIONS_VERSION,
	OPTIONS_HELP
};

struct options {
	int action; /* enum options_action */
	struct args args;
};

/* Reads argv, which must outlive the options. False with args.mistake. */
MUST_CHECK bool options_read(struct options *out_r, int argc, char *const *argv);
/* Appends the first part of --help: the commands follow. */
void options_help(struct buf *out);

#endif
