/* What the workers of a host tell their master without a word: a page of shared memory with a cell for each.
 *
 * Written by one worker, read by the master; every field is atomic and stands alone. A worker that turns slow (it has
 * waited for PostgreSQL for longer than a moment), has lost its database or is parting also pokes the master, which
 * would otherwise sleep.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_PROCESS_SCOREBOARD_H
#define ROWGATE_APP_PROCESS_SCOREBOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scoreboard;

/* Cells that nobody has taken. NULL with errno set when the kernel refuses. */
struct scoreboard *scoreboard_new(size_t cells);
void scoreboard_free(struct scoreboard *b);
/* A descriptor that is readable when a worker turned slow, lost its database or is parting since scoreboard_listen()
 * was last called. */
int scoreboard_fd(const struct scoreboard *b);
void scoreboard_listen(struct scoreboard *b);

/* By the worker in its cell: it waits for PostgreSQL since now; the request is over. */
void scoreboard_slow(struct scoreboard *b, size_t cell);
void scoreboard_done(struct scoreboard *b, size_t cell);
/* By the worker: whether its last attempt to connect failed. */
void scoreboard_database(struct scoreboard *b, size_t cell, bool up);
/* By the worker: whether it has a connection to the database. */
void scoreboard_connected(struct scoreboard *b, size_t cell, bool connected);
/* By a worker that was told to leave: it only waits for its peers, without a database connection. */
void scoreboard_parting(struct scoreboard *b, size_t cell);
/* By the master: it has more to do than that after all. */
void scoreboard_return(struct scoreboard *b, size_t cell);
/* By the master, before a worker starts in a cell and after it has ended. */
void scoreboard_take(struct scoreboard *b, size_t cell);
void scoreboard_leave(struct scoreboard *b, size_t cell);
bool scoreboard_is_slow(const struct scoreboard *b, size_t cell);
bool scoreboard_is_parting(const struct scoreboard *b, size_t cell);

/* The time since which every taken cell but those of parting workers has been slow, monotonic microseconds; 0: some
 * worker is not. */
int64_t scoreboard_all_slow_since_us(const struct scoreboard *b);
/* Workers with a connection that nobody waits for at the moment. */
size_t scoreboard_available(const struct scoreboard *b);

/* What all workers there ever were have counted together. */
enum scoreboard_total { SCOREBOARD_JWT_LOOKUPS, SCOREBOARD_JWT_HITS, SCOREBOARD_JWT_EVICTIONS, SCOREBOARD_TOTALS };

/* By a worker: counts n more. */
void scoreboard_add(struct scoreboard *b, enum scoreboard_total which, uint64_t n);
/* What was counted since the scoreboard was made. */
uint64_t scoreboard_total(const struct scoreboard *b, enum scoreboard_total which);

/* False when some worker's last attempt to connect to the database failed. */
bool scoreboard_database_up(const struct scoreboard *b);

#endif
