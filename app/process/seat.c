/* A worker's seat among the connections to the database: what it tells its master of it.
 * SPDX-License-Identifier: MIT */
#include "seat.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/fdpass.h"
#include "base/log.h"

/* The same in every version of the program: an upgraded master hears the workers of the one before. */
struct message {
	int32_t worker, word;
};

bool seat_channel_new(int channel_r[2])
{
	return fdpass_pair(channel_r);
}

void seat_tell(int channel, enum seat_word word, int fd)
{
	struct message m = { .worker = getpid(), .word = (int32_t)word };
	if (channel >= 0 && !fdpass_send(channel, &m, sizeof m, fd))
		log_warn("the master cannot be told of a connection: %s", strerror(errno));
}

bool seat_hear(int channel, pid_t *worker_r, enum seat_word *word_r, int *fd_r)
{
	struct message m;
	if (!fdpass_receive(channel, &m, sizeof m, fd_r))
		return false;
	*worker_r = m.worker;
	*word_r = (enum seat_word)m.word;
	return true;
}
