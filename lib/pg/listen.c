/* LISTEN on a connection of its own (PostgreSQL manual, LISTEN): how a process hears that it should load anew.
 * SPDX-License-Identifier: MIT */
#include "listen.h"

#include <poll.h>

#include "base/sqlname.h"
#include "inner.h"

#define CHANNEL_MAX 1024

bool conn_listen(struct conn *c, struct str channel, struct arena *a, struct fault *f)
{
	struct buf sql = buf_new(a, CHANNEL_MAX);
	buf_lit(&sql, "LISTEN ");
	sqlname_ident(&sql, channel);
	if (sql.overflow)
		return fault_set(f, 500, "RG500", STR("the name in db-channel is too long"));
	struct stmt listen = { .sql = str_dup(a, buf_str(&sql)) };
	return conn_run(c, &listen, NULL, NULL, a, f);
}

bool conn_heard(struct conn *c, void (*heard)(void *arg, struct str payload), void *arg)
{
	PGnotify *n;
	struct pollfd p = { .fd = conn_fd(c), .events = POLLIN | POLLRDHUP };
	if (!c->pg)
		return false;
	/* The first PQconsumeInput alone says that all is well on a connection that the server has hung up. */
	bool hung_up = poll(&p, 1, 0) > 0 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL));
	bool alive = PQconsumeInput(c->pg) == 1 && PQstatus(c->pg) == CONNECTION_OK && !hung_up;
	while ((n = PQnotifies(c->pg))) {
		heard(arg, str_of(n->extra));
		PQfreemem(n);
	}
	return alive;
}
