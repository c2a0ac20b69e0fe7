/* The master's connection: it loads the generations and, in between, listens on db-channel.
 *
 * There is one for both, so that a pool never has more than one connection beside those of its workers. It listens
 * before it loads, so nothing that happens meanwhile is missed.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_PROCESS_NOTIFY_H
#define ROWGATE_APP_PROCESS_NOTIFY_H

#include "app/serve/generation.h"

struct notify;

/* A connection that is not made yet. wait: as for conn_new(). */
struct notify *notify_new(conn_wait_fn *wait, void *wait_arg);
void notify_free(struct notify *n);
/* Closes the connection, and waits a moment until its session has ended; notify_turn() makes a new one. */
void notify_disconnect(struct notify *n);
/* Closes its connections in a forked child without a word to the server, whose session is the parent's. */
void notify_forget(const struct notify *n);
/* The connection, up, by the db-uri of a configured generation that is to be loaded, and listening on its channel if
 * that is wanted and the server can (a standby cannot). It stays notify's. NULL with the fault when there is none. */
struct conn *notify_lend(struct notify *n, const struct generation *g, struct arena *a, struct fault *f);
/* conn_server_name() of the server that was lent; STR_NONE when it has left. */
struct str notify_server(const struct notify *n, struct arena *a);
/* Listens by this generation from now on. */
void notify_follow(struct notify *n, const struct generation *g);
/* Whether anybody is to listen. */
bool notify_is_wanted(const struct notify *n);
/* Whether the database of the generation answers: asked over a connection made for that, where nobody listens. */
bool notify_asks(struct notify *n, const struct generation *g);
/* Whether it listens, or need not. */
bool notify_well(const struct notify *n);
/* The descriptor to watch, or -1; and the monotonic time at which notify_turn() should run at the latest. */
int notify_fd(const struct notify *n);
int64_t notify_due_us(const struct notify *n);
/* Looks after the connection: connects and re-connects with a pause that doubles from 1 to 32 s, takes what came.
 * True when it is time to load anew: something asked for it and nothing more came for a while (20 ms after a calm,
 * 100 ms in a burst), or the connection came back after a break in which something may have been missed. */
bool notify_turn(struct notify *n);

#endif
