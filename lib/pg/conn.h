/* One persistent connection to PostgreSQL in pipeline mode: the only code that sees libpq.
 *
 * What this rests on in PostgreSQL is said at the point that needs it. A struct conn belongs to one process.
 * Nothing here blocks but in the wait callback and, for two seconds at most, in cancelling; notices go to the debug
 * log.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PG_CONN_H
#define ROWGATE_PG_CONN_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/watch.h"
#include "row.h"
#include "stmt/stmt.h"

struct conn;

/* http_status of the fault when the wait callback ended the wait: nobody is left to answer. */
enum { CONN_STOPPED = WATCH_LEFT };

struct conn_options {
	struct str uri;              /* db-uri: a libpq URI or key=value string, "" for libpq's environment */
	struct str user;             /* who to connect as, whatever the uri says; STR_NONE: what the uri says */
	struct str application_name; /* fallback_application_name */
	bool primary;                /* wants a server that can be written to, whatever the uri says */
	bool prepared;               /* db-prepared-statements */
	size_t statement_cache;      /* prepared statements kept */
	size_t statement_bytes;      /* of their texts, all together */
};

/* Waits for fd to become readable (for_write: readable or writable) while the caller may look after other things.
 * True to go on; false ends the wait and the flight (the client left, the process must stop). It is asked while
 * connecting too, where it is the caller's means to bound the time. */
typedef bool conn_wait_fn(void *arg, int fd, bool for_write);

/* A connection object that is not yet connected; lives until conn_free(). wait may be NULL: plain poll(). */
struct conn *conn_new(const struct conn_options *options, conn_wait_fn *wait, void *wait_arg);
/* Tells of each socket behind which the server begins a session, before it can have begun, with conn_new()'s wait_arg:
 * whoever copies it can tell when the session has ended, though this process may be gone then. */
typedef void conn_session_fn(void *arg, int fd);
void conn_on_session(struct conn *c, conn_session_fn *told);
/* NULL is allowed. */
void conn_free(struct conn *c);
/* Frees it when the arena ends. */
void conn_free_with(struct conn *c, struct arena *a);
/* Closes the descriptors in a forked child without a word to the server, whose session is the parent's. */
void conn_forget(const struct conn *c);
/* Connects when not connected, once the session before has ended, so that there are never two; 503 PGRST000 with
 * PostgREST's wording when it cannot. The caller decides how often to try. A server that has hung up while the
 * connection was idle is noticed and replaced by conn_run() and flight_run(), at no cost for reads. */
MUST_CHECK bool conn_ready(struct conn *c, struct arena *a, struct fault *f);
/* Closes the connection (its lifetime is over, the server is to be left alone); conn_ready() makes a new one. The
 * server's end, which may be in the middle of something, ends a little later. */
void conn_close(struct conn *c);
/* Waits so long at most, and asks nobody meanwhile, until the session that was closed has ended at the server too;
 * false when it has not. */
bool conn_gone(struct conn *c, int timeout_ms);
/* Since when conn_ready() waits for that, monotonic microseconds; 0: it does not. */
int64_t conn_leaving_since_us(const struct conn *c);
/* Since when a connection is being made, which is what the wait callback is asked about then, and since when it is
 * there: monotonic microseconds, of this attempt and of this connection alone; 0: it is not. */
int64_t conn_connecting_since_us(const struct conn *c);
int64_t conn_connected_since_us(const struct conn *c);
/* The socket to watch while idle, or -1. */
int conn_fd(const struct conn *c);
/* Process id of the server's end, 0 when not connected. */
int conn_backend_pid(const struct conn *c);
/* PQserverVersion, e.g. 150018; 0 before the first connection. */
int conn_server_version(const struct conn *c);
/* What the server calls itself: "PostgreSQL 15.8 (Debian 15.8-0+deb12u1)"; STR_NONE before the first connection. */
struct str conn_server_name(const struct conn *c, struct arena *a);
/* The name of the database, STR_NONE before the first connection; a view. */
struct str conn_database(const struct conn *c);
/* host:port; the host of a unix socket is its directory. */
struct str conn_peer(const struct conn *c, struct arena *a);

/* run.c: runs one statement outside of any request (catalog, configuration): simple, sequential, every row to
 * on_row, which may be NULL; when it returns false no further row is given and the run fails with PGRSTX00.
 * Faults carry the SQLSTATE. Needs conn_ready(). */
MUST_CHECK bool conn_run(struct conn *c, const struct stmt *s, bool (*on_row)(void *arg, const struct row *r),
	void *arg, struct arena *a, struct fault *f);
/* script.c: runs a text of several statements, in one transaction when it says BEGIN and COMMIT; what is left open
 * after an error is rolled back. The text is ours alone: there are no parameters. */
MUST_CHECK bool conn_script(struct conn *c, struct str sql, struct arena *a, struct fault *f);

#endif
