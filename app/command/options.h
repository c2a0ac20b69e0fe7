/* The command line: what rowgate is asked to do.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_COMMAND_OPTIONS_H
#define ROWGATE_APP_COMMAND_OPTIONS_H

#include "base/buf.h"
#include "base/fault.h"

enum options_action {
	OPTIONS_SERVE,  /* master and workers */
	OPTIONS_RELOAD, /* tell all that serve to load anew */
	OPTIONS_WORKER, /* one worker, as mod_fcgid starts it */
	OPTIONS_ACCOUNT_WORKER,
	OPTIONS_READY, /* asks the admin server of another process */
	OPTIONS_DUMP_CONFIG,
	OPTIONS_DUMP_CONFIG_ALL,
	OPTIONS_DUMP_SCHEMA,
	OPTIONS_EXAMPLE,
	OPTIONS_REFERENCE,
	OPTIONS_REFERENCE_OWN, /* the table in README.md */
	OPTIONS_VERSION,
	OPTIONS_HELP
};

struct options {
	enum options_action action;
	const char *config; /* path of the configuration file, or NULL: environment only */
};

/* Reads argv, which must outlive the options. The fault's message is for the user, who made a mistake. */
MUST_CHECK bool options_read(struct options *out_r, int argc, char *const *argv, struct arena *a, struct fault *f);
/* The text of --help. */
void options_help(struct buf *out);

#endif
