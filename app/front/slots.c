/* A worker's kept connections and the listening socket in one epoll set, so that no connection holds it hostage.
 * SPDX-License-Identifier: MIT */
#include "slots.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define SLOTS_EVENTS 32
/* How often stalled requests are looked for while there are half ones. */
#define SLOTS_SWEEP_MS 1000
/* How long no connection is taken after the system had no descriptor left for one. */
#define SLOTS_DEAF_US INT64_C(500000)

/* All of it is as long as the connection: slots_drop() clears it. */
struct slot {
	struct fcgi_connection *connection; /* NULL: free */
	bool watched;                       /* in the epoll set; slots_park() ends it too */
	bool for_writing;                   /* there because its answer is still on its way: slots_watch() */
	bool parked;                        /* readable, but nobody could take it: out of the set till slots_idle() */
	bool ready;                         /* among the events not yet handed out, or being answered: slots_keep() */
	struct slot *next_free;
};

struct slots {
	/* As long as the object. */
	struct slots_shared shared;
	int epoll;
	size_t capacity;
	sigset_t wait_mask;
	struct slot *all, *free;
	/* As long as a configuration: slots_patience(). */
	int64_t peer_timeout; /* seconds */
	/* As long as its cause. */
	bool open;             /* listener and hand-over are in the set: slots_open() alone sets and ends it */
	bool draining;         /* slots_drain(); it does not end */
	bool hand_on;          /* while draining: idle connections go to other workers */
	bool busy;             /* slots_busy() to the next wait, slots_idle() */
	bool partial;          /* some slot may hold half a request: each slots_sweep() finds out anew */
	int64_t deaf_until_us; /* no descriptor was left: listener and hand-over are out of the set; 0: no. It ends by the
							* time, slots_wait(), or when one is given back, slots_drop() */
	size_t held;
	/* As long as a wait: slots_wait(). */
	struct epoll_event events[SLOTS_EVENTS];
	int event_count, event_at;
};

/* Watches what all workers share, by EPOLLEXCLUSIVE: one idle worker is woken for a connection, not all. The address of
 * the descriptor in `shared` is what tells its events from those of slots. */
static void slots_watch_shared(struct slots *s, int *fd, bool on)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = fd };
	if (*fd >= 0 && epoll_ctl(s->epoll, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, *fd, &e) < 0)
		log_error("epoll_ctl: %s", strerror(errno));
}

/* A new connection, or -1 when another worker was faster. Non-blocking, so that libfcgi fails on records that look
 * whole and lack what it wants to read next. */
static int slots_accept(struct slots *s)
{
	int fd = accept4(s->shared.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)) {
		log_error("cannot accept a connection: %s", strerror(errno));
		s->deaf_until_us = clock_monotonic_us() + SLOTS_DEAF_US;
	}
	return fd;
}

static bool slots_is_shared(const struct slots *s, const struct epoll_event *e)
{
	return e->data.ptr == &s->shared.listener || e->data.ptr == &s->shared.handover[0];
}

/* Hands on connections that this worker was woken for and will not look at: what is shared wakes one idle worker for
 * each, so another is to be woken in its place. */
static void slots_pass_on(struct slots *s)
{
	for (int i = s->event_at; s->shared.handover[1] >= 0 && i < s->event_count; i++) {
		struct epoll_event *e = &s->events[i];
		if (!e->events || !slots_is_shared(s, e))
			continue;
		e->events = 0;
		int64_t since = clock_monotonic_us();
		int fd = e->data.ptr == &s->shared.listener ? slots_accept(s) : handover_take(s->shared.handover, &since);
		if (fd < 0)
			continue;
		if (!handover_give(s->shared.handover, fd, since))
			log_warn("a connection is dropped: nobody can take it");
		close(fd);
	}
}

