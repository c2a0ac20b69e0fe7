/* One generation of what a worker serves by: configuration, keys, catalog. Never changed, only replaced.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_SERVE_GENERATION_H
#define ROWGATE_APP_SERVE_GENERATION_H

#include "catalog/catalog.h"
#include "conf/conf.h"
#include "pg/conn.h"
#include "token/auth.h"
#include "token/signer.h"

struct generation {
	struct arena *arena;
	struct conf conf;
	uint64_t fingerprint; /* of everything file and environment say: equal where the catalogs are */
	struct auth *auth;
	struct signer *signer;         /* of account tokens; NULL without auth-enabled */
	const struct catalog *catalog; /* NULL: not loaded yet; requests get 503 PGRST002 */
	struct conf_setting *settings; /* what the database says of the configuration, merged into conf */
	size_t setting_count;
};

/* An empty generation; generation_free() whether or not the steps below succeed. */
struct generation *generation_new(void);
void generation_free(struct generation *g);
/* Configuration from file and environment: enough to listen and to connect. The fault's message lives in g. */
MUST_CHECK bool generation_configure(struct generation *g, const char *file, char *const *vars, struct fault *f);
/* The configuration alone, for a command that neither signs nor verifies: it must not need to read a key. */
MUST_CHECK bool generation_configure_keyless(struct generation *g, const char *file, char *const *vars,
	struct fault *f);
/* The configuration in force, by PostgREST's --dump-config: what the database says of it is left out, with a line in
 * the log, when that cannot be asked. own as for conf_dump(). */
MUST_CHECK bool generation_dump(struct generation *g, const char *file, char *const *vars, bool own, struct buf *out,
	struct fault *f);
/* Asks the database for the rest over a connection that is up: the settings of the connecting role (db-config) over the
 * configuration, and the catalog. Settings that will not do are logged, and those of the generation before (or NULL)
 * stay. On a fault g is as configured, or half of it: free it, and go on with the generation before. */
MUST_CHECK bool generation_load(struct generation *g, const struct generation *before, const char *file,
	char *const *vars, struct conn *c, struct fault *f);
/* Those settings alone, over a connection that is up. On a fault g is half of it. */
MUST_CHECK bool generation_settle(struct generation *g, const char *file, char *const *vars, struct conn *c,
	struct fault *f);
/* As generation_load(), from what another process was told: settings and block must outlive g. */
MUST_CHECK bool generation_adopt(struct generation *g, const char *file, char *const *vars,
	struct conf_setting *settings, size_t setting_count, struct str block, struct fault *f);
/* A connection by the generation's db-uri, not yet made. primary: only a server that can be written to is wanted,
 * whatever db-uri says. wait is as for conn_new(). */
struct conn *generation_connect(const struct generation *g, bool primary, conn_wait_fn *wait, void *wait_arg);
/* The same as rowgate_account: by auth-db-uri or, without it, by db-uri with that role in it, or
 * as it stands with db-single-role. */
struct conn *generation_connect_accounts(const struct generation *g, conn_wait_fn *wait, void *wait_arg);
/* The same as rowgate_mail, by mail-db-uri. */
struct conn *generation_connect_mail(const struct generation *g, conn_wait_fn *wait, void *wait_arg);
/* A connection to another place for the generation's lifetime: what a subcommand needs. user: whom it connects as, or
 * STR_NONE: as uri says. */
struct conn *generation_open(struct generation *g, struct str uri, struct str user);

#endif
