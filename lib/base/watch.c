/* Asks at most once for so many bytes: a system call each time.
 * SPDX-License-Identifier: MIT */
#include "base/watch.h"

enum { BYTES_BETWEEN = 256 * 1024 };

struct watch_way watch_begin(const struct watch *w, struct str text)
{
	if (!w || !w->gone || text.n < BYTES_BETWEEN)
		return (struct watch_way){ 0 };
	return (struct watch_way){ .watch = w, .next = (uintptr_t)text.p + BYTES_BETWEEN };
}

bool watch_ask(struct watch_way *way, const void *at)
{
	way->next = (uintptr_t)at + BYTES_BETWEEN;
	way->left = way->left || way->watch->gone(way->watch->arg);
	return way->left;
}

bool watch_fault(struct fault *f)
{
	return fault_set(f, WATCH_LEFT, "PGRSTX00", STR("The request was abandoned"));
}
