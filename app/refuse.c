/* Answers in the place of workers that are all busy: 504 instead of silence (PARITY 1.11, PGRST003).
 * SPDX-License-Identifier: MIT */
#include "refuse.h"

#include "base/arena.h"
#include "reply/cors.h"
#include "reply/problem.h"

/* A bound on one turn, so that the caller comes back to its other duties. */
#define REFUSE_AT_ONCE 64
#define REFUSE_MEMORY ((size_t)4 << 20)

static void refuse_one(struct fcgi_connection *c, const struct conf *conf, struct arena *a)
{
	struct request r;
	struct reply reply;
	struct fault ignored = { 0 }, f = { 0 };
	enum fcgi_received received = fcgi_receive(c, conf, &r, a, &ignored);
	if (received != FCGI_RECEIVED && received != FCGI_REFUSED)
		return;
	fault_set(&f, 504, "PGRST003", STR("Timed out acquiring connection from connection pool."));
	problem_reply(&reply, &f, conf, r.method == HTTP_HEAD, a);
	cors_answer(&reply, &r, conf);
	fcgi_send(c, &reply);
}

void refuse_waiting(const struct slots_shared *shared, const struct conf *conf)
{
	struct arena *a = arena_new(REFUSE_MEMORY);
	for (int i = 0; i < REFUSE_AT_ONCE; i++) {
		int fd = slots_take(shared);
		if (fd < 0)
			break;
		struct fcgi_connection *c = fcgi_open(fd);
		refuse_one(c, conf, a);
		fcgi_close(c);
		arena_reset(a);
	}
	arena_free(a);
}
