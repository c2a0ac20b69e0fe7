/* The master's side of seat.h: a copy of the socket of each session that a worker has, or has left behind.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_PROCESS_SEATS_H
#define ROWGATE_APP_PROCESS_SEATS_H

#include <stddef.h>

#include "app/process/seat.h"

struct seats;

/* For so many workers, by their index. channel: what those of an earlier program speak on, or NULL. NULL with errno set
 * when the kernel refuses. */
struct seats *seats_new(size_t count, const int *channel);
/* NULL is allowed. */
void seats_free(struct seats *s);
/* Closes its descriptors in a forked child; own: but for the end that a worker speaks on. */
void seats_forget(const struct seats *s, bool own);
/* Both ends of what the workers speak on. */
const int *seats_channel(const struct seats *s);
/* A descriptor that is readable when something was told, or a session that was left has ended. */
int seats_fd(const struct seats *s);

/* The socket of the worker's session, -1: there is none. */
int seats_session(const struct seats *s, size_t worker);
/* Takes the socket of a session, in the place of the one before, which has ended. */
void seats_take(struct seats *s, size_t worker, int session);
/* Nobody uses the session any more: true once it has ended, and at once when there is none. */
bool seats_left(struct seats *s, size_t worker);
/* The same of a worker that is dead, and said no goodbye. */
bool seats_bequeathed(struct seats *s, size_t worker);
/* Calls back with each session that has ended since it was left. */
void seats_look(struct seats *s, void (*ended)(void *arg, size_t worker), void *arg);

#endif
