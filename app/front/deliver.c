/* An answer on its way to the web server: FastCGI records, sent as fast as the socket takes them and never waited for.
 * SPDX-License-Identifier: MIT */
#include "deliver.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "app/front/record.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/tmpfile.h"

/* Behind the content: the empty record that ends it, and the one that ends the request. */
#define TRAILER_SIZE (FCGI_HEADER_LEN + RECORD_END_SIZE)
#define BATCH_PIECES 16
/* What one connection may get in a turn, so that a fast reader of a long answer does not keep the others waiting. */
#define TURN_BYTES ((int64_t)1 << 20)

struct delivery {
	struct outgoing answer;
	int64_t sent;
	int64_t progress_us;
	size_t copied;
	char copy[]; /* of head and rest */
};

/* What one sendmsg() takes. */
struct batch {
	size_t count;
	struct iovec pieces[BATCH_PIECES];
	size_t header_count;
	unsigned char headers[BATCH_PIECES][FCGI_HEADER_LEN];
	unsigned char trailer[TRAILER_SIZE];
	bool file_read;
	char file[RECORD_CONTENT_MAX];
};

static int64_t at_most(int64_t n, int64_t limit)
{
	return n < limit ? n : limit;
}

static int64_t content_size(const struct outgoing *a)
{
	return (int64_t)a->head.n + a->in_file + (int64_t)a->rest.n;
}

/* Bytes of all records with content. */
static int64_t records_size(const struct outgoing *a)
{
	int64_t content = content_size(a);
	return content + (content + RECORD_CONTENT_MAX - 1) / RECORD_CONTENT_MAX * FCGI_HEADER_LEN;
}

static int64_t add_piece(struct batch *b, const void *p, int64_t n)
{
	assert(b->count < BATCH_PIECES);
	b->pieces[b->count++] = (struct iovec){ (void *)(uintptr_t)p, (size_t)n };
	return n;
}

/* Adds a piece of the file, of which a batch takes one: 0 for a second. */
static int64_t add_file(struct batch *b, const struct outgoing *a, int64_t at, int64_t n)
{
	ssize_t got;
	if (b->file_read)
		return 0;
	do
		got = pread(a->fd, b->file, (size_t)n, at);
	while (got < 0 && errno == EINTR);
	b->file_read = true;
	if (got > 0)
		return add_piece(b, b->file, got);
	log_error("cannot read the answer back: %s", got < 0 ? strerror(errno) : "the file is too short");
	return -1;
}

static int64_t add_content(struct batch *b, const struct outgoing *a, int64_t at, int64_t n)
{
	int64_t head = (int64_t)a->head.n;
	if (at < head)
		return add_piece(b, a->head.p + at, at_most(n, head - at));
	at -= head;
	if (at < a->in_file)
		return add_file(b, a, at, at_most(n, a->in_file - at));
	return add_piece(b, a->rest.p + (at - a->in_file), n);
}

static int64_t add_trailer(struct batch *b, const struct outgoing *a, int64_t at)
{
	record_header(b->trailer, FCGI_STDOUT, a->request_id, 0);
	record_end(b->trailer + FCGI_HEADER_LEN, a->request_id);
	return add_piece(b, b->trailer + at, TRAILER_SIZE - at);
}

/* Adds a piece of what is to be sent from byte `at` of all on; its size, 0: another batch must take it, -1: the file
 * cannot be read. */
static int64_t add_next(struct batch *b, const struct outgoing *a, int64_t at)
{
	int64_t records = records_size(a), begin = at / RECORD_SIZE_MAX * RECORD_CONTENT_MAX, within = at % RECORD_SIZE_MAX;
	int64_t content = at_most(content_size(a) - begin, RECORD_CONTENT_MAX);
	if (at >= records)
		return add_trailer(b, a, at - records);
	if (within >= FCGI_HEADER_LEN)
		return add_content(b, a, begin + within - FCGI_HEADER_LEN, content - (within - FCGI_HEADER_LEN));
	unsigned char *header = b->headers[b->header_count++];
	record_header(header, FCGI_STDOUT, a->request_id, content);
	return add_piece(b, header + within, FCGI_HEADER_LEN - within);
}

