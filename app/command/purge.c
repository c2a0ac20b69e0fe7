/* rowgate tidy: removes what has had its time, for cron.
 * SPDX-License-Identifier: MIT */
#include "purge.h"

#include <stdio.h>
#include <stdlib.h>

#include "account/database.h"
#include "app/command/accounts.h"

int purge_main(struct args args)
{
	struct generation *g = generation_new();
	const char *config = NULL;
	struct account_call c;
	struct database_row row;
	struct fault f = { 0 };
	bool good = true;
	for (struct str word; good && args_next(&args, &word);)
		good = args_config(&args, word, &config, &f);
	good = good && accounts_open(&c, g, config, &f)
		&& database_call(&row, &c, &f, "tidy", database_seconds(&c, g->conf.auth_token_ttl),
			database_seconds(&c, g->conf.auth_log_retention));
	if (good)
		printf("%.*s rows removed\n", STR_ARG(row.values[0]));
	int status = good ? EXIT_SUCCESS : args_complain(&f);
	generation_free(g);
	return status;
}
