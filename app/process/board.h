/* What the workers of a host tell their master without a word: a page of shared memory with a cell for each.
 *
 * Written by one worker, read by the master; every field is atomic and stands alone. A worker that turns slow (it has
 * waited for PostgreSQL for longer than a moment), has lost its database or is parting also pokes the master, which
 * would otherwise sleep.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_PROCESS_BOARD_H
#define ROWGATE_APP_PROCESS_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct board;

/* NULL with errno set when the kernel refuses. */
struct board *board_new(size_t cells);
void board_free(struct board *b);
/* Readable when a worker turned slow, lost its database or is parting since board_listen() was last called. */
int board_fd(const struct board *b);
void board_listen(struct board *b);

/* By the worker in its cell: it waits for PostgreSQL since now; the request is over. */
void board_slow(struct board *b, size_t cell);
void board_done(struct board *b, size_t cell);
/* By the worker: whether its last attempt to connect failed. */
void board_database(struct board *b, size_t cell, bool up);
/* By the worker: whether it has a connection to the database. */
void board_connected(struct board *b, size_t cell, bool connected);
/* By a worker that was told to leave: all it has still to do is to send answers, without a database connection. */
void board_parting(struct board *b, size_t cell);
/* By the master, before a worker starts in a cell and after it has ended. */
void board_take(struct board *b, size_t cell);
void board_leave(struct board *b, size_t cell);
bool board_is_slow(const struct board *b, size_t cell);
bool board_is_parting(const struct board *b, size_t cell);

/* The time since which every taken cell but those of parting workers has been slow, monotonic microseconds; 0: some
 * worker is not. */
int64_t board_all_slow_since_us(const struct board *b);
/* Workers with a connection that nobody waits for at the moment. */
size_t board_available(const struct board *b);

/* What all workers there ever were have counted together. */
enum board_total { BOARD_JWT_LOOKUPS, BOARD_JWT_HITS, BOARD_JWT_EVICTIONS, BOARD_TOTALS };

void board_add(struct board *b, enum board_total which, uint64_t n);
uint64_t board_total(const struct board *b, enum board_total which);

/* False when some worker's last attempt to connect to the database failed. */
bool board_database_up(const struct board *b);

#endif
