/* Answers in the place of workers that are all busy: 504 instead of silence (PARITY 1.11, PGRST003).
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_REFUSE_H
#define ROWGATE_APP_REFUSE_H

#include "app/slots.h"

/* Takes the connections that wait, new ones and those handed over to nobody, and answers each with the timeout. Never
 * blocks for long: a request that is not there whole is closed unanswered. */
void refuse_waiting(const struct slots_shared *shared, const struct conf *conf);

#endif
