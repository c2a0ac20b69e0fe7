/* Limits: token buckets in the database, one answer for every refusal.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_LIMIT_H
#define ROWGATE_ACCOUNT_LIMIT_H

#include "account/account.h"

/* Takes one of `tries` a period out of the bucket "what key"; 429 when it is empty, 503 when nobody can tell. */
MUST_CHECK bool limit_take(struct account_call *c, struct str what, struct str key, int64_t tries, struct fault *f);
/* The same by the network of the client's address. */
MUST_CHECK bool limit_take_by_address(struct account_call *c, struct str what, int64_t tries, struct fault *f);
/* 429 RGA06 with Retry-After. Always returns false. */
bool limit_fault(int64_t wait_s, struct fault *f);

#endif
