/* The listening socket: handed over by who started us, or made by server-listen.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_FRONT_LISTEN_H
#define ROWGATE_APP_FRONT_LISTEN_H

#include "conf/conf.h"

/* fd 0 when that is a listening socket (FastCGI 1.0 section 2.2: lighttpd bin-path, spawn-fcgi, mod_fcgid); else the
 * first of LISTEN_FDS (systemd) that is not named "accounts"; else a socket made by server-listen (`unix:/path` or
 * `host:port`). Non-blocking. -1 with the fault's message when there is none or it cannot be made. */
int listen_socket(const struct conf *conf, struct arena *a, struct fault *f);
/* How a TCP socket is made. */
struct listen_tcp_options {
	int family;  /* AF_INET or AF_INET6 is preferred to the other; 0: neither */
	bool only;   /* the other is not taken */
	bool shared; /* others may listen there too (SO_REUSEPORT): it takes no connection before listen_begin() */
};

/* The maker behind it, for other sockets: host:port. key names the setting in faults. Answers like listen_socket(). */
int listen_tcp(const char *key, struct str where, const struct listen_tcp_options *o, struct arena *a, struct fault *f);
/* The address of a TCP socket as the log shows it. */
struct str listen_address(int fd, struct arena *a);
/* Has a socket take connections that does not yet; one of server-reuseport does not before there is something to serve
 * by. */
void listen_begin(int fd);
bool listen_begun(int fd);
/* Whether who connects comes here: it takes connections and, on a unix socket, the file is still there. */
bool listen_reachable(int fd);
/* The account workers' socket: of LISTEN_FDS the one named "accounts", else made by auth-listen. Answers like
 * listen_socket(). */
int listen_accounts(const struct conf *conf, struct arena *a, struct fault *f);
/* Connections that wait to be accepted; 0 where the kernel does not tell. */
size_t listen_waiting(int fd);
/* Closes a socket, and removes the unix socket it was made as when `where` is that setting, unless somebody else
 * listens there by now. */
void listen_close(int fd, struct str where);

#endif
