/* The master's side of seat.h: a copy of the socket of each session that a worker has, or has left behind.
 * SPDX-License-Identifier: MIT */
#include "seats.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/hangup.h"

#define SEATS_EVENTS 32

struct seats {
	/* As long as the object. */
	int channel[2];
	int events; /* an epoll set of the channel, as number `count`, and of the sessions that were left, by their index */
	size_t count;
	/* Each as long as the session: seats_left(). */
	int sessions[]; /* -1: none */
};

static void close_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

struct seats *seats_new(size_t count, const int *channel)
{
	struct seats *s = malloc(sizeof *s + count * sizeof s->sessions[0]);
	if (!s)
		abort();
	*s = (struct seats){ .channel = { -1, -1 }, .count = count, .events = epoll_create1(EPOLL_CLOEXEC) };
	for (size_t i = 0; i < count; i++)
		s->sessions[i] = -1;
	struct epoll_event e = { .events = EPOLLIN, .data.u64 = count };
	bool there = channel || seat_channel_new(s->channel);
	for (size_t i = 0; channel && i < 2; i++)
		s->channel[i] = channel[i];
	if (there && s->events >= 0 && epoll_ctl(s->events, EPOLL_CTL_ADD, s->channel[0], &e) == 0)
		return s;
	seats_free(s);
	return NULL;
}

void seats_forget(const struct seats *s, bool own)
{
	close_open(s->events);
	close_open(s->channel[0]);
	if (!own)
		close_open(s->channel[1]);
	for (size_t i = 0; i < s->count; i++)
		close_open(s->sessions[i]);
}

void seats_free(struct seats *s)
{
	if (s)
		seats_forget(s, false);
	free(s);
}

const int *seats_channel(const struct seats *s)
{
	return s->channel;
}

int seats_fd(const struct seats *s)
{
	return s->events;
}

int seats_session(const struct seats *s, size_t worker)
{
	assert(worker < s->count);
	return s->sessions[worker];
}

void seats_take(struct seats *s, size_t worker, int session)
{
	int before = seats_session(s, worker);
	/* It may be open in a child that is just being forked, and would stay in the set. */
	if (before >= 0)
		epoll_ctl(s->events, EPOLL_CTL_DEL, before, NULL);
	close_open(before);
	s->sessions[worker] = session;
}

bool seats_left(struct seats *s, size_t worker)
{
	int session = seats_session(s, worker);
	struct epoll_event e = { .events = EPOLLIN | EPOLLRDHUP, .data.u64 = worker };
	if (session >= 0 && !hangup_done(session)) {
		epoll_ctl(s->events, EPOLL_CTL_ADD, session, &e);
		return false;
	}
	seats_take(s, worker, -1);
	return true;
}

bool seats_bequeathed(struct seats *s, size_t worker)
{
	int session = seats_session(s, worker);
	if (session >= 0)
		hangup_begin(session);
	return seats_left(s, worker);
}

void seats_look(struct seats *s, void (*ended)(void *arg, size_t worker), void *arg)
{
	struct epoll_event events[SEATS_EVENTS];
	int count = epoll_wait(s->events, events, SEATS_EVENTS, 0);
	for (int i = 0; i < count; i++)
		if (events[i].data.u64 < s->count && seats_left(s, events[i].data.u64))
			ended(arg, events[i].data.u64);
}
