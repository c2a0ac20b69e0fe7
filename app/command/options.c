/* The options of rowgate itself, as a table.
 * SPDX-License-Identifier: MIT */
#include "options.h"

#define AT_ACTION .offset = offsetof(struct options, action)

static const struct args_option options[] = {
	{ ARGS_CHOICE, "dump-config", AT_ACTION, .choice = OPTIONS_DUMP_CONFIG,
		.help = "print the configuration in force, secrets included" },
	{ ARGS_CHOICE, "dump-config", "all", AT_ACTION, .choice = OPTIONS_DUMP_CONFIG_ALL,
		.help = "the same with the keys that PostgREST does not have" },
	{ ARGS_CHOICE, "dump-schema", AT_ACTION, .choice = OPTIONS_DUMP_SCHEMA,
		.help = "print what the database offers, as JSON" },
	{ ARGS_CHOICE, "example", .letter = 'e', AT_ACTION, .choice = OPTIONS_EXAMPLE,
		.help = "print a sample configuration file with every key" },
	{ ARGS_CHOICE, "reference", AT_ACTION, .choice = OPTIONS_REFERENCE, .help = "print every key as a Markdown table" },
	{ ARGS_CHOICE, "reference", "own", AT_ACTION, .choice = OPTIONS_REFERENCE_OWN,
		.help = "the same of the keys that PostgREST does not have" },
	{ ARGS_CHOICE, "ready", AT_ACTION, .choice = OPTIONS_READY,
		.help = "say by the exit status whether a running rowgate is ready" },
	{ ARGS_CHOICE, "worker", AT_ACTION, .choice = OPTIONS_WORKER,
		.help = "run one worker on the FastCGI socket at descriptor 0 (mod_fcgid)" },
	{ ARGS_CHOICE, "worker", "api", AT_ACTION, .choice = OPTIONS_WORKER },
	{ ARGS_CHOICE, "worker", "account", AT_ACTION, .choice = OPTIONS_ACCOUNT_WORKER,
		.help = "the same for the account URLs" },
	{ ARGS_CHOICE, "version", .letter = 'v', AT_ACTION, .choice = OPTIONS_VERSION, .help = "print the version" },
	{ .kind = ARGS_CONFIG },
	{ .kind = ARGS_END },
};

bool options_read(struct options *out_r, int argc, char *const *argv)
{
	*out_r = (struct options){ .action = OPTIONS_SERVE };
	bool good = args_read(&out_r->args, "rowgate", options, out_r, argc, argv);
	if (out_r->args.help)
		out_r->action = OPTIONS_HELP;
	return good;
}

void options_help(struct buf *out)
{
	buf_lit(out,
		"Usage: rowgate [OPTION | COMMAND] [CONFIG]\n"
		"Serve a PostgreSQL database as a REST API, as a FastCGI program behind a web server.\n"
		"\n"
		"CONFIG is a file in PostgREST's syntax; environment variables (PGRST_DB_URI or ROWGATE_DB_URI for db-uri)\n"
		"stand in for it and override it.\n"
		"\n");
	args_help(options, out);
}
