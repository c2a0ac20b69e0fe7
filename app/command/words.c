/* The words behind a subcommand, and how subcommands complain.
 * SPDX-License-Identifier: MIT */
#include "words.h"

#include <stdio.h>
#include <stdlib.h>

struct words words_of(int argc, char *const *argv)
{
	return (struct words){ .argc = argc, .next = 2, .argv = argv };
}

bool words_next(struct words *w, struct str *word_r)
{
	if (w->next >= w->argc)
		return false;
	*word_r = str_of(w->argv[w->next++]);
	return true;
}

struct str words_value(struct words *w)
{
	struct str value = STR_NONE;
	words_next(w, &value);
	return value;
}

bool words_config(struct words *w, struct str word, const char **config_r, struct fault *f)
{
	if (str_starts(word, STR("-")) || *config_r)
		return fault_set(f, 500, "RG500", str_starts(word, STR("-"))
			? STR("unknown option; try `rowgate --help`") : STR("a second configuration file"));
	*config_r = w->argv[w->next - 1];
	return true;
}

int words_complain(const struct fault *f)
{
	fprintf(stderr, "rowgate: %.*s%s%.*s\n", STR_ARG(f->message), f->details.n ? ": " : "", STR_ARG(f->details));
	return EXIT_FAILURE;
}
