/* A request that does not arrive at once, gathered without blocking until it is whole.
 * SPDX-License-Identifier: MIT */
#include "gather.h"

#include <errno.h>
#include <fastcgi.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"

#define GATHER_PIECE 65536
/* Records before the body; what a web server sends is a few kilobytes. */
#define GATHER_HEAD_MAX ((size_t)1 << 20)
/* The arena holds the beginning of the body; the rest is a mapped file. */
#define GATHER_MEMORY ((size_t)64 << 20)

/* Where in the stream of parameters it is: two lengths of one byte or four each, then a name and a value. */
struct params {
	unsigned char lengths[8];
	size_t lengths_n; /* bytes of them seen */
	size_t left;      /* of name and value */
};

/* Where in the sequence of records the stream is. */
struct records {
	unsigned char header[FCGI_HEADER_LEN];
	size_t header_n;         /* bytes of the header seen; all of them while inside a record */
	size_t content, padding; /* bytes of the record still to come */
	int type, request_id;
	struct params params;
	bool begun, whole;
};

enum piece { PIECE_NONE, PIECE_HEADER, PIECE_CONTENT, PIECE_PADDING, PIECE_BAD };

struct gather {
	struct arena *arena;
	struct body *body;
	struct fault fault; /* the body is too large or has no room: the rest is thrown away */
	struct records at;
	int head;
	size_t head_n;
	int64_t progress_us;
};

/* A header is complete. One request after the other is all that web servers send: what would make libfcgi skip records
 * and wait for others is not let through to it. */
static enum piece records_enter(struct records *at)
{
	const unsigned char *h = at->header;
	int request_id = h[2] << 8 | h[3];
	at->type = h[1];
	at->content = (size_t)h[4] << 8 | h[5];
	at->padding = h[6];
	at->whole = at->type == FCGI_STDIN && at->content == 0;
	bool begins = at->type == FCGI_BEGIN_REQUEST && !at->begun && request_id;
	bool follows = (at->type == FCGI_PARAMS || at->type == FCGI_STDIN) && at->begun && request_id == at->request_id;
	at->request_id = request_id;
	at->begun = at->begun || begins;
	return h[0] == FCGI_VERSION_1 && (begins || follows) ? PIECE_HEADER : PIECE_BAD;
}

/* The length at p of n bytes; false when it is not all there. */
static bool params_length(size_t *out_r, size_t *used_r, const unsigned char *p, size_t n)
{
	bool is_long = n && p[0] & 0x80;
	if (n < (is_long ? 4 : 1))
		return false;
	*out_r = is_long ? (size_t)(p[0] & 0x7f) << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3] : p[0];
	*used_r = is_long ? 4 : 1;
	return true;
}

/* False when a length is beyond all measure: libfcgi adds them up in an int, and writes where there is no room. */
static bool params_feed(struct params *at, struct str in)
{
	while (in.n) {
		size_t name, value, used, more, n = at->left < in.n ? at->left : in.n;
		at->left -= n;
		in = str_from(in, n);
		if (!in.n)
			return true;
		at->lengths[at->lengths_n++] = (unsigned char)*in.p;
		in = str_from(in, 1);
		if (!params_length(&name, &used, at->lengths, at->lengths_n)
			|| !params_length(&value, &more, at->lengths + used, at->lengths_n - used))
			continue;
		if (name > GATHER_HEAD_MAX || value > GATHER_HEAD_MAX)
			return false;
		at->left = name + value;
		at->lengths_n = 0;
	}
	return true;
}

/* Takes the next piece off the input: the rest of a header (PIECE_HEADER when that completes it), of content or of
 * padding. PIECE_NONE when the input is used up. */
static enum piece records_next(struct records *at, struct str *in, struct str *piece_r)
{
	enum piece kind = PIECE_NONE;
	if (at->header_n == FCGI_HEADER_LEN && !at->content && !at->padding)
		at->header_n = 0;
	if (in->n == 0 || at->whole)
		return PIECE_NONE;
	bool in_header = at->header_n < FCGI_HEADER_LEN;
	size_t wanted = in_header ? FCGI_HEADER_LEN - at->header_n : at->content ? at->content : at->padding;
	*piece_r = str_sub(*in, 0, wanted);
	*in = str_from(*in, piece_r->n);
	if (in_header) {
		memcpy(at->header + at->header_n, piece_r->p, piece_r->n);
		at->header_n += piece_r->n;
		return at->header_n == FCGI_HEADER_LEN ? records_enter(at) : PIECE_NONE;
	}
	kind = at->content ? PIECE_CONTENT : PIECE_PADDING;
	*(at->content ? &at->content : &at->padding) -= piece_r->n;
	if (kind == PIECE_CONTENT && at->type == FCGI_PARAMS && !params_feed(&at->params, *piece_r))
		return PIECE_BAD;
	return kind;
}

enum gather_state gather_look(int socket)
{
	char bytes[GATHER_PIECE];
	struct records at = { 0 };
	ssize_t n = recv(socket, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		return GATHER_BROKEN;
	struct str in = { bytes, n > 0 ? (size_t)n : 0 }, piece;
	while (in.n && !at.whole)
		if (records_next(&at, &in, &piece) == PIECE_BAD)
			return GATHER_BROKEN;
	return at.whole ? GATHER_WHOLE : GATHER_MORE;
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

/* Records of the body are left out of the head, but for the empty one that ends it. */
static bool gather_piece(struct gather *g, enum piece kind, struct str piece)
{
	bool is_body = g->at.type == FCGI_STDIN && !g->at.whole;
	if (kind == PIECE_CONTENT && is_body)
		gather_body_put(g, piece);
	else if (kind == PIECE_HEADER && !is_body)
		return gather_head_put(g, g->at.header, FCGI_HEADER_LEN);
	else if (kind != PIECE_NONE && !is_body)
		return gather_head_put(g, piece.p, piece.n);
	return kind != PIECE_BAD;
}

/* Feeds what came through the records; false when it is not FastCGI or too much. */
static bool gather_feed(struct gather *g, struct str in)
{
	while (in.n && !g->at.whole) {
		struct str piece;
		enum piece kind = records_next(&g->at, &in, &piece);
		if (kind == PIECE_BAD || !gather_piece(g, kind, piece))
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
	static const char answer[] = "Status: 408 Request Timeout\r\nContent-Length: 0\r\n\r\n";
	unsigned char out[FCGI_HEADER_LEN + sizeof answer - 1 + FCGI_HEADER_LEN + 8] = { 0 };
	unsigned char *end = out + FCGI_HEADER_LEN + sizeof answer - 1;
	if (!g->at.begun)
		return;
	/* Web servers use one request id a connection; every record tells it. */
	out[0] = end[0] = FCGI_VERSION_1;
	out[1] = FCGI_STDOUT;
	out[2] = end[2] = g->at.header[2];
	out[3] = end[3] = g->at.header[3];
	out[5] = sizeof answer - 1;
	memcpy(out + FCGI_HEADER_LEN, answer, sizeof answer - 1);
	end[1] = FCGI_END_REQUEST;
	end[5] = 8;
	if (send(socket, out, sizeof out, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return; /* the connection is closed next anyway */
}
