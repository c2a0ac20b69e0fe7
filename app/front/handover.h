/* The queue in which connections wait that no worker has time for: a busy worker hands over, unread, those of its own
 * that become readable, the master new ones while all are busy, and who is idle takes the oldest.
 *
 * It is a socketpair that all workers of a host share: [0] is received from, [1] sent to; -1: there is none.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_FRONT_HANDOVER_H
#define ROWGATE_APP_FRONT_HANDOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* False with errno set. */
bool handover_new(int handover_r[2]);
/* Queues a connection on which something came at that monotonic time; the caller keeps its own copy. False when the
 * queue is full. */
bool handover_give(const int handover[2], int fd, int64_t since_us);
/* Takes the oldest connection, or -1 when another was faster. since_r: as it was given. */
int handover_take(const int handover[2], int64_t *since_r);
/* Since when the oldest waits; 0: none does. */
int64_t handover_oldest_us(const int handover[2]);
/* How many wait, and whether there is room for a good many more. */
size_t handover_waiting(const int handover[2]);
bool handover_has_room(const int handover[2]);

#endif
