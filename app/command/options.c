/* Reading argv by a table of its words.
 * SPDX-License-Identifier: MIT */
#include "options.h"

static const struct word {
	const char *name, *letter; /* letter: the short form, or NULL */
	enum options_action action;
	const char *help; /* NULL: not shown */
} words[] = {
	{ "--dump-config", NULL, OPTIONS_DUMP_CONFIG, "print the configuration in force, secrets included" },
	{ "--dump-config=all", NULL, OPTIONS_DUMP_CONFIG_ALL, "the same with the keys that PostgREST does not have" },
	{ "--dump-schema", NULL, OPTIONS_DUMP_SCHEMA, "print what the database offers, as JSON" },
	{ "--example", "-e", OPTIONS_EXAMPLE, "print a sample configuration file with every key" },
	{ "--reference", NULL, OPTIONS_REFERENCE, "print every key as a Markdown table" },
	{ "--reference=own", NULL, OPTIONS_REFERENCE_OWN, "the same of the keys that PostgREST does not have" },
	{ "--ready", NULL, OPTIONS_READY, "ask the admin server of a running rowgate whether it is ready" },
	{ "--worker", NULL, OPTIONS_WORKER, "run one worker on the FastCGI socket at descriptor 0 (mod_fcgid)" },
	{ "--worker=api", NULL, OPTIONS_WORKER, NULL },
	{ "--worker=account", NULL, OPTIONS_ACCOUNT_WORKER, "the same for the account URLs" },
	{ "reload", NULL, OPTIONS_RELOAD, "load configuration and catalog, and tell all that serve by them" },
	{ "--version", "-v", OPTIONS_VERSION, "print the version" },
	{ "--help", "-h", OPTIONS_HELP, "print this text" },
};

static const struct word *find_word(struct str argument)
{
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq(argument, str_of(words[i].name)) || (words[i].letter && str_eq(argument, str_of(words[i].letter))))
			return &words[i];
	return NULL;
}

static bool mistake(struct fault *f, struct arena *a, const char *argument, const char *what)
{
	return fault_printf(f, a, 500, "PGRSTX00", "%s: %s", argument, what);
}

static bool read_word(struct options *o, const char *argument, struct arena *a, struct fault *f)
{
	const struct word *word = find_word(str_of(argument));
	if (!word)
		return mistake(f, a, argument, "unknown option");
	if (o->action != OPTIONS_SERVE && o->action != word->action)
		return mistake(f, a, argument, "cannot be combined with what was asked before");
	o->action = word->action;
	return true;
}

bool options_read(struct options *out_r, int argc, char *const *argv, struct arena *a, struct fault *f)
{
	struct options o = { OPTIONS_SERVE, NULL };
	bool only_paths = false;
	for (int i = 1; i < argc; i++) {
		struct str argument = str_of(argv[i]);
		if (!only_paths && str_eq(argument, STR("--"))) {
			only_paths = true;
		} else if ((!only_paths && argument.n > 1 && argument.p[0] == '-') || (i == 1 && find_word(argument))) {
			if (!read_word(&o, argv[i], a, f))
				return false;
		} else if (o.config) {
			return mistake(f, a, argv[i], "a second configuration file");
		} else {
			o.config = argv[i];
		}
	}
	*out_r = o;
	return true;
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
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		const struct word *word = &words[i];
		if (word->help)
			buf_printf(out, "  %s%s%-17s %s\n",
				word->letter               ? word->letter
					: word->name[0] == '-' ? "  "
										   : "",
				word->letter               ? ", "
					: word->name[0] == '-' ? "  "
										   : "",
				word->name, word->help);
	}
}
