/* The one answer while accounts cannot be had: no database, no memory, a hook that fails.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_UNAVAILABLE_H
#define ROWGATE_ACCOUNT_UNAVAILABLE_H

#include "base/fault.h"

/* 503 RGA10 in the place of whatever f held. retry_after_s: seconds, 0: no Retry-After. Always returns false. */
bool account_unavailable(struct fault *f, int retry_after_s);

#endif
