/* An answer on its way to the web server: FastCGI records, sent as fast as the socket takes them and never waited for.
 *
 * What the records are follows from the content alone, so all that changes is how many bytes of them have gone. What
 * the socket does not take at once outlives the request: a little is copied, much goes to a file, and the descriptor
 * of a file that is there is duplicated.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_FRONT_DELIVER_H
#define ROWGATE_APP_FRONT_DELIVER_H

#include "base/arena.h"
#include "base/str.h"

/* An answer to be sent. What it points to and its file need only last for the call of deliver(). */
struct outgoing {
	int request_id;  /* FastCGI's */
	struct str head; /* fields, with the empty line behind them */
	int fd;          /* a file that holds the first in_file bytes of the body, or -1 */
	int64_t in_file;
	struct str rest; /* of the body */
	struct str dir;  /* for a file of what is too much to be copied; empty: everything is copied */
	struct arena *arena;
};

/* What a slow reader leaves is copied up to this size. */
#define DELIVER_COPY_MAX ((size_t)256 * 1024)

struct delivery;

enum deliver_state {
	DELIVER_DONE,
	DELIVER_MORE,  /* go on when the socket is writable */
	DELIVER_BROKEN /* the peer is gone, or the file cannot be read: close the connection */
};

/* Sends what the socket takes, within bounds. After DELIVER_MORE rest_r is what is left, the caller's to free. */
enum deliver_state deliver(struct delivery **rest_r, const struct outgoing *answer, int socket);
/* Sends on, of what was left; the socket is the same. */
enum deliver_state deliver_more(struct delivery *d, int socket);
/* When the peer last took something, monotonic microseconds. */
int64_t deliver_progress_us(const struct delivery *d);
/* Ends a delivery, done or not, and wipes its copy: answers carry secrets. NULL is allowed. */
void deliver_free(struct delivery *d);

#endif
