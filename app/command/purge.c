/* rowgate purge: removes what has had its time, for cron.
 * SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "account/database.h"
#include "account/refold.h"
#include "app/command/commands.h"

static bool purge(struct account_call *c, const void *wish, struct fault *f)
{
	struct database_row ended, counts;
	(void)wish;
	if (!database_call(&ended, c, f, "tidy", database_seconds(c, c->conf->auth_token_ttl),
			database_seconds(c, c->conf->auth_log_retention))
		|| !database_call(&counts, c, f, "forget_counts", STR("1 day")))
		return false;
	printf("%lld rows removed\n", (long long)(database_number(ended.values[0]) + database_number(counts.values[0])));
	/* Where others run the SQL of migrations, keys are made anew here. */
	return refold_run(c->conn, c->conf, c->arena, f);
}

const struct command purge_command = {
	.name = "purge",
	.alias = "tidy",
	.what = "remove ended sessions and old lines of the activity log, for cron",
	.usage = "[CONFIG]",
	.options = args_config_only,
	.run_with_accounts = purge,
};
