/* Answers in the place of workers that are all busy, who has waited for too long: an error instead of silence (for the
 * API 504 PGRST003).
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_PROCESS_OVERLOAD_H
#define ROWGATE_APP_PROCESS_OVERLOAD_H

#include "app/front/slots.h"

struct overload;

/* Nobody is answered yet. answer is what everybody will get; it and shared must stay valid as long as the overload. */
struct overload *overload_new(const struct slots_shared *shared, const struct fault *answer);
/* Closes the connections it has. NULL is allowed. */
void overload_free(struct overload *o);
/* Closes its copies of the descriptors and nothing else, in a forked child. */
void overload_forget(const struct overload *o);
/* busy: no worker has time. Then new connections are queued with those that workers hand over, and who has waited for
 * db-pool-acquisition-timeout is answered as soon as its request is whole. Never waits. */
void overload_turn(struct overload *o, bool busy, const struct conf *conf);
/* Whether it has connections. Then overload_fd() is readable when there is something to do, and overload_turn() is due
 * every second all the same. */
bool overload_active(const struct overload *o);
int overload_fd(const struct overload *o);
/* What is readable when there are connections to be queued; -1 when none are to be. */
int overload_listener(const struct overload *o, bool busy);
/* How many requests were answered so. */
uint64_t overload_count(const struct overload *o);

#endif
