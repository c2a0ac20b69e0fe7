/* A worker's kept connections and the listening socket in one epoll set, so that no connection holds it hostage.
 *
 * A slot is a connection of the web server. Connections are accepted when the listener is readable and a slot is
 * free; with every slot taken the listener is out of the set, and other workers accept. A readable slot is handed
 * out by slots_next(), answered, and given back with slots_keep() or slots_drop(). An answer that the web server takes
 * slowly is sent on meanwhile, in slots_next() and slots_hand_over().
 *
 * A web server that keeps connections binds each to the worker that accepted it. While that worker waits for
 * PostgreSQL, slots_hand_over() gives readable connections of its others away: their descriptors go, unread, through a
 * socketpair that every worker of the host watches, and an idle one adopts them.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_FRONT_SLOTS_H
#define ROWGATE_APP_FRONT_SLOTS_H

#include <signal.h>

#include "app/front/fcgi.h"
#include "app/front/handover.h"

struct slots;
struct slot;

/* What all workers of a host share. */
struct slots_shared {
	int listener;    /* non-blocking listening socket */
	int handover[2]; /* see handover.h */
};

/* No connection yet. peer_timeout: seconds without progress in reading from or writing to a peer. wait_mask: the
 * signals blocked while waiting; all others are only let in there, so none is lost between a look at its flag and the
 * wait. NULL with errno set when the kernel refuses. */
struct slots *slots_new(const struct slots_shared *shared, size_t capacity, int64_t peer_timeout,
	const sigset_t *wait_mask);
/* Goes by another peer_timeout from now on: slots may live longer than the configuration that said the first. */
void slots_patience(struct slots *s, int64_t peer_timeout);
/* Closes every connection; what is shared stays open. */
void slots_free(struct slots *s);
/* Closes its copies of the descriptors and nothing else, in a forked child. */
void slots_forget(const struct slots *s);
/* Accepts no connection any more. hand_on: others go on serving, and idle connections are handed over; else they
 * are closed. The rest follow when they are given back. May be called again. */
void slots_drain(struct slots *s, bool hand_on);
/* Takes a connection that has something to be read, to be given by slots_next(), draining or not. False when it has
 * nothing, or there is no room: it stays the caller's. */
bool slots_hold(struct slots *s, int fd);
/* A descriptor that is readable when slots_next() has something to give or to do. */
int slots_fd(const struct slots *s);
/* The next connection with something to read. NULL when a signal ended the wait, when nothing came in timeout_ms (-1:
 * no limit), or when what came was nothing to be answered. */
struct slot *slots_next(struct slots *s, int timeout_ms);
/* The connection in a slot that was given out: to receive from and to send to. */
struct fcgi_connection *slot_connection(struct slot *slot);
/* Watches the connection for its next request, once its answer has gone (then gives it away or closes it when
 * draining). */
void slots_keep(struct slots *s, struct slot *slot);
/* Closes the connection. */
void slots_drop(struct slots *s, struct slot *slot);
/* How many connections are held. */
size_t slots_held(const struct slots *s);
/* Whether connections are held, and all only wait for their peers: for answers to be taken or, with for_requests, also
 * for the rest of a request to come. */
bool slots_only_wait(const struct slots *s, bool for_requests);

/* Says that the worker is busy for longer: it takes no new connection till the next slots_next(). Returns a descriptor
 * that is readable while one of its other connections is, to be polled beside what it waits for. */
int slots_busy(struct slots *s);
/* Hands every readable connection but the current one over. True when some were left because no worker has room for
 * them now: they are out of the descriptor's set, so try again in a while. */
bool slots_hand_over(struct slots *s, const struct slot *current);

#endif
