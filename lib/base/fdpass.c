/* A descriptor sent through a unix socket, with some bytes beside it.
 * SPDX-License-Identifier: MIT */
#include "base/fdpass.h"

#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"

union control {
	struct cmsghdr header;
	char space[CMSG_SPACE(sizeof(int))];
};

bool fdpass_pair(int pair_r[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair_r) == 0;
}

bool fdpass_send(int to, const void *data, size_t n, int fd)
{
	union control control = { 0 };
	struct iovec iov = { .iov_base = (void *)(uintptr_t)data, .iov_len = n };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	if (fd >= 0) {
		m.msg_control = control.space;
		m.msg_controllen = sizeof control.space;
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
	}
	return to >= 0 && sendmsg(to, &m, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)n;
}

bool fdpass_receive(int from, void *data, size_t n, int *fd_r)
{
	union control control = { 0 };
	struct iovec iov = { .iov_base = data, .iov_len = n };
	struct msghdr m = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof control.space };
	*fd_r = -1;
	memset(data, 0, n);
	ssize_t got = from < 0 ? -1 : recvmsg(from, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	const struct cmsghdr *c = got < 0 ? NULL : CMSG_FIRSTHDR(&m);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof *fd_r))
		memcpy(fd_r, CMSG_DATA(c), sizeof *fd_r);
	if (got > 0 && m.msg_flags & MSG_CTRUNC && *fd_r < 0)
		log_warn("a descriptor that was handed over is lost: there are too many open files");
	return got > 0;
}
