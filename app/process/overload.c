/* Answers in the place of workers that are all busy: an error instead of silence (for the API 504 PGRST003).
 * SPDX-License-Identifier: MIT */
#include "overload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/serve/access.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "reply/common.h"
#include "reply/problem.h"

/* A bound on one turn, so that the caller comes back to its other duties. */
#define OVERLOAD_AT_ONCE 64
#define OVERLOAD_SLOTS 256
#define OVERLOAD_MEMORY ((size_t)4 << 20)
/* How often at most the log hears of it, as PostgREST's does. */
#define OVERLOAD_TELL_US INT64_C(5000000)

struct overload {
	/* As long as the object. */
	const struct slots_shared *shared;
	const struct fault *answer;
	struct slots *slots; /* from the first time that somebody had to be refused; NULL: never yet */
	uint64_t count;
	uint64_t told;   /* how many of them the log has heard of */
	int64_t told_us; /* when it did, 0: never yet */
};

struct overload *overload_new(const struct slots_shared *shared, const struct fault *answer)
{
	struct overload *o = calloc(1, sizeof *o);
	if (!o)
		abort();
	o->shared = shared;
	o->answer = answer;
	return o;
}

void overload_free(struct overload *o)
{
	if (o && o->slots)
		slots_free(o->slots);
	free(o);
}

void overload_forget(const struct overload *o)
{
	if (o->slots)
		slots_forget(o->slots);
}

/* Tells of those refused since the last time. */
static void overload_tell(struct overload *o, struct arena *a)
{
	int64_t now = clock_monotonic_us();
	if (o->told == o->count || (o->told_us && now - o->told_us < OVERLOAD_TELL_US))
		return;
	log_error("%.*s to %llu of those who waited", STR_ARG(problem_text(o->answer, a)),
		(unsigned long long)(o->count - o->told));
	o->told = o->count;
	o->told_us = now;
}

/* Answers the request that has come on the connection, if it is whole; false when it is to be closed. */
static bool overload_answer(struct overload *o, struct fcgi_connection *c, const struct conf *conf, struct arena *a)
{
	struct request request;
	struct reply reply;
	struct fault ignored = { 0 };
	enum fcgi_received received = fcgi_receive(c, conf, &request, a, &ignored);
	if (received == FCGI_ASKED)
		received = fcgi_receive(c, conf, &request, a, &ignored);
	if (received != FCGI_RECEIVED && received != FCGI_REFUSED)
		return received == FCGI_PARTIAL;
	o->count++;
	problem_reply(&reply, o->answer, conf, request.method == HTTP_HEAD, a);
	common_fields(&reply, &request, conf, a);
	bool keep = fcgi_send(c, &reply);
	access_log(conf, &request, &reply, &(struct served){ .role = STR_NONE }, a);
	overload_tell(o, a);
	return keep;
}

/* Answers the requests that have come. */
static void overload_answer_waiting(struct overload *o, const struct conf *conf)
{
	struct arena *a = arena_new(OVERLOAD_MEMORY);
	struct slot *slot;
	for (int i = 0; i < OVERLOAD_AT_ONCE && (slot = slots_next(o->slots, 0)); i++) {
		if (overload_answer(o, slot_connection(slot), conf, a))
			slots_keep(o->slots, slot);
		else
			slots_drop(o->slots, slot);
		arena_reset(a);
	}
	arena_free(a);
}

/* Makes what it takes to answer; false after saying why not. */
static bool overload_begin(struct overload *o, const struct conf *conf)
{
	sigset_t blocked;
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	if (o->slots) {
		slots_patience(o->slots, conf->server_peer_timeout);
		return true;
	}
	o->slots = slots_new(o->shared, OVERLOAD_SLOTS, conf->server_peer_timeout, &blocked);
	if (o->slots)
		slots_drain(o->slots, true); /* it has but those that it is to refuse */
	else
		log_error("no epoll set: %s", strerror(errno));
	return o->slots;
}

/* Queues a connection, whose own copy is still to be closed. */
static void overload_give(const struct overload *o, int fd, int64_t since_us)
{
	if (!handover_give(o->shared->handover, fd, since_us))
		log_warn("a connection is dropped: nobody can take it");
}

/* Has new connections wait with the others, so that it is known for how long. */
static void overload_queue(const struct overload *o)
{
	for (int i = 0; i < OVERLOAD_AT_ONCE && handover_has_room(o->shared->handover); i++) {
		int fd = accept4(o->shared->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0)
			return;
		overload_give(o, fd, clock_monotonic_us());
		close(fd);
	}
}

/* Takes those that have waited for too long out of the queue. One without a request begins anew. */
static void overload_take_late(struct overload *o, int64_t timeout_us)
{
	int64_t now = clock_monotonic_us(), since = 0;
	for (int i = 0; i < OVERLOAD_AT_ONCE; i++) {
		int64_t oldest = handover_oldest_us(o->shared->handover);
		if (!oldest || oldest + timeout_us > now)
			return;
		int fd = handover_take(o->shared->handover, &since);
		if (fd < 0)
			return;
		bool late = since + timeout_us <= now;
		if (late && slots_hold(o->slots, fd))
			continue;
		overload_give(o, fd, late ? now : since);
		close(fd);
	}
}

void overload_turn(struct overload *o, bool busy, const struct conf *conf)
{
	if (busy) {
		overload_queue(o);
		if (overload_begin(o, conf))
			overload_take_late(o, conf->db_pool_acquisition_timeout * 1000000);
	}
	if (overload_active(o))
		overload_answer_waiting(o, conf);
}

bool overload_active(const struct overload *o)
{
	return o->slots && slots_held(o->slots) > 0;
}

int overload_fd(const struct overload *o)
{
	return overload_active(o) ? slots_fd(o->slots) : -1;
}

int overload_listener(const struct overload *o, bool busy)
{
	return busy && handover_has_room(o->shared->handover) ? o->shared->listener : -1;
}

uint64_t overload_count(const struct overload *o)
{
	return o->count;
}
