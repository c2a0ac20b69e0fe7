/* The account schema's migrations: which there are, which a database has seen, and the SQL that brings it forward.
 *
 * They are files of sql/account, compiled in. A migration that was released never changes; a new one is added behind.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_MIGRATE_H
#define ROWGATE_ACCOUNT_MIGRATE_H

#include "base/buf.h"
#include "conf/conf.h"
#include "pg/conn.h"

enum { MIGRATE_SERVER_MIN = 150000 }; /* security_invoker views */

struct migrate_state {
	bool schema; /* there is a schema of that name */
	int version; /* the last migration it has seen, 0: it is not ours */
};

int migrate_latest(void);
/* A migration's name, 1 to migrate_latest(). */
struct str migrate_name(int version);
/* Asks the database; needs no right but to connect. */
MUST_CHECK bool migrate_look(struct migrate_state *out_r, struct conn *c, const struct conf *conf, struct arena *a,
	struct fault *f);
/* What a script is to do. single: the role that everything connects as, STR_NONE where each has its own; adopt: takes
 * the tutorial's tables over on the way. */
struct migrate_task {
	int from, to;
	bool adopt;
	struct str single;
};

/* The role that the connection is for, as db-single-role needs it. */
MUST_CHECK bool migrate_single(struct str *role_r, struct conn *c, struct arena *a, struct fault *f);
/* What makes the session of whoever installs the owner's for a while, and what ends that. */
void migrate_enter(struct buf *out, const struct conf *conf, const struct migrate_task *task);
void migrate_leave(struct buf *out, const struct conf *conf, const struct migrate_task *task);
/* Appends the script, one transaction, that brings a database from one version to another, names filled in. */
void migrate_script(struct buf *out, const struct conf *conf, const struct migrate_task *task);

#endif
