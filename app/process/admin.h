/* The admin server: /live and /ready for probes, /schema_cache and /metrics for people and their tools, answered by the
 * master itself.
 *
 * It works while every worker sleeps or the database is gone. Requests are read and answered without blocking; what
 * is slow or too long is dropped. As in PostgREST only the path counts, and there is no password: it listens on
 * 127.0.0.1 unless told otherwise, shows no secret, and admin_host.h keeps pages of the web away.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_PROCESS_ADMIN_H
#define ROWGATE_APP_PROCESS_ADMIN_H

#include <poll.h>

#include "app/process/metrics.h"

struct admin;

/* What the answers depend on. */
struct admin_state {
	bool live; /* rowgate is reached and has workers */
	int ready; /* the status of /ready; 0: the database is to be asked first, whoever asks that waits */
	const struct generation *generation;
	const struct metrics *metrics;
	const struct pool *pool;
};

#define ADMIN_FDS 10

/* Listens on admin-server-host:admin-server-port and admin-server-unix-socket; when neither is set, on a unix socket at
 * private, which says nothing when it cannot. False with the fault's message when one that is set cannot. */
MUST_CHECK bool admin_new(struct admin **out_r, const struct conf *conf, struct str private, struct arena *a,
	struct fault *f);
/* Closes everything and removes the socket's file. All functions take NULL for "no admin server". */
void admin_free(struct admin *ad);
/* Closes the descriptors and nothing else, in a forked child. */
void admin_forget(const struct admin *ad);
/* Fills up to ADMIN_FDS entries to be polled; returns how many. */
size_t admin_poll(const struct admin *ad, struct pollfd fds[static ADMIN_FDS]);
/* Whether somebody waits for admin_state.ready. */
bool admin_waits(const struct admin *ad);
/* Accepts, reads and answers what is there. */
void admin_turn(struct admin *ad, const struct admin_state *state);

#endif
