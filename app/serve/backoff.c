/* A pause before the next attempt that doubles with every failure in a row.
 * SPDX-License-Identifier: MIT */
#include "backoff.h"

#include "base/clock.h"

#define BACKOFF_FIRST_US INT64_C(100000)
#define BACKOFF_LAST_US INT64_C(32000000)

void backoff_fail(struct backoff *b)
{
	int64_t first = b->first_us ? b->first_us : BACKOFF_FIRST_US;
	int64_t last = b->last_us ? b->last_us : BACKOFF_LAST_US;
	b->pause_us = b->pause_us ? b->pause_us * 2 : first;
	if (b->pause_us > last)
		b->pause_us = last;
	b->at_us = clock_monotonic_us() + b->pause_us;
}

void backoff_succeed(struct backoff *b)
{
	b->at_us = 0;
	b->pause_us = 0;
}
