/* Answers in the place of workers that are all busy: an error instead of silence (for the API 504 PGRST003).
 * SPDX-License-Identifier: MIT */
#include "overload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "reply/cors.h"
#include "reply/problem.h"

/* A bound on one turn, so that the caller comes back to its other duties. */
#define OVERLOAD_AT_ONCE 64
#define OVERLOAD_SLOTS 256
#define OVERLOAD_MEMORY ((size_t)4 << 20)

struct overload {
	const struct slots_shared *shared;
	const struct fault *answer;
	struct slots *slots; /* NULL: nobody had to be refused yet */
	bool taking;
	uint64_t count;
};

struct overload *overload_new(const struct slots_shared *shared, const struct fault *answer)
{
	struct overload *r = calloc(1, sizeof *r);
	if (!r)
		abort();
	r->shared = shared;
	r->answer = answer;
	return r;
}

void overload_free(struct overload *r)
{
	if (r && r->slots)
		slots_free(r->slots);
	free(r);
}

void overload_forget(const struct overload *r)
{
	if (r->slots)
		slots_forget(r->slots);
}

/* False when the connection is to be closed. */
static bool refuse_one(struct overload *r, struct fcgi_connection *c, const struct conf *conf, struct arena *a)
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

static void refuse_waiting(struct overload *r, const struct conf *conf)
{
	struct arena *a = arena_new(OVERLOAD_MEMORY);
	struct slot *slot;
	for (int i = 0; i < OVERLOAD_AT_ONCE && (slot = slots_next(r->slots, 0)); i++) {
		if (refuse_one(r, slot_connection(slot), conf, a))
			slots_keep(r->slots, slot);
		else
			slots_drop(r->slots, slot);
		arena_reset(a);
	}
	arena_free(a);
}

/* Begins to take connections. */
static bool refuse_begin(struct overload *r, const struct conf *conf)
{
	sigset_t blocked;
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	if (r->slots)
		slots_resume(r->slots);
	else
		r->slots = slots_new(r->shared, OVERLOAD_SLOTS, conf->server_peer_timeout, &blocked);
	if (!r->slots)
		log_error("no epoll set: %s", strerror(errno));
	return r->slots;
}

void overload_turn(struct overload *r, bool wanted, const struct conf *conf)
{
	if (wanted && !r->taking)
		r->taking = refuse_begin(r, conf);
	if (!wanted && r->taking) {
		slots_drain(r->slots, true);
		r->taking = false;
	}
	if (overload_active(r))
		refuse_waiting(r, conf);
}

bool overload_active(const struct overload *r)
{
	return r->taking || (r->slots && slots_held(r->slots) > 0);
}

int overload_fd(const struct overload *r)
{
	return overload_active(r) ? slots_fd(r->slots) : -1;
}

uint64_t overload_count(const struct overload *r)
{
	return r->count;
}
