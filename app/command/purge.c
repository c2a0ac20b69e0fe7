/* rowgate purge: removes what has had its time, for cron.
 * SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "account/database.h"
#include "app/command/commands.h"

static bool purge(struct account_call *c, const void *wish, struct fault *f)
{
	struct database_row row;
	(void)wish;
	if (!database_call(&row, c, f, "tidy", database_seconds(c, c->conf->auth_token_ttl),
			database_seconds(c, c->conf->auth_log_retention)))
		return false;
	printf("%.*s rows removed\n", STR_ARG(row.values[0]));
	return true;
}

const struct command purge_command = {
	.name = "purge",
	.alias = "tidy",
	.what = "remove ended sessions and old lines of the activity log, for cron",
	.usage = "[CONFIG]",
	.options = args_config_only,
	.run_with_accounts = purge,
};
