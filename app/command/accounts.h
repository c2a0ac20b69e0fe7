/* Accounts as commands reach them: by the private functions, called as rowgate_account.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_COMMAND_ACCOUNTS_H
#define ROWGATE_APP_COMMAND_ACCOUNTS_H

#include "account/account.h"
#include "app/serve/generation.h"

/* What a command does once accounts_open() has succeeded. */
typedef bool accounts_job(struct account_call *c, const void *wish, struct fault *f);

/* Configures g, which owns what is made here, and connects as account workers do; out_r is for database_call(). sign:
 * the key that signs is wanted, too; else it need not be readable. */
MUST_CHECK bool accounts_open(struct account_call *out_r, struct generation *g, const char *config, bool sign,
	struct fault *f);
/* The account of an address. A fault when there is none. */
MUST_CHECK bool accounts_find(struct account_call *c, struct str email, struct str *id_r, struct fault *f);

#endif
