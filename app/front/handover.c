/* The queue in which connections wait that no worker has time for.
 * SPDX-License-Identifier: MIT */
#include "handover.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/fdpass.h"

/* What is asked of the kernel, which counts some 800 bytes for a connection and may give less. */
#define HANDOVER_BYTES (1 << 20)

bool handover_new(int handover_r[2])
{
	int bytes = HANDOVER_BYTES;
	if (!fdpass_pair(handover_r))
		return false;
	setsockopt(handover_r[1], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
	return true;
}

bool handover_give(const int handover[2], int fd, int64_t since_us)
{
	return fd >= 0 && fdpass_send(handover[1], &since_us, sizeof since_us, fd);
}

int handover_take(const int handover[2], int64_t *since_r)
{
	int fd;
	fdpass_receive(handover[0], since_r, sizeof *since_r, &fd);
	return fd;
}

int64_t handover_oldest_us(const int handover[2])
{
	int64_t since;
	if (handover[0] < 0)
		return 0;
	ssize_t n = recv(handover[0], &since, sizeof since, MSG_PEEK | MSG_DONTWAIT);
	return n == (ssize_t)sizeof since ? since : n > 0 ? clock_monotonic_us() : 0;
}

size_t handover_waiting(const int handover[2])
{
	int bytes = 0;
	return handover[0] >= 0 && ioctl(handover[0], FIONREAD, &bytes) == 0 ? (size_t)bytes / sizeof(int64_t) : 0;
}

bool handover_has_room(const int handover[2])
{
	struct pollfd p = { .fd = handover[1], .events = POLLOUT };
	return handover[1] >= 0 && poll(&p, 1, 0) > 0 && p.revents & POLLOUT;
}
