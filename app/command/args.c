/* The words behind a subcommand, and how subcommands complain.
 * SPDX-License-Identifier: MIT */
#include "args.h"

#include <stdio.h>
#include <stdlib.h>

struct args args_of(int argc, char *const *argv)
{
	return (struct args){ .argc = argc, .next = 2, .argv = argv };
}

bool args_next(struct args *w, struct str *word_r)
{
	if (w->next >= w->argc)
		return false;
	*word_r = str_of(w->argv[w->next++]);
	return true;
}

struct str args_value(struct args *w)
{
	struct str value = STR_NONE;
	args_next(w, &value);
	return value;
}

bool args_config(struct args *w, struct str word, const char **config_r, struct fault *f)
{
	if (str_starts(word, STR("-")) || *config_r)
		return fault_set(f, 500, "RG500",
			str_starts(word, STR("-")) ? STR("unknown option; try `rowgate --help`")
									   : STR("a second configuration file"));
	*config_r = w->argv[w->next - 1];
	return true;
}

int args_complain(const struct fault *f)
{
	fprintf(stderr, "rowgate: %.*s%s%.*s\n", STR_ARG(f->message), f->details.n ? ": " : "", STR_ARG(f->details));
	return EXIT_FAILURE;
}
