/* The cookies of browser mode, given and taken back with an account endpoint's answer (RFC 6265).
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_COOKIE_GIVE_H
#define ROWGATE_ACCOUNT_COOKIE_GIVE_H

#include "account/account.h"

/* Adds both cookies to the answer; they stay for that many seconds. The access cookie outlives its token, so that what
 * is over is answered with 401 and not as a stranger's question. */
void cookie_give(struct account_call *c, struct str access, struct str refresh, int64_t seconds);
/* Has the browser forget them; nothing unless auth-cookie is on. */
void cookie_forget(struct account_call *c);

#endif
