/* Accounts as commands reach them: by the private functions, called as rowgate_account.
 * SPDX-License-Identifier: MIT */
#include "accounts.h"

#include <unistd.h>

#include "account/calls.h"
#include "account/database.h"
#include "base/arena.h"
#include "base/clock.h"

bool accounts_open(struct account_call *out_r, struct generation *g, const char *config, bool sign, struct fault *f)
{
	if (!(sign ? generation_configure : generation_configure_keyless)(g, config, environ, f))
		return false;
	struct conn *conn = generation_connect_accounts(g, NULL, NULL);
	conn_free_with(conn, g->arena);
	*out_r = (struct account_call){ .conf = &g->conf,
		.auth = g->auth,
		.signer = g->signer,
		.conn = conn,
		.arena = g->arena,
		.now = clock_wall_s() };
	return conn_ready(conn, g->arena, f);
}

bool accounts_find(struct account_call *c, struct str email, struct str *id_r, struct fault *f)
{
	struct database_row row;
	struct looked_up known;
	if (!call_look_up(&known, c, email, f) || !database_call(&row, c, f, "find_user", known.email_key))
		return false;
	*id_r = row.values[0];
	if (!id_r->p && !known.is_address)
		return fault_printf(f, c->arena, 500, "RG500", "%.*s: no e-mail address", STR_ARG(email));
	return id_r->p || fault_printf(f, c->arena, 500, "RG500", "%.*s: there is no such account", STR_ARG(email));
}
