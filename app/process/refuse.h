/* Answers in the place of workers that are all busy: an error instead of silence (PARITY 1.11, PGRST003).
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_PROCESS_REFUSE_H
#define ROWGATE_APP_PROCESS_REFUSE_H

#include "app/front/slots.h"

struct refuser;

/* answer is what everybody gets; it and shared must stay valid as long as the refuser. */
struct refuser *refuse_new(const struct slots_shared *shared, const struct fault *answer);
/* NULL is allowed. */
void refuse_free(struct refuser *r);
/* In a forked child: closes its copies of the descriptors and nothing else. */
void refuse_forget(const struct refuser *r);
/* wanted: takes the connections that wait, new ones and those that nobody takes over, and answers each as
 * soon as its request is whole. Else the workers get back what it has. Never waits. */
void refuse_turn(struct refuser *r, bool wanted, const struct conf *conf);
/* Whether it has, or takes, connections. Then refuse_fd() is readable when there is something to do, and refuse_turn()
 * is due every second all the same. */
bool refuse_active(const struct refuser *r);
int refuse_fd(const struct refuser *r);
/* Requests answered so. */
uint64_t refuse_count(const struct refuser *r);

#endif