/* Takes connections, new and handed over, or lets the other workers have them. */
static void slots_open(struct slots *s, bool on)
{
	if (on && (s->draining || s->busy || s->deaf_until_us || s->held == s->capacity))
		on = false;
	if (on == s->open)
		return;
	slots_watch_shared(s, &s->shared.listener, on);
	slots_watch_shared(s, &s->shared.handover[0], on);
	s->open = on;
	if (!on)
		slots_pass_on(s);
}

struct slots *slots_new(const struct slots_shared *shared, size_t capacity, int64_t peer_timeout,
	const sigset_t *wait_mask)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll < 0)
		return NULL;
	struct slots *s = calloc(1, sizeof *s);
	if (!s || !(s->all = calloc(capacity, sizeof *s->all)))
		abort();
	s->shared = *shared;
	s->epoll = epoll;
	s->capacity = capacity;
	s->peer_timeout = peer_timeout;
	s->wait_mask = *wait_mask;
	for (size_t i = capacity; i-- > 0;) {
		s->all[i].next_free = s->free;
		s->free = &s->all[i];
	}
	slots_open(s, true);
	return s;
}

void slots_patience(struct slots *s, int64_t peer_timeout)
{
	s->peer_timeout = peer_timeout;
}

void slots_free(struct slots *s)
{
	for (size_t i = 0; i < s->capacity; i++)
		if (s->all[i].connection)
			fcgi_close(s->all[i].connection);
	close(s->epoll);
	free(s->all);
	free(s);
}

void slots_forget(const struct slots *s)
{
	for (size_t i = 0; i < s->capacity; i++)
		if (s->all[i].connection)
			close(fcgi_fd(s->all[i].connection));
	close(s->epoll);
}

void slots_drop(struct slots *s, struct slot *slot)
{
	assert(slot->connection && s->held > 0);
	/* Closing takes the descriptor out of the set, unless it was handed over: then it lives on elsewhere and must be
	 * taken out by hand. An event of it still in the queue is cleared here. */
	if (slot->watched)
		epoll_ctl(s->epoll, EPOLL_CTL_DEL, fcgi_fd(slot->connection), NULL);
	fcgi_close(slot->connection);
	for (int i = s->event_at; i < s->event_count; i++)
		if (s->events[i].data.ptr == slot)
			s->events[i].events = 0;
	*slot = (struct slot){ .next_free = s->free };
	s->free = slot;
	s->held--;
	s->deaf_until_us = 0;
	slots_open(s, true);
}

/* Watches a connection for what it waits for now: to read a request or to go on with an answer. */
static void slots_watch(struct slots *s, struct slot *slot)
{
	bool for_writing = fcgi_sending(slot->connection);
	struct epoll_event e = { .events = for_writing ? EPOLLOUT : EPOLLIN | EPOLLRDHUP, .data.ptr = slot };
	if (slot->watched && slot->for_writing == for_writing)
		return;
	if (epoll_ctl(s->epoll, slot->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fcgi_fd(slot->connection), &e) < 0) {
		log_error("epoll_ctl: %s", strerror(errno));
		slots_drop(s, slot);
		return;
	}
	slot->watched = true;
	slot->for_writing = for_writing;
	slot->parked = false;
}

/* Whether half a request has come or half an answer has gone: what was read, or is to be sent, is here and nowhere
 * else. */
static bool slot_partial(const struct slot *slot)
{
	return fcgi_waiting_since_us(slot->connection) != 0;
}

/* Gives a connection to another worker: the message is queued and our own copy closed. False when none can have it: a
 * full queue means that nobody is idle. */
static bool slots_give(struct slots *s, struct slot *slot)
{
	if (slot_partial(slot) || !handover_give(s->shared.handover, fcgi_fd(slot->connection), clock_monotonic_us()))
		return false;
	slots_drop(s, slot);
	return true;
}

/* Whether there is something to read: a web server connects when it has a request to send, and mostly its first record
 * is there already. */
static bool slots_readable(int fd)
{
	char byte;
	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 || errno != EAGAIN;
}

