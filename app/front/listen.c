/* The listening socket: handed over by who started us, or made by server-listen.
 * SPDX-License-Identifier: MIT */
#include "listen.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "app/front/listen_unix.h"
#include "base/arena.h"
#include "base/log.h"

#define LISTEN_BACKLOG 1024
/* sd_listen_fds(3) */
#define LISTEN_FDS_START 3
#define LISTEN_FDS_MAX 64

bool listen_begun(int fd)
{
	int on = 0;
	socklen_t n = sizeof on;
	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &n) == 0 && on;
}

/* errno says why. Always returns false. */
static bool listen_fault(struct fault *f, struct arena *a, const char *key, struct str where, const char *what)
{
	return fault_printf(f, a, 500, "RG500", "%s %.*s: %s: %s", key, STR_ARG(where), what, strerror(errno));
}

void listen_begin(int fd)
{
	if (!listen_begun(fd) && listen(fd, LISTEN_BACKLOG) < 0)
		log_error("cannot listen: %s", strerror(errno));
}

bool listen_reachable(int fd)
{
	struct sockaddr_un address;
	socklen_t n = sizeof address;
	struct stat st;
	if (!listen_begun(fd) || getsockname(fd, (struct sockaddr *)&address, &n) < 0)
		return false;
	if (address.sun_family != AF_UNIX || n <= offsetof(struct sockaddr_un, sun_path) || !address.sun_path[0])
		return true;
	return stat(address.sun_path, &st) == 0 && S_ISSOCK(st.st_mode);
}

struct str listen_address(int fd, struct arena *a)
{
	struct sockaddr_storage address;
	socklen_t n = sizeof address;
	char host[INET6_ADDRSTRLEN] = "", port[8] = "";
	if (getsockname(fd, (struct sockaddr *)&address, &n) < 0
		|| getnameinfo((struct sockaddr *)&address, n, host, sizeof host, port, sizeof port,
			NI_NUMERICHOST | NI_NUMERICSERV))
		return STR("");
	return str_printf(a, address.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

static bool listen_set(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

static int listen_on(const struct addrinfo *at, const struct listen_tcp_options *o)
{
	int fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, at->ai_protocol);
	bool v6 = at->ai_family == AF_INET6 && o->family == AF_INET6;
	if (fd < 0)
		return -1;
	if (listen_set(fd, SOL_SOCKET, SO_REUSEADDR, 1) && (!o->shared || listen_set(fd, SOL_SOCKET, SO_REUSEPORT, 1))
		&& (!v6 || listen_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, o->only)) && bind(fd, at->ai_addr, at->ai_addrlen) == 0
		&& (o->shared || listen(fd, LISTEN_BACKLOG) == 0))
		return fd;
	close(fd);
	return -1;
}

/* On the first address that will do, those of the family that is preferred before the others. */
static int listen_on_one(const struct addrinfo *list, const struct listen_tcp_options *o)
{
	int fd = -1;
	errno = EADDRNOTAVAIL;
	for (int preferred = 1; fd < 0 && preferred >= (int)o->only; preferred--)
		for (const struct addrinfo *at = list; at && fd < 0; at = at->ai_next)
			if ((at->ai_family == o->family) == preferred)
				fd = listen_on(at, o);
	return fd;
}

int listen_tcp(const char *key, struct str where, const struct listen_tcp_options *o, struct arena *a, struct fault *f)
{
	size_t colon = str_rindex(where, ':');
	struct str host = str_sub(where, 0, colon);
	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = str_sub(host, 1, host.n - 2);
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
	struct addrinfo *list = NULL;
	int failed = colon == where.n
		? EAI_NONAME
		: getaddrinfo(host.n ? str_cstr(a, host) : NULL, str_cstr(a, str_from(where, colon + 1)), &hints, &list);
	if (failed) {
		fault_printf(f, a, 500, "RG500", "%s %.*s: %s", key, STR_ARG(where), gai_strerror(failed));
		return -1;
	}
	int fd = listen_on_one(list, o);
	if (fd < 0)
		listen_fault(f, a, key, where, "cannot listen");
	freeaddrinfo(list);
	return fd;
}

/* How many descriptors systemd passed to this very process. */
static int listen_passed(void)
{
	const char *fds = getenv("LISTEN_FDS"), *pid = getenv("LISTEN_PID");
	uint64_t count, owner;
	bool for_us = str_to_u64(str_of(fds), &count) && str_to_u64(str_of(pid), &owner) && owner == (uint64_t)getpid();
	return for_us && count <= LISTEN_FDS_MAX ? (int)count : 0;
}

/* One of them by the name that its unit gives it (FileDescriptorName=): the accounts' has that, the API's any other. */
static int listen_inherited(bool accounts)
{
	struct str names = str_of(getenv("LISTEN_FDNAMES"));
	for (int i = 0; i < listen_passed(); i++) {
		struct str name = str_cut(&names, ':');
		int fd = LISTEN_FDS_START + i;
		if (str_eq(name, STR("accounts")) == accounts && listen_begun(fd))
			return fd;
	}
	return -1;
}

/* One that we were given, made ready; -1 with the fault's message. */
static int listen_given(int fd, const char *key, struct arena *a, struct fault *f)
{
	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) == 0)
		return fd;
	listen_fault(f, a, key, STR("(inherited)"), "cannot make it non-blocking");
	return -1;
}

