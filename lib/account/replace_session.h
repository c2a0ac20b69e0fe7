/* A sign-in takes the place of the session that its browser had.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_REPLACE_SESSION_H
#define ROWGATE_ACCOUNT_REPLACE_SESSION_H

#include "account/account.h"
#include "account/calls.h"

/* Ends the sessions that the sign-in came with, by an access token or a refresh token: those of the account that signs
 * in, and those of anybody in cookies, which are overwritten now. Its password was right. A token that is none is
 * ignored. */
MUST_CHECK bool replace_session(struct account_call *c, const struct login_begun *begun, struct fault *f);

#endif
