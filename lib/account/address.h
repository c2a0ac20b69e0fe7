/* Whose request it is: the address of the client, behind however many proxies.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_ADDRESS_H
#define ROWGATE_ACCOUNT_ADDRESS_H

#include "account/account.h"

/* The last address that no trusted proxy has: what X-Forwarded-For says in front of it anybody may have written. One
 * that cannot be read is a fault, RGA18, and a line in the log: limits count by address, and all without one would be
 * the same. */
MUST_CHECK bool address_of(struct str *out_r, const struct conf *conf, const struct request *r, struct fault *f);

#endif
