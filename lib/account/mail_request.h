/* What the endpoints that need mail have in common.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_MAIL_REQUEST_H
#define ROWGATE_ACCOUNT_MAIL_REQUEST_H

#include "account/account.h"
#include "account/limit.h"

/* Puts a mail for the body's address in the outbox if there is such an account, and says the same in any case. */
MUST_CHECK bool mail_request_run(struct account_call *c, struct str purpose, struct str message, struct fault *f);

#endif
