/* Asking the server to cancel, for as long as may be waited for that and no longer.
 *
 * libpq does it over a connection of its own and waits for its end, with no limit: a thread waits in our place.
 * SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "inner.h"

/* How long cancelling may take, and the rest of a cancelled flight to arrive. */
enum { CANCEL_MS = 2000 };

/* What the thread has to do; it frees it. */
struct cancel {
	PGcancel *request;
	int done; /* closed when it is over */
};

static void *cancel_run(void *arg)
{
	struct cancel *cancel = arg;
	char message[256];
	PQcancel(cancel->request, message, sizeof message);
	PQfreeCancel(cancel->request);
	close(cancel->done);
	free(cancel);
	return NULL;
}

/* Begins to cancel, in a thread that nobody joins. */
static bool cancel_begin(PGcancel *request, int done)
{
	struct cancel *cancel = malloc(sizeof *cancel);
	pthread_t thread;
	if (!cancel)
		abort();
	*cancel = (struct cancel){ request, done };
	if (pthread_create(&thread, NULL, cancel_run, cancel) != 0) {
		free(cancel);
		return false;
	}
	pthread_detach(thread);
	return true;
}

/* False when it cannot be known whether the server was told: it may be yet, in the middle of something else. */
static bool cancel_wait(PGcancel *request)
{
	int pair[2];
	if (!request || pipe2(pair, O_CLOEXEC) < 0) {
		PQfreeCancel(request);
		return true;
	}
	bool begun = cancel_begin(request, pair[1]);
	if (!begun) {
		PQfreeCancel(request);
		close(pair[1]);
	}
	struct pollfd done = { .fd = pair[0], .events = POLLIN };
	bool told = !begun || poll(&done, 1, CANCEL_MS) > 0;
	close(pair[0]);
	return told;
}

void conn_cancel(struct conn *c)
{
	int64_t began_us = clock_monotonic_us();
	if (!cancel_wait(PQgetCancel(c->pg))) {
		log_info("the server does not take a request to cancel");
		c->replace = true;
	}
	c->deadline_us = began_us + (int64_t)CANCEL_MS * 1000;
}

void conn_settle(struct conn *c)
{
	c->deadline_us = 0;
}
