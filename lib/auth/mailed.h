/* What the endpoints that need mail have in common.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_AUTH_MAILED_H
#define ROWGATE_AUTH_MAILED_H

#include "auth/account.h"
#include "auth/limit.h"

/* Puts a mail for the body's address in the outbox if there is such an account, and says the same in any case. */
bool mailed_request(struct account *c, struct str purpose, struct str message, struct fault *f);
/* 401 RGA15: the token is used up, over, or none. Always returns false. */
bool mailed_refuse(struct fault *f);

#endif
