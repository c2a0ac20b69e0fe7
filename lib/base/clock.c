/* The two clocks.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <limits.h>
#include <time.h>

static int64_t read_us(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_monotonic_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

int clock_left_ms(int64_t until_us)
{
	int64_t left_us = until_us - clock_monotonic_us(), left_ms = left_us / 1000;
	if (until_us == INT64_MAX)
		return -1;
	return left_us <= 0 ? 0 : left_ms < INT_MAX ? (int)left_ms + 1 : INT_MAX;
}

int64_t clock_wall_s(void)
{
	return clock_wall_us() / 1000000;
}

int64_t clock_wall_us(void)
{
	return read_us(CLOCK_REALTIME);
}
