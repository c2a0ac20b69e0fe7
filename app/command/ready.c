/* The client's side of /ready: one request over TCP or a unix socket, of which only the status matters.
 * SPDX-License-Identifier: MIT */
#include "ready.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/arena.h"
#include "conf/conf_load.h"

enum { READY_MEMORY = 16 << 20, READY_SECONDS = 10 };

static int refuse(struct str line)
{
	fprintf(stderr, "%.*s\n", STR_ARG(line));
	return EXIT_FAILURE;
}

static int connect_unix(struct str path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	if (path.n >= sizeof address.sun_path)
		return -1;
	memcpy(address.sun_path, path.p, path.n);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static int connect_tcp(struct str host, int64_t port, struct arena *a)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
	if (getaddrinfo(str_cstr(a, host), str_printf(a, "%lld", (long long)port).p, &hints, &found) != 0)
		return -1;
	int fd = -1;
	for (struct addrinfo *i = found; i && fd < 0; i = i->ai_next) {
		fd = socket(i->ai_family, i->ai_socktype | SOCK_CLOEXEC, i->ai_protocol);
		if (fd >= 0 && connect(fd, i->ai_addr, i->ai_addrlen) != 0) {
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(found);
	return fd;
}

/* The status of the answer, 0 when there is none in time. */
static int ask(int fd)
{
	static const char request[] = "GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
	struct timeval limit = { .tv_sec = READY_SECONDS };
	char answer[16];
	size_t n = 0;
	int status;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	if (send(fd, request, sizeof request - 1, MSG_NOSIGNAL) != (ssize_t)sizeof request - 1)
		return 0;
	while (n < sizeof answer - 1) {
		ssize_t got = recv(fd, answer + n, sizeof answer - 1 - n, 0);
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	answer[n] = '\0';
	return sscanf(answer, "HTTP/1.%*1d %3d", &status) == 1 ? status : 0;
}

static bool is_special(struct str host)
{
	static const struct str names[] = {
		STR_INIT("*"),
		STR_INIT("*4"),
		STR_INIT("!4"),
		STR_INIT("*6"),
		STR_INIT("!6"),
	};
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_eq(host, names[i]))
			return true;
	return false;
}

static struct str url_of(const struct conf *c, struct arena *a)
{
	if (c->admin_server_unix_socket.n)
		return str_printf(a, "http://%.*s/ready", STR_ARG(c->admin_server_unix_socket));
	bool is_v6 = str_has(c->admin_server_host, ':');
	return str_printf(a, "http://%s%.*s%s:%lld/ready", is_v6 ? "[" : "", STR_ARG(c->admin_server_host),
		is_v6 ? "]" : "", (long long)c->admin_server_port);
}

static int ask_server(const struct conf *c, struct arena *a)
{
	bool by_socket = c->admin_server_unix_socket.n;
	if (!by_socket && c->admin_server_port < 0)
		return refuse(STR("UNREACHABLE: Admin server is not running. Please check admin-server-port config."));
	if (!by_socket && is_special(c->admin_server_host))
		return refuse(str_printf(a,
			"REFUSED: The --ready flag cannot be used when server-host is configured as "
			"\"%.*s\". Please update your server-host config to \"localhost\".",
			STR_ARG(c->admin_server_host)));
	struct str url = url_of(c, a);
	int fd = by_socket ? connect_unix(c->admin_server_unix_socket)
					   : connect_tcp(c->admin_server_host, c->admin_server_port, a);
	if (fd < 0)
		return refuse(str_printf(a, "HTTP EXCEPTION: connection refused to %.*s", STR_ARG(url)));
	int status = ask(fd);
	close(fd);
	if (status < 200 || status > 299)
		return refuse(str_printf(a, "UNAVAILABLE: %.*s", STR_ARG(url)));
	printf("OK: %.*s\n", STR_ARG(url));
	return EXIT_SUCCESS;
}

int ready_ask(const char *file, char *const *vars)
{
	struct arena *a = arena_new(READY_MEMORY);
	struct conf conf;
	struct fault f = { 0 };
	struct conf_source source = { .file = file, .environ = vars };
	int status = conf_load(&conf, &source, a, &f) ? ask_server(&conf, a)
												  : refuse(str_printf(a, "rowgate: %.*s", STR_ARG(f.message)));
	arena_free(a);
	return status;
}
