/* rowgate tidy: removes what has had its time, for cron.
 * SPDX-License-Identifier: MIT */
#include "tidy.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/command/clerk.h"
#include "account/database.h"

int tidy_main(struct words words)
{
	struct generation *g = generation_new();
	const char *config = NULL;
	struct account c;
	struct database_row row;
	struct fault f = { 0 };
	bool good = true;
	for (struct str word; good && words_next(&words, &word);)
		good = words_config(&words, word, &config, &f);
	good = good && clerk_open(&c, g, config, &f)
		&& database_call(&row, &c, &f, "tidy", database_seconds(&c, g->conf.auth_token_ttl),
			database_seconds(&c, g->conf.auth_log_retention));
	if (good)
		printf("%.*s rows removed\n", STR_ARG(row.values[0]));
	int status = good ? EXIT_SUCCESS : words_complain(&f);
	generation_free(g);
	return status;
}