/* Makes a batch of what is to be sent from byte `at` of all on; false when the file cannot be read. */
static bool batch_fill(struct batch *b, const struct outgoing *a, int64_t at)
{
	int64_t end = records_size(a) + TRAILER_SIZE, n = 1;
	b->count = b->header_count = 0;
	b->file_read = false;
	for (; n > 0 && at < end && b->count < BATCH_PIECES; at += n)
		n = add_next(b, a, at);
	return n >= 0;
}

static enum deliver_state send_some(const struct outgoing *a, int64_t *sent, int socket)
{
	int64_t end = records_size(a) + TRAILER_SIZE, turn = *sent + TURN_BYTES;
	while (*sent < end && *sent < turn) {
		struct batch b;
		if (!batch_fill(&b, a, *sent))
			return DELIVER_BROKEN;
		struct msghdr m = { .msg_iov = b.pieces, .msg_iovlen = b.count };
		ssize_t n = sendmsg(socket, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && errno != EINTR)
			return errno == EAGAIN || errno == EWOULDBLOCK ? DELIVER_MORE : DELIVER_BROKEN;
		*sent += n > 0 ? n : 0;
	}
	return *sent == end ? DELIVER_DONE : DELIVER_MORE;
}

/* Leaves out the records that have been sent whole, of an answer that is all in memory. */
static int64_t drop_sent(struct outgoing *a, int64_t sent)
{
	int64_t whole = sent / RECORD_SIZE_MAX, content = whole * RECORD_CONTENT_MAX;
	if (a->fd >= 0 || sent > records_size(a))
		return sent;
	size_t of_head = (size_t)at_most(content, (int64_t)a->head.n);
	a->head = str_from(a->head, of_head);
	a->rest = str_from(a->rest, (size_t)content - of_head);
	return sent - whole * RECORD_SIZE_MAX;
}

static bool write_all(int fd, struct str bytes)
{
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes = str_from(bytes, (size_t)n);
	}
	return true;
}

/* Moves what is too much to be copied into a file; where there can be none it is copied after all. */
static void spill(struct outgoing *a)
{
	if (a->fd >= 0 || !a->dir.n || a->rest.n <= DELIVER_COPY_MAX)
		return;
	int fd = tmpfile_open(a->dir, a->arena);
	if (fd < 0)
		return;
	if (!write_all(fd, a->rest)) {
		close(fd);
		return;
	}
	a->fd = fd;
	a->in_file = (int64_t)a->rest.n;
	a->rest = STR("");
}

static char *copy_text(char *to, struct str *text)
{
	if (text->n)
		memcpy(to, text->p, text->n);
	text->p = to;
	return to + text->n;
}

/* A copy of what is still to be sent, which needs nothing of the request; NULL when no descriptor is left. */
static struct delivery *delivery_new(const struct outgoing *answer, int64_t sent)
{
	struct outgoing a = *answer;
	sent = drop_sent(&a, sent);
	spill(&a);
	size_t copied = a.head.n + a.rest.n;
	struct delivery *d = malloc(sizeof *d + copied);
	if (!d)
		abort();
	*d = (struct delivery){ .answer = a, .sent = sent, .progress_us = clock_monotonic_us(), .copied = copied };
	copy_text(copy_text(d->copy, &d->answer.head), &d->answer.rest);
	if (a.fd != answer->fd || a.fd < 0 || (d->answer.fd = fcntl(a.fd, F_DUPFD_CLOEXEC, 0)) >= 0)
		return d;
	log_error("cannot keep an answer for its reader: %s", strerror(errno));
	deliver_free(d);
	return NULL;
}

enum deliver_state deliver(struct delivery **rest_r, const struct outgoing *answer, int socket)
{
	int64_t sent = 0;
	enum deliver_state state = send_some(answer, &sent, socket);
	if (state != DELIVER_MORE)
		return state;
	*rest_r = delivery_new(answer, sent);
	return *rest_r ? DELIVER_MORE : DELIVER_BROKEN;
}

enum deliver_state deliver_more(struct delivery *d, int socket)
{
	int64_t before = d->sent;
	enum deliver_state state = send_some(&d->answer, &d->sent, socket);
	if (d->sent > before)
		d->progress_us = clock_monotonic_us();
	return state;
}

int64_t deliver_progress_us(const struct delivery *d)
{
	return d->progress_us;
}

void deliver_free(struct delivery *d)
{
	if (!d)
		return;
	if (d->answer.fd >= 0)
		close(d->answer.fd);
	/* Answers carry secrets. */
	explicit_bzero(d->copy, d->copied);
	free(d);
}
