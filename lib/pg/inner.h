/* What the files of lib/pg share about a connection; nobody else includes this or libpq-fe.h.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PG_INNER_H
#define ROWGATE_PG_INNER_H

#include <libpq-fe.h>

#include "conn.h"
#include "names.h"

/* What code of users may have left in a session, and no cleansing that succeeded since has undone. */
enum left {
	LEFT_NOTHING,
	LEFT_LOCKS, /* session-level advisory locks: all else was undone where it ran */
	LEFT_ALL
};

struct conn {
	/* As long as the object: conn_free(). */
	struct arena *own; /* the options' texts */
	struct conn_options options;
	conn_wait_fn *wait;
	conn_session_fn *session; /* or NULL */
	void *wait_arg;
	int server_version; /* of the last connection */
	/* As long as one connection, or the attempt to make it: all of it ends in conn_drop(). */
	PGconn *pg;            /* NULL: not connected */
	int socket;            /* a copy of its own of the socket that a session may be at the other end of; -1: none */
	int64_t connecting_us; /* since when it is being made, 0: it is not; the success ends it too */
	int64_t connected_us;  /* since when it is there, 0: it is not */
	struct names *names;   /* prepared statements of this connection */
	enum left left;        /* leave_connection() */
	bool tainted;          /* user SQL may have replaced prepared statements: look before using their names; likewise */
	bool replace;          /* it, or the server's end, has grown: make a new connection before the next use */
	size_t told;           /* bytes of SQL that it was told anew: see CONN_TELL_BYTES */
	/* As long as the session before has not ended at the server: conn_drop() to conn_gone(). */
	int leaving;        /* its socket, -1: none */
	int64_t leaving_us; /* since when its end is waited for, 0: it is not */
	/* As long as one flight or statement: conn_settle() at its end. */
	int64_t deadline_us; /* not 0: what runs was cancelled, the rest is read until then at most */
};

struct row {
	const PGresult *result;
	int index; /* -1: columns only */
};

/* Above this libpq's buffers, which never shrink, are not worth keeping. */
enum { CONN_KEEP_BYTES = 8 * 1024 * 1024 };

/* A backend remembers something of statements that are long gone, without a bound: the type of each row that it made
 * JSON of, some 150 bytes a column. After so many bytes of text that it was not asked before it is replaced. */
enum { CONN_TELL_BYTES = 2 * 1024 * 1024 };

/* conn.c: conn_ready() with a look whether the server has hung up since. */
MUST_CHECK bool conn_ensure(struct conn *c, struct arena *a, struct fault *f);
/* Closes the connection; the next conn_ready() makes a new one. */
void conn_drop(struct conn *c);
enum conn_io { CONN_IO_OK, CONN_IO_BROKEN, CONN_IO_STOPPED };
/* Sends all that libpq has buffered, reading what arrives meanwhile. */
enum conn_io conn_flush(struct conn *c);
/* The next result, or NULL where libpq says NULL; never blocks outside of the wait callback. BROKEN comes with a
 * result too when the server said why. */
enum conn_io conn_result(struct conn *c, PGresult **result_r);
/* What CONN_IO_STOPPED means. Always returns false. */
bool conn_stopped_fault(struct fault *f);
/* cancel.c: cancels what runs and limits the time for reading what is left of it, two seconds for both; conn_settle()
 * lifts the limit. The wait callback is not asked meanwhile. */
void conn_cancel(struct conn *c);
void conn_settle(struct conn *c);

/* send.c: sends Parse, Bind, Describe and Execute of an unnamed statement. */
bool conn_send(struct conn *c, const struct stmt *s, struct arena *a);
/* Sends Parse of a name to come, and Bind, Describe and Execute of a known one. */
bool conn_send_parse(struct conn *c, const char *name, const struct stmt *s, struct arena *a);
bool conn_send_execute(struct conn *c, const char *name, const struct stmt *s, struct arena *a);

#endif
