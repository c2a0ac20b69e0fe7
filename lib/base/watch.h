/* Whether anybody still waits for what is being done: asked now and then by work that grows with its input.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_WATCH_H
#define ROWGATE_BASE_WATCH_H

#include "base/fault.h"

/* The status of a request whose client has left. Nobody sees it but the log. */
enum { WATCH_LEFT = 499 };

/* gone NULL: nobody can tell, and the work goes on. */
struct watch {
	bool (*gone)(void *arg);
	void *arg;
};

/* One reader's way through a text. All zero: nobody is asked. */
struct watch_way {
	const struct watch *watch;
	uintptr_t next; /* where to ask again; 0: never */
	bool left;
};

struct watch_way watch_begin(const struct watch *w, struct str text);
bool watch_ask(struct watch_way *way, const void *at);
/* True once the client has left: the reader at that place gives up. */
static inline bool watch_left(struct watch_way *way, const void *at)
{
	return way->next && (uintptr_t)at >= way->next && watch_ask(way, at);
}
/* The fault of that. Always returns false. */
bool watch_fault(struct fault *f);

#endif
