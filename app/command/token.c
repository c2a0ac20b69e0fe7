/* rowgate token: mints an access token, for trying things and for programs that call the API.
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "account/calls.h"
#include "account/database.h"
#include "account/hook.h"
#include "account/session.h"
#include "app/command/commands.h"
#include "base/clock.h"
#include "base/jsonw.h"

enum { TOKEN_MAX = 16 * 1024 };

struct token_wish {
	struct str user, role;
	int64_t ttl; /* seconds, 0: auth-token-ttl */
};

#define AT(field) .offset = offsetof(struct token_wish, field)
static const struct args_option token_options[] = {
	{ ARGS_TEXT, "user", "EMAIL", AT(user), .help = "a token of this account, with a session of its own" },
	{ ARGS_TEXT, "role", "ROLE", AT(role), .help = "a token of nobody's account" },
	{ ARGS_NUMBER, "ttl", "SECONDS", AT(ttl), .min = 1, .wants = "a number of seconds",
		.help = "how long it is good for; auth-token-ttl when not given" },
	{ .kind = ARGS_CONFIG },
	{ .kind = ARGS_END },
};

static const char *token_check(const void *wish)
{
	const struct token_wish *w = wish;
	return !w->user.p != !w->role.p ? NULL : "token wants --user EMAIL or --role ROLE";
}

/* The session of such a token is one like any other, so that it can be ended like any other. */
static bool token_for_user(struct str *token_r, const struct token_wish *w, const char *config, struct generation *g,
	struct fault *f)
{
	struct account_call c;
	struct database_row row;
	struct session s = { .id = STR_NONE };
	if (!accounts_open(&c, g, config, true, f) || !accounts_find(&c, w->user, &s.user_id, f))
		return false;
	if (!c.signer)
		return fault_set(f, 500, "RG500", STR("tokens of accounts need auth-enabled = true"));
	if (w->ttl)
		g->conf.auth_token_ttl = w->ttl;
	s.id = signer_session_id(c.arena);
	s.ends_at = c.now + g->conf.auth_session_max;
	if (!database_call(&row, &c, f, "open_session", s.user_id, s.id, database_seconds(&c, g->conf.auth_session_idle),
			database_seconds(&c, g->conf.auth_session_max)))
		return false;
	if (!row.found)
		return fault_set(f, 500, "RG500", STR("the account is not active"));
	if (!call_limit_sessions(&c, s.user_id, s.id, f))
		return false;
	s.email = row.values[0];
	s.role = row.values[1];
	if (!hook_claims(&s.more, &c, s.user_id, STR("token"), f))
		return false;
	*token_r = session_token(&s, &g->conf, c.signer, c.now, c.arena);
	return true;
}

/* A token of nobody's account names an issuer of its own, and no user. */
static bool token_for_role(struct str *token_r, const struct token_wish *w, const char *config, struct generation *g,
	struct fault *f)
{
	struct signer *signer;
	struct buf out = buf_new(g->arena, TOKEN_MAX);
	struct jsonw json = { .out = &out };
	int64_t now = clock_wall_s();
	if (!generation_configure(g, config, environ, f) || !signer_new(&signer, &g->conf, g->arena, f))
		return false;
	jsonw_open(&json, '{');
	jsonw_member(&json, STR("role"), w->role);
	jsonw_member(&json, STR("iss"), STR("rowgate token"));
	if (g->conf.jwt_aud.n)
		jsonw_member(&json, STR("aud"), g->conf.jwt_aud);
	jsonw_key(&json, STR("iat"));
	jsonw_int(&json, now);
	jsonw_key(&json, STR("exp"));
	jsonw_int(&json, now + (w->ttl ? w->ttl : g->conf.auth_token_ttl));
	jsonw_close(&json, '}');
	*token_r = signer_token(signer, buf_str(&out), g->arena);
	return true;
}

static int token_run(const char *config, const void *wish)
{
	struct generation *g = generation_new();
	const struct token_wish *w = wish;
	struct str token;
	struct fault f = { 0 };
	bool good = w->user.n ? token_for_user(&token, w, config, g, &f) : token_for_role(&token, w, config, g, &f);
	int status = good ? EXIT_SUCCESS : command_failed(&f);
	if (good)
		printf("%.*s\n", STR_ARG(token));
	generation_free(g);
	return status;
}

const struct command token_command = {
	.name = "token",
	.what = "print an access token",
	.usage = "--user EMAIL | --role ROLE  [--ttl SECONDS] [CONFIG]",
	.options = token_options,
	.wish_size = sizeof(struct token_wish),
	.check = token_check,
	.run = token_run,
};
