/* A descriptor sent through a unix socket, with some bytes beside it (unix(7), SCM_RIGHTS).
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_FDPASS_H
#define ROWGATE_BASE_FDPASS_H

#include <stdbool.h>
#include <stddef.h>

/* A pair of sockets that keep messages apart, non-blocking; false with errno set. */
bool fdpass_pair(int pair_r[2]);
/* Sends n > 0 bytes, with the descriptor unless that is -1; the caller keeps its own copy. False when the queue is full
 * or nobody is there. */
bool fdpass_send(int to, const void *data, size_t n, int fd);
/* Takes a message of n bytes, or the beginning of a longer one; what a shorter one lacks is zero. fd_r: the descriptor
 * that came with it, or -1. False when there is none. */
bool fdpass_receive(int from, void *data, size_t n, int *fd_r);

#endif
