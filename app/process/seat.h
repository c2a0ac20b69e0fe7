/* A worker's seat among the connections to the database: what it tells its master of it.
 *
 * There are as many seats as there may be connections. A worker has one from its start and gives it up when it ends, or
 * before, when it only waits for its peers. The master keeps a copy of the socket of each session, so that it knows
 * when PostgreSQL has ended that: only then is the seat free, even if the worker died without a word.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_PROCESS_SEAT_H
#define ROWGATE_APP_PROCESS_SEAT_H

#include <stdbool.h>
#include <sys/types.h>

enum seat_word {
	SEAT_SESSION, /* comes with the socket of a session that is about to begin */
	SEAT_LEFT,    /* given up: there is no session any more, nor will one be made */
	SEAT_WANTED   /* after that: one is needed after all; SIGUSR1 is the answer */
};

/* The way from the workers [1] to their master [0]; false with errno set. */
bool seat_channel_new(int channel_r[2]);
/* By a worker. fd: of SEAT_SESSION, else -1. */
void seat_tell(int channel, enum seat_word word, int fd);
/* By the master: what was told next, by whom; false when there is nothing more. fd_r: of SEAT_SESSION, the master's to
 * close, else -1. */
bool seat_hear(int channel, pid_t *worker_r, enum seat_word *word_r, int *fd_r);

#endif