/* Parts with a connection between two requests while draining: it is handed on, or closed if no request came on it
 * meanwhile. False when it is still to be answered. */
static bool slots_release(struct slots *s, struct slot *slot)
{
	if (slot_partial(slot))
		return false;
	if (s->hand_on && slots_give(s, slot))
		return true;
	if (slots_readable(fcgi_fd(slot->connection)))
		return false;
	slots_drop(s, slot);
	return true;
}

void slots_keep(struct slots *s, struct slot *slot)
{
	slot->ready = false;
	s->partial = s->partial || slot_partial(slot);
	if (s->draining && slots_release(s, slot))
		return;
	slots_watch(s, slot);
}

/* Looks after an answer that is still on its way. True when there is none, and so a request to be read. */
static bool slots_readies(struct slots *s, struct slot *slot)
{
	if (!fcgi_sending(slot->connection))
		return true;
	if (fcgi_send_more(slot->connection))
		slots_keep(s, slot);
	else
		slots_drop(s, slot);
	return false;
}

size_t slots_held(const struct slots *s)
{
	return s->held;
}

bool slots_only_wait(const struct slots *s, bool for_requests)
{
	bool other = false;
	for (size_t i = 0; i < s->capacity; i++) {
		const struct slot *slot = &s->all[i];
		other = other || (slot->connection && !(for_requests ? slot_partial(slot) : fcgi_sending(slot->connection)));
	}
	return s->held && !other;
}

struct fcgi_connection *slot_connection(struct slot *slot)
{
	return slot->connection;
}

/* A connection in a free slot with something to read; NULL when nothing was sent yet (it is watched then). */
static struct slot *slots_adopt(struct slots *s, int fd)
{
	struct slot *slot = s->free;
	assert(slot && !slot->connection);
	s->free = slot->next_free;
	*slot = (struct slot){ .connection = fcgi_open(fd), .ready = true };
	if (++s->held == s->capacity)
		slots_open(s, false);
	if (slots_readable(fd))
		return slot;
	slots_keep(s, slot);
	return NULL;
}

bool slots_hold(struct slots *s, int fd)
{
	if (s->held == s->capacity || !slots_readable(fd))
		return false;
	struct slot *slot = slots_adopt(s, fd);
	if (slot)
		slots_watch(s, slot);
	return true;
}

void slots_drain(struct slots *s, bool hand_on)
{
	s->draining = true;
	s->hand_on = hand_on;
	slots_open(s, false);
	/* Nobody else is there to take what was handed over. */
	int64_t since;
	for (int fd; !hand_on && s->held < s->capacity && (fd = handover_take(s->shared.handover, &since)) >= 0;) {
		struct slot *slot = slots_adopt(s, fd);
		if (slot)
			slots_keep(s, slot);
	}
	for (size_t i = 0; i < s->capacity; i++)
		if (s->all[i].connection && !s->all[i].ready)
			slots_release(s, &s->all[i]);
}

int slots_fd(const struct slots *s)
{
	return s->epoll;
}

/* The slot an event is about, or NULL when there is none to answer. */
static struct slot *slots_event(struct slots *s, const struct epoll_event *e)
{
	if (!e->events)
		return NULL;
	if (!slots_is_shared(s, e))
		return slots_readies(s, e->data.ptr) ? e->data.ptr : NULL;
	if (!s->open)
		return NULL;
	int64_t since;
	int fd = e->data.ptr == &s->shared.listener ? slots_accept(s) : handover_take(s->shared.handover, &since);
	if (s->deaf_until_us)
		slots_open(s, false);
	return fd < 0 ? NULL : slots_adopt(s, fd);
}

/* Begins to be idle again: what was parked is watched, new connections are taken. */
static void slots_idle(struct slots *s)
{
	s->busy = false;
	for (size_t i = 0; i < s->capacity; i++)
		if (s->all[i].parked)
			slots_watch(s, &s->all[i]);
	slots_open(s, true);
}

