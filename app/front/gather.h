/* A request that does not arrive at once, gathered without blocking until it is whole.
 *
 * libfcgi reads with blocking calls, so a peer that stalls in the middle of a record or a body would hold the worker.
 * What is whole in the socket already is left to libfcgi. Everything else is gathered here, record by record: the
 * body goes where it will be used from, the records before it to a memory file that libfcgi reads once all is there.
 * Record layout: FastCGI specification 1.0, section 3.3.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_FRONT_GATHER_H
#define ROWGATE_APP_FRONT_GATHER_H

#include "app/front/body.h"

enum gather_state {
	GATHER_WHOLE, /* everything up to the end of the body is there */
	GATHER_ASKED, /* so it is, and it may be what a web server asks its error handler: refused.h */
	GATHER_MORE,  /* to be continued when the socket is readable again */
	GATHER_BROKEN /* the peer left or does not speak FastCGI: close */
};

struct gather;

/* Looks at what the socket holds without taking it: WHOLE or ASKED if libfcgi can read the request without waiting, and
 * leaves nothing of it. */
enum gather_state gather_look(int socket);
/* An empty gathering for one request; NULL when the system refuses a memory file. */
struct gather *gather_new(const struct conf *conf);
void gather_free(struct gather *g);
/* Takes what the socket holds now. */
enum gather_state gather_take(struct gather *g, int socket);
/* When bytes last came, monotonic microseconds. */
int64_t gather_progress_us(const struct gather *g);
/* After WHOLE: a descriptor libfcgi reads the request from, with an empty body. Owned by the gathering. */
int gather_head(struct gather *g);
/* Says that libfcgi has closed that descriptor, as it does when it does not like what it reads. */
void gather_head_closed(struct gather *g);
/* The body; STR_NONE when it was larger than server-max-body and the rest was thrown away, or could not be stored: the
 * fault says which. Valid until gather_free(). */
struct str gather_body(const struct gather *g, struct fault *f);
/* Answers 408 to what has come so far, if a request was begun: header records alone, no libfcgi needed. */
void gather_refuse(const struct gather *g, int socket);

#endif
