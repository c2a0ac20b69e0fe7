/* auth-claims-hook: a function of the host's own that says what else the tokens of an account claim.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_HOOK_H
#define ROWGATE_ACCOUNT_HOOK_H

#include "account/account.h"

enum { HOOK_CLAIMS_MAX = 4096 };

/* Calls the function with the account's number, as rowgate_account. claims_r is a JSON object without any claim that is
 * ours to say, or STR_NONE when there is no hook or it gave null. The function's failure and an answer that is none are
 * faults, and logged as the failure of that action: 503, or what it raised as PTxyz. */
MUST_CHECK bool hook_claims(struct str *claims_r, struct account_call *c, struct str user_id, struct str action,
	struct fault *f);

#endif
