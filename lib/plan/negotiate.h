/* Which media type the answer will be (RFC 9110 section 12.5.1).
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PLAN_NEGOTIATE_H
#define ROWGATE_PLAN_NEGOTIATE_H

#include "plan.h"

/* Sets media, handler, raw, plain, features, singular and strip_nulls from the request's Accept and what the plan's
 * rows can become. Fault: 406
 * PGRST107 with the list of what was asked for. */
MUST_CHECK bool negotiate(struct plan *p, struct arena *a, struct fault *f);

#endif
