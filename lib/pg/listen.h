/* LISTEN on a connection of its own (PostgreSQL manual, LISTEN): how a process hears that it should load anew.
 *
 * Any role may NOTIFY, so what is heard is a hint and no more. Workers never listen.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PG_LISTEN_H
#define ROWGATE_PG_LISTEN_H

#include "conn.h"

/* Starts listening on a connection that conn_ready() said is up. */
MUST_CHECK bool conn_listen(struct conn *c, struct str channel, struct arena *a, struct fault *f);
/* Takes what has arrived without waiting: calls heard (never NULL) for each notification's payload. False when the
 * connection is lost. */
bool conn_heard(struct conn *c, void (*heard)(void *arg, struct str payload), void *arg);

#endif
