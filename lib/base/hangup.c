/* Leaves a connection as the one who waits for the other side to have gone, too.
 * SPDX-License-Identifier: MIT */
#include "base/hangup.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/count.h"

/* Reads in one go at most, so that a peer which sends for ever holds nobody. */
enum { HANGUP_READS = 64, HANGUP_PIECE = 16384 };

void hangup_begin(int fd)
{
	/* Milliseconds for what was sent last to be acknowledged, seconds of silence, then so many questions in seconds. */
	static const struct {
		int level, name, value;
	} options[] = {
		{ IPPROTO_TCP, TCP_USER_TIMEOUT, 5000 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, 3 },
		{ IPPROTO_TCP, TCP_KEEPINTVL, 1 },
		{ IPPROTO_TCP, TCP_KEEPCNT, 3 },
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
	};
	/* A unix socket refuses them, and needs none. */
	for (size_t i = 0; i < COUNT_OF(options); i++)
		setsockopt(fd, options[i].level, options[i].name, &options[i].value, sizeof options[i].value);
	shutdown(fd, SHUT_WR);
}

bool hangup_done(int fd)
{
	char dropped[HANGUP_PIECE];
	ssize_t n = 1;
	for (int i = 0; n > 0 && i < HANGUP_READS; i++)
		n = recv(fd, dropped, sizeof dropped, MSG_DONTWAIT);
	return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}
