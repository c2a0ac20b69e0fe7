/* rowgate: reads the command line, then does what was asked.
 * SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/command/commands.h"
#include "app/command/options.h"
#include "app/command/print.h"
#include "app/command/ready.h"
#include "app/process/master.h"
#include "app/process/privacy.h"
#include "app/process/standalone.h"
#include "base/log.h"

static int act(enum options_action action, const char *config, char *const *argv)
{
	switch (action) {
	case OPTIONS_HELP:
		return print_help();
	case OPTIONS_VERSION:
		return print_version();
	case OPTIONS_EXAMPLE:
		return print_example();
	case OPTIONS_REFERENCE:
	case OPTIONS_REFERENCE_OWN:
		return print_reference(action == OPTIONS_REFERENCE_OWN);
	case OPTIONS_DUMP_CONFIG:
	case OPTIONS_DUMP_CONFIG_ALL:
		return print_config(config, action == OPTIONS_DUMP_CONFIG_ALL);
	case OPTIONS_DUMP_SCHEMA:
		return print_schema(config);
	case OPTIONS_READY:
		return ready_ask(config, environ);
	case OPTIONS_WORKER:
	case OPTIONS_ACCOUNT_WORKER:
		return standalone_run(config, environ, action == OPTIONS_ACCOUNT_WORKER);
	case OPTIONS_SERVE:
		return master_run(config, environ, argv);
	}
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct options options;
	privacy_begin();
	/* What outgrows RLIMIT_FSIZE is an error of the write, as on a full disk: of one request, not of the process. */
	signal(SIGXFSZ, SIG_IGN);
	log_know_journal(getenv("JOURNAL_STREAM"));
	log_to_stderr(LOG_LEVEL_WARN, "rowgate");
	const struct command *command = argc > 1 ? commands_find(argv[1]) : NULL;
	if (command)
		return command_run(command, argc - 1, argv + 1);
	if (!options_read(&options, argc, argv))
		return command_misused(NULL, options.args.mistake);
	return act((enum options_action)options.action, options.args.config, argv);
}
