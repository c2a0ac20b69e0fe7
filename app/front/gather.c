/* A request that does not arrive at once, gathered without blocking until it is whole.
 * SPDX-License-Identifier: MIT */
#include "gather.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/front/record.h"
#include "app/front/refused.h"
#include "base/arena.h"
#include "base/clock.h"

#define GATHER_PIECE 65536
/* Records before the body; what a web server sends is a few kilobytes. */
#define GATHER_HEAD_MAX ((size_t)1 << 20)
/* The arena holds the beginning of the body; the rest is a mapped file. */
#define GATHER_MEMORY ((size_t)64 << 20)

struct gather {
	struct arena *arena;
	struct body *body;
	struct fault fault; /* the body is too large or has no room: the rest is thrown away */
	struct records at;
	int head;
	size_t head_n;
	int64_t progress_us;
};

enum gather_state gather_look(int socket)
{
	char bytes[GATHER_PIECE];
	struct records at = { 0 };
	ssize_t n = recv(socket, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		return GATHER_BROKEN;
	struct str in = { bytes, n > 0 ? (size_t)n : 0 }, piece;
	enum record_piece kind = RECORD_NONE;
	while (in.n && !at.whole)
		if ((kind = records_next(&at, &in, &piece)) == RECORD_BAD)
			return GATHER_BROKEN;
	/* Padding behind the end libfcgi would leave to the next request. */
	if (!at.whole || kind != RECORD_HEADER)
		return GATHER_MORE;
	return memmem(bytes, (size_t)n, REFUSED_URL, sizeof REFUSED_URL - 1) ? GATHER_ASKED : GATHER_WHOLE;
}

struct gather *gather_new(const struct conf *conf)
{
	int head = memfd_create("rowgate-request", MFD_CLOEXEC);
	if (head < 0)
		return NULL;
	struct arena *a = arena_new(GATHER_MEMORY);
	struct gather *g = arena_make(a, struct gather);
	g->arena = a;
	g->head = head;
	g->body = body_new(conf, -1, a);
	g->progress_us = clock_monotonic_us();
	return g;
}

void gather_free(struct gather *g)
{
	if (!g)
		return;
	if (g->head >= 0)
		close(g->head);
	arena_free(g->arena);
}

static bool gather_head_put(struct gather *g, const void *p, size_t n)
{
	g->head_n += n;
	return g->head_n <= GATHER_HEAD_MAX && write(g->head, p, n) == (ssize_t)n;
}

static void gather_body_put(struct gather *g, struct str bytes)
{
	while (bytes.n && !g->fault.http_status) {
		size_t room;
		char *to = body_room(g->body, &room, &g->fault);
		if (!to)
			return;
		size_t n = bytes.n < room ? bytes.n : room;
		memcpy(to, bytes.p, n);
		body_add(g->body, n);
		bytes = str_from(bytes, n);
	}
}

/* Puts a piece where it belongs: records of the body are left out of the head, but for the empty one that ends it.
 * False when there is too much of it, or it is no FastCGI. */
static bool gather_put(struct gather *g, enum record_piece kind, struct str piece)
{
	bool is_body = g->at.type == FCGI_STDIN && !g->at.last;
	if (kind == RECORD_CONTENT && is_body)
		gather_body_put(g, piece);
	else if (kind == RECORD_HEADER && !is_body)
		return gather_head_put(g, g->at.header, FCGI_HEADER_LEN);
	else if (kind != RECORD_NONE && !is_body)
		return gather_head_put(g, piece.p, piece.n);
	return kind != RECORD_BAD;
}

/* Feeds what came through the records; false when it is not FastCGI or too much. */
static bool gather_feed(struct gather *g, struct str in)
{
	while (in.n && !g->at.whole) {
		struct str piece;
		enum record_piece kind = records_next(&g->at, &in, &piece);
		if (kind == RECORD_BAD || !gather_put(g, kind, piece))
			return false;
	}
	return true;
}

enum gather_state gather_take(struct gather *g, int socket)
{
	char bytes[GATHER_PIECE];
	while (!g->at.whole) {
		ssize_t n = recv(socket, bytes, sizeof bytes, MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return GATHER_MORE;
		if (n <= 0 || !gather_feed(g, (struct str){ bytes, (size_t)n }))
			return GATHER_BROKEN;
		g->progress_us = clock_monotonic_us();
	}
	return GATHER_WHOLE;
}

int64_t gather_progress_us(const struct gather *g)
{
	return g->progress_us;
}

int gather_head(struct gather *g)
{
	lseek(g->head, 0, SEEK_SET);
	return g->head;
}

void gather_head_closed(struct gather *g)
{
	g->head = -1;
}

struct str gather_body(const struct gather *g, struct fault *f)
{
	if (!g->fault.http_status)
		return body_text(g->body);
	*f = g->fault;
	return STR_NONE;
}

void gather_refuse(const struct gather *g, int socket)
{
	static const char answer[] =
		"Status: 408 Request Timeout\r\nX-Content-Type-Options: nosniff\r\nContent-Length: 0\r\n\r\n";
	enum { ANSWER = sizeof answer - 1 };
	unsigned char out[FCGI_HEADER_LEN + ANSWER + RECORD_END_SIZE];
	if (!g->at.begun)
		return;
	record_header(out, FCGI_STDOUT, g->at.request_id, ANSWER);
	memcpy(out + FCGI_HEADER_LEN, answer, ANSWER);
	record_end(out + FCGI_HEADER_LEN + ANSWER, g->at.request_id);
	if (send(socket, out, sizeof out, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return; /* the connection is closed next anyway */
}
