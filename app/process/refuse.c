/* Answers in the place of workers that are all busy: an error instead of silence (PARITY 1.11, PGRST003).
 * SPDX-License-Identifier: MIT */
#include "refuse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "reply/cors.h"
#include "reply/problem.h"

/* A bound on one turn, so that the caller comes back to its other duties. */
#define REFUSE_AT_ONCE 64
#define REFUSE_SLOTS 256
#define REFUSE_MEMORY ((size_t)4 << 20)

struct refuser {
	const struct slots_shared *shared;
	const struct fault *answer;
	struct slots *slots;          /* NULL: nobody had to be refused yet */
	bool taking;
	uint64_t count;
};

struct refuser *refuse_new(const struct slots_shared *shared, const struct fault *answer)
{
	struct refuser *r = calloc(1, sizeof *r);
	if (!r)
		abort();
	r->shared = shared;
	r->answer = answer;
	return r;
}

void refuse_free(struct refuser *r)
{
	if (r && r->slots)
		slots_free(r->slots);
	free(r);
}

void refuse_forget(const struct refuser *r)
{
	if (r->slots)
		slots_forget(r->slots);
}

/* False when the connection is to be closed. */
static bool refuse_one(struct refuser *r, struct fcgi_connection *c, const struct conf *conf, struct arena *a)
{
	struct request request;
	struct reply reply;
	struct fault ignored = { 0 };
	enum fcgi_received received = fcgi_receive(c, conf, &request, a, &ignored);
	if (received != FCGI_RECEIVED && received != FCGI_REFUSED)
		return received == FCGI_PARTIAL;
	r->count++;
	problem_reply(&reply, r->answer, conf, request.method == HTTP_HEAD, a);
	cors_answer(&reply, &request, conf);
	reply_trace(&reply, &request, conf, a);
	return fcgi_send(c, &reply);
}

static void refuse_waiting(struct refuser *r, const struct conf *conf)
{
	struct arena *a = arena_new(REFUSE_MEMORY);
	struct slot *slot;
	for (int i = 0; i < REFUSE_AT_ONCE && (slot = slots_next(r->slots, 0)); i++) {
		if (refuse_one(r, slot_connection(slot), conf, a))
			slots_keep(r->slots, slot);
		else
			slots_drop(r->slots, slot);
		arena_reset(a);
	}
	arena_free(a);
}

/* Begins to take connections. */
static bool refuse_begin(struct refuser *r, const struct conf *conf)
{
	sigset_t blocked;
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	if (r->slots)
		slots_resume(r->slots);
	else
		r->slots = slots_new(r->shared, REFUSE_SLOTS, conf->server_peer_timeout, &blocked);
	if (!r->slots)
		log_error("no epoll set: %s", strerror(errno));
	return r->slots;
}

void refuse_turn(struct refuser *r, bool wanted, const struct conf *conf)
{
	if (wanted && !r->taking)
		r->taking = refuse_begin(r, conf);
	if (!wanted && r->taking) {
		slots_drain(r->slots, true);
		r->taking = false;
	}
	if (refuse_active(r))
		refuse_waiting(r, conf);
}

bool refuse_active(const struct refuser *r)
{
	return r->taking || (r->slots && slots_held(r->slots) > 0);
}

int refuse_fd(const struct refuser *r)
{
	return refuse_active(r) ? slots_fd(r->slots) : -1;
}

uint64_t refuse_count(const struct refuser *r)
{
	return r->count;
}
