/* The caller proves the password once more before something that cannot be undone.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_REAUTH_H
#define ROWGATE_ACCOUNT_REAUTH_H

#include "account/account.h"

/* Checks current_password under a limit of its own; hash_r: the hash that it matched. 401 RGA01 else. */
MUST_CHECK bool reauth(struct account_call *c, struct str *hash_r, struct fault *f);

#endif
