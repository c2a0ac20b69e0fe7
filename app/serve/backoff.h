/* A pause before the next attempt that doubles with every failure in a row.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_SERVE_BACKOFF_H
#define ROWGATE_APP_SERVE_BACKOFF_H

#include <stdint.h>

/* Zeroed: the next attempt may be made at once. */
struct backoff {
	int64_t at_us; /* no attempt before this monotonic time */
	int64_t pause_us;
	int64_t first_us; /* the first pause; 0: 0.1 s */
	int64_t last_us;  /* the longest; 0: 32 s, as PostgREST's */
};

/* An attempt has failed: the next one waits, twice as long as this one did. */
void backoff_fail(struct backoff *b);
/* An attempt has succeeded: the next one need not wait. */
void backoff_succeed(struct backoff *b);

#endif
