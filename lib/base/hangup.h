/* Leaves a connection as the one who waits for the other side to have gone, too: only then does the server's process
 * that was there count no longer.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_HANGUP_H
#define ROWGATE_BASE_HANGUP_H

#include <stdbool.h>

/* Says on the socket that nothing more comes, however many copies of the descriptor there are. A peer whose machine
 * has gone is given up after some seconds. */
void hangup_begin(int fd);
/* Drops what still comes, without waiting. True when the other side has closed its end, or is given up. */
bool hangup_done(int fd);

#endif