/* Whether there was no progress since then; what became possible while the worker was busy is no delay of the peer. */
static bool slot_stalled(const struct slot *slot, int64_t before_us)
{
	short wanted = fcgi_sending(slot->connection) ? POLLOUT : POLLIN;
	struct pollfd p = { .fd = fcgi_fd(slot->connection), .events = wanted };
	return fcgi_waiting_since_us(slot->connection) < before_us && poll(&p, 1, 0) == 0;
}

/* Ends requests and answers that have stalled in the middle. */
static void slots_sweep(struct slots *s)
{
	int64_t before_us = clock_monotonic_us() - s->peer_timeout * 1000000;
	s->partial = false;
	for (size_t i = 0; i < s->capacity; i++) {
		struct slot *slot = &s->all[i];
		if (!slot->connection || !slot_partial(slot))
			continue;
		if (slot_stalled(slot, before_us)) {
			fcgi_refuse_stalled(slot->connection);
			slots_drop(s, slot);
		} else {
			s->partial = true;
		}
	}
}

/* Waits, and looks after what has stalled. True when at least one event waits in the queue. */
static bool slots_wait(struct slots *s, int timeout_ms)
{
	if (s->busy)
		slots_idle(s);
	if (s->partial)
		slots_sweep(s);
	if (s->deaf_until_us && s->deaf_until_us <= clock_monotonic_us()) {
		s->deaf_until_us = 0;
		slots_open(s, true);
	}
	s->event_at = s->event_count = 0;
	if (s->draining && s->held == 0)
		return false;
	if ((s->partial || s->deaf_until_us) && (timeout_ms < 0 || timeout_ms > SLOTS_SWEEP_MS))
		timeout_ms = SLOTS_SWEEP_MS;
	s->event_count = epoll_pwait(s->epoll, s->events, SLOTS_EVENTS, timeout_ms, &s->wait_mask);
	if (s->event_count < 0)
		s->event_count = 0;
	for (int i = 0; i < s->event_count; i++)
		if (!slots_is_shared(s, &s->events[i]))
			((struct slot *)s->events[i].data.ptr)->ready = true;
	return s->event_count > 0;
}

struct slot *slots_next(struct slots *s, int timeout_ms)
{
	for (bool waited = false;; waited = true) {
		while (s->event_at < s->event_count) {
			struct slot *slot = slots_event(s, &s->events[s->event_at++]);
			if (slot)
				return slot;
		}
		/* Answers that go on and on must not keep the caller from what else is due. */
		if (waited || !slots_wait(s, timeout_ms))
			return NULL;
	}
}

static void slots_park(struct slots *s, struct slot *slot)
{
	if (!slot->watched)
		return;
	epoll_ctl(s->epoll, EPOLL_CTL_DEL, fcgi_fd(slot->connection), NULL);
	slot->watched = false;
	slot->parked = true;
}

int slots_busy(struct slots *s)
{
	s->busy = true;
	slots_open(s, false);
	/* Events already fetched would be waited for by nobody. */
	for (; s->event_at < s->event_count; s->event_at++) {
		const struct epoll_event *e = &s->events[s->event_at];
		if (e->events && !slots_is_shared(s, e))
			((struct slot *)e->data.ptr)->ready = false;
	}
	return s->epoll;
}

bool slots_hand_over(struct slots *s, const struct slot *current)
{
	struct epoll_event events[SLOTS_EVENTS];
	int count = epoll_wait(s->epoll, events, SLOTS_EVENTS, 0);
	bool left = false;
	for (int i = 0; i < count; i++)
		if (slots_readies(s, events[i].data.ptr))
			slots_park(s, events[i].data.ptr);
	for (size_t i = 0; i < s->capacity; i++) {
		struct slot *slot = &s->all[i];
		if (slot->parked && slot != current && !slots_give(s, slot))
			left = left || !slot_partial(slot);
	}
	return left;
}
