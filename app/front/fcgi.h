/* FastCGI records to requests, by libfcgi, and replies to records.
 *
 * A connection is one accepted socket of the web server. It carries one request at a time (no web server
 * multiplexes) and, where the server keeps it, many in a row. Neither reading nor writing ever waits for the peer (see
 * gather.h, deliver.h).
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_FRONT_FCGI_H
#define ROWGATE_APP_FRONT_FCGI_H

#include "conf/conf.h"
#include "http/request.h"
#include "reply/reply.h"

struct fcgi_connection;

enum fcgi_received {
	FCGI_RECEIVED, /* a whole request, to be answered */
	FCGI_REFUSED,  /* a request beyond the limits: the fault is to be answered */
	FCGI_ASKED, /* a whole request that may belong to other workers, the web server could not tell: method and path are
					* known, nothing is taken. Give the descriptor to these, or call again to take it */
	FCGI_PARTIAL, /* not all is there: call again when the connection is readable */
	FCGI_GONE     /* the peer closed or broke the protocol: close the connection */
};

/* Prepares libfcgi in this process. It installs handlers for SIGUSR1 and SIGPIPE: install yours afterwards. */
void fcgi_init(void);
/* A connection over an accepted socket, which it owns from now on. */
struct fcgi_connection *fcgi_open(int fd);
void fcgi_close(struct fcgi_connection *c);
int fcgi_fd(const struct fcgi_connection *c);

/* Reads the next request. Its strings live in the arena (params, small bodies) or a mapping that goes with the arena
 * or, for a body that was gathered, with fcgi_send().
 * Limits are server-max-url (414), server-max-header (431) and server-max-body (413); the rest of a refused body
 * is read and forgotten, so that the answer reaches the client. */
enum fcgi_received fcgi_receive(struct fcgi_connection *c, const struct conf *conf, struct request *out_r,
	struct arena *a, struct fault *f);
/* Ends the request and sends what the peer takes of the reply. True when the web server keeps the connection for
 * another request, or has not taken all (fcgi_sending()); false when it is to be closed. */
bool fcgi_send(struct fcgi_connection *c, struct reply *r);
/* Whether the last reply is still on its way: call fcgi_send_more(), which answers as fcgi_send() does, when the
 * connection is writable. */
bool fcgi_sending(const struct fcgi_connection *c);
bool fcgi_send_more(struct fcgi_connection *c);
/* When a FCGI_PARTIAL request or a reply that is being sent last made progress, monotonic microseconds; 0: there is
 * neither. */
int64_t fcgi_waiting_since_us(const struct fcgi_connection *c);
/* Answers 408 to a request that stalled; close the connection next. */
void fcgi_refuse_stalled(struct fcgi_connection *c);

#endif
