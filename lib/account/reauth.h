/* The caller proves the password once more before something that cannot be undone.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_REAUTH_H
#define ROWGATE_ACCOUNT_REAUTH_H

#include "account/account.h"

/* Checks current_password under a limit of its own; hash_r: the hash that it matched. 401 RGA01 else. */
MUST_CHECK bool reauth(struct account_call *c, struct str *hash_r, struct fault *f);
/* The same before other sessions are ended, unless auth-reauth-sessions is not set or the caller's session, which must
 * be known, began less than so long ago. 403 RGA19 when current_password is missing. */
MUST_CHECK bool reauth_for_sessions(struct account_call *c, struct fault *f);

#endif