static int listen_made(const char *key, struct str where, const struct conf *conf, struct arena *a, struct fault *f)
{
	struct listen_access access = { conf->server_listen_mode, conf->server_listen_group };
	struct listen_tcp_options options = { .shared = conf->server_reuseport };
	return str_starts(where, STR("unix:")) ? listen_unix(key, str_from(where, 5), &access, a, f)
										   : listen_tcp(key, where, &options, a, f);
}

int listen_socket(const struct conf *conf, struct arena *a, struct fault *f)
{
	int fd = listen_begun(STDIN_FILENO) ? STDIN_FILENO : listen_inherited(false);
	if (fd >= 0)
		return listen_given(fd, "server-listen", a, f);
	if (!conf->server_listen.n) {
		fault_set(f, 500, "RG500",
			STR("no listening socket: start rowgate from a web server, spawn-fcgi or systemd, "
				"or set server-listen to unix:/path or host:port"));
		return -1;
	}
	return listen_made("server-listen", conf->server_listen, conf, a, f);
}

struct diag_request {
	struct nlmsghdr header;
	struct unix_diag_req unix_socket;
};

/* Asks netlink (sock_diag(7)): for a listening unix socket the length of its queue is what is still to be accepted. */
static size_t listen_diag(int netlink, ino_t inode)
{
	struct diag_request q = {
		.header = { .nlmsg_len = sizeof q, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST },
		.unix_socket = {
			.sdiag_family = AF_UNIX, .udiag_states = UINT32_MAX, .udiag_ino = (uint32_t)inode,
			.udiag_show = UDIAG_SHOW_RQLEN, .udiag_cookie = { UINT32_MAX, UINT32_MAX },
		},
	};
	_Alignas(struct nlmsghdr) char answer[512];
	if (send(netlink, &q, sizeof q, 0) < 0)
		return 0;
	ssize_t n = recv(netlink, answer, sizeof answer, MSG_DONTWAIT);
	struct nlmsghdr *h = (struct nlmsghdr *)answer;
	if (n < 0 || !NLMSG_OK(h, (size_t)n) || h->nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return 0;
	struct unix_diag_msg *m = NLMSG_DATA(h);
	struct rtattr *at = (struct rtattr *)(m + 1);
	struct unix_diag_rqlen queue = { 0 };
	for (ssize_t left = (ssize_t)(h->nlmsg_len - NLMSG_LENGTH(sizeof *m)); RTA_OK(at, left); at = RTA_NEXT(at, left))
		if (at->rta_type == UNIX_DIAG_RQLEN && RTA_PAYLOAD(at) >= sizeof queue)
			memcpy(&queue, RTA_DATA(at), sizeof queue);
	return queue.udiag_rqueue;
}

size_t listen_waiting(int fd)
{
	struct tcp_info tcp;
	struct stat st;
	socklen_t n = sizeof tcp;
	/* Of a listening socket this is the queue. */
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &tcp, &n) == 0)
		return tcp.tcpi_unacked;
	int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	size_t waiting = netlink >= 0 && fstat(fd, &st) == 0 ? listen_diag(netlink, st.st_ino) : 0;
	if (netlink >= 0)
		close(netlink);
	return waiting;
}

int listen_accounts(const struct conf *conf, struct arena *a, struct fault *f)
{
	int fd = listen_inherited(true);
	if (fd >= 0)
		return listen_given(fd, "auth-listen", a, f);
	if (conf->auth_listen.n)
		return listen_made("auth-listen", conf->auth_listen, conf, a, f);
	fault_set(f, 500, "RG500",
		STR("auth-enabled needs auth-listen: unix:/path or host:port, where the web server "
			"sends account URLs"));
	return -1;
}

void listen_close(int fd, struct str where)
{
	struct sockaddr_un address;
	socklen_t n = sizeof address;
	bool ours = getsockname(fd, (struct sockaddr *)&address, &n) == 0 && address.sun_family == AF_UNIX
		&& str_starts(where, STR("unix:")) && str_eq(str_of(address.sun_path), str_from(where, 5));
	close(fd);
	if (ours)
		listen_unix_remove(str_from(where, 5));
}
