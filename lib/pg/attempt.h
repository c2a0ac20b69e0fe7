/* One attempt at a flight: what is sent, in order, and how far the answers have come. Private to the flight.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PG_ATTEMPT_H
#define ROWGATE_PG_ATTEMPT_H

#include "flight.h"
#include "inner.h"

enum step_kind {
	STEP_PLAIN,      /* only its success matters */
	STEP_CHECK,      /* fails when user SQL has made a prepared statement */
	STEP_PARSE,      /* of step.name */
	STEP_DEALLOCATE, /* of step.name */
	STEP_MAIN,
	STEP_COUNT,
	STEP_EXPLAIN,
	STEP_RESPONSE,
	STEP_SYNC
};

struct step {
	enum step_kind kind;
	const struct stmt *stmt; /* NULL: STEP_SYNC */
	struct name *name;       /* NULL: unnamed */
};

/* BEGIN, six of cleansing, the check, DEALLOCATEs, Parse and Execute of six statements and of the three that undo what
 * they left, the end, the end after an error. */
enum { STEP_DEALLOCATE_MAX = 16, STEP_MAX = 1 + 2 * 6 + 1 + STEP_DEALLOCATE_MAX + 2 * 6 + 2 * 3 + 3 + 2 };

/* Why the same flight may be tried again. */
enum retry {
	RETRY_NEVER,
	RETRY_CONNECT, /* the connection was dead before the server did anything that matters */
	RETRY_STALE,   /* a cached plan no longer fits: its name is doomed */
	RETRY_UNNAMED  /* user SQL meddled with our names: forget them all */
};

struct attempt {
	struct conn *conn;
	const struct flight *flight;
	struct flight_outcome *outcome;
	struct arena *arena;
	struct fault *fault;
	bool anonymous;
	bool unnamed; /* RETRY_UNNAMED: DEALLOCATE ALL first, then no names */
	bool huge;    /* the parameters leave libpq a huge buffer */
	struct step steps[STEP_MAX];
	size_t count, done;  /* steps sent, steps answered */
	bool explicit_block; /* it began with BEGIN */
	bool synced;         /* the Sync is among the steps */
	bool failed;         /* fault is filled: the first error; the rest is only drained */
	bool broken;         /* the connection is of no use any more */
	bool delivered;      /* a callback saw something of main */
	enum retry retry;
};

/* The connection broke: the fault, unless there is one. */
void attempt_break(struct attempt *t, const char *libpq_message);
/* Whether the outcome must be known before the Sync. */
bool attempt_holds(const struct flight *flight);
/* Whether code of users may run in this flight. */
bool attempt_dirties(const struct flight *flight);
/* Whether what it leaves is undone at the end of this flight already, if that succeeds. */
bool attempt_cleanses(const struct flight *flight);

/* segment.c: sends everything up to the Sync, or up to the Flush where the outcome is to be judged first. */
void attempt_send(struct attempt *t);
/* Sends what ends a judged flight: Sync after success, ROLLBACK and Sync else. */
void attempt_send_end(struct attempt *t);
/* Sends what ends the failed transaction block of a flight that began with BEGIN. */
void attempt_send_rollback(struct attempt *t);

/* receive.c: reads the answers to all steps sent. */
void attempt_receive(struct attempt *t);

#endif
