/* The master's ear: a connection that listens on db-channel and says when to load anew (PARITY O2, O3).
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_NOTIFY_H
#define ROWGATE_APP_NOTIFY_H

#include "app/generation.h"

struct notify;

/* Not yet connected; notify_turn() does that. wait: as for conn_new(). */
struct notify *notify_new(conn_wait_fn *wait, void *wait_arg);
void notify_free(struct notify *n);
/* Closes the connection in a forked child without a word to the server, whose session is the parent's. */
void notify_forget(const struct notify *n);
/* Listens by this generation from now on; a changed db-uri or channel makes a new connection. */
void notify_follow(struct notify *n, const struct generation *g);
/* Whether the connection is there, or none is wanted. */
bool notify_well(const struct notify *n);
/* The descriptor to watch, or -1; and the monotonic time at which notify_turn() should run at the latest. */
int notify_fd(const struct notify *n);
int64_t notify_due_us(const struct notify *n);
/* Looks after the connection: connects and re-connects with a pause that doubles from 1 to 32 s, takes what came.
 * True when it is time to load anew: something asked for it and nothing more came for 100 ms, or the connection came
 * back after a break in which something may have been missed. */
bool notify_turn(struct notify *n);

#endif
