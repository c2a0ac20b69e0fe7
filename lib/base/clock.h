/* Time: a monotonic clock for waiting and measuring, wall time for tokens and headers.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_CLOCK_H
#define ROWGATE_BASE_CLOCK_H

#include <stdint.h>

/* Microseconds since an unspecified start; never goes back. */
int64_t clock_monotonic_us(void);
/* Milliseconds from now to a monotonic time, as poll() takes them: rounded up; 0: it has come; -1: INT64_MAX, never. */
int clock_left_ms(int64_t until_us);
/* Seconds, and microseconds, since 1970-01-01 UTC. */
int64_t clock_wall_s(void);
int64_t clock_wall_us(void);

#endif
