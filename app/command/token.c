/* rowgate token: mints an access token, for trying things and for programs that call the API.
 * SPDX-License-Identifier: MIT */
#include "token.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "account/database.h"
#include "account/hook.h"
#include "account/session.h"
#include "app/command/accounts.h"
#include "base/clock.h"
#include "base/jsonw.h"

enum { TOKEN_MAX = 16 * 1024 };

struct token_wish {
	struct str user, role;
	int64_t ttl; /* seconds, 0: auth-token-ttl */
	const char *config;
};

static bool token_read(struct token_wish *w, struct args *args, struct fault *f)
{
	*w = (struct token_wish){ .user = STR_NONE, .role = STR_NONE };
	for (struct str word; args_next(args, &word);) {
		if (str_eq(word, STR("--user")))
			w->user = args_value(args);
		else if (str_eq(word, STR("--role")))
			w->role = args_value(args);
		else if (!str_eq(word, STR("--ttl"))) {
			if (!args_config(args, word, &w->config, f))
				return false;
		} else if (!str_to_i64(args_value(args), &w->ttl) || w->ttl < 1) {
			return fault_set(f, 500, "RG500", STR("--ttl wants a number of seconds"));
		}
	}
	return (w->user.n > 0) != (w->role.n > 0)
		|| fault_set(f, 500, "RG500", STR("token wants --user EMAIL or --role ROLE"));
}

/* A session like any other, so that it can be ended like any other. */
static bool token_for_user(struct str *token_r, const struct token_wish *w, struct generation *g, struct fault *f)
{
	struct account_call c;
	struct database_row row;
	struct session s = { .id = STR_NONE };
	if (!accounts_open(&c, g, w->config, f) || !accounts_find(&c, w->user, &s.user_id, f))
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
	s.email = row.values[0];
	s.role = row.values[1];
	if (!hook_claims(&s.more, &c, s.user_id, STR("token"), f))
		return false;
	*token_r = session_token(&s, &g->conf, c.signer, c.now, c.arena);
	return true;
}

/* Of nobody's account: it names an issuer of its own, and no user. */
static bool token_for_role(struct str *token_r, const struct token_wish *w, struct generation *g, struct fault *f)
{
	struct signer *signer;
	struct buf out = buf_new(g->arena, TOKEN_MAX);
	struct jsonw json = { .out = &out };
	int64_t now = clock_wall_s();
	if (!generation_configure(g, w->config, environ, f) || !signer_new(&signer, &g->conf, g->arena, f))
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

int token_main(struct args args)
{
	struct generation *g = generation_new();
	struct token_wish wish;
	struct str token;
	struct fault f = { 0 };
	bool good = token_read(&wish, &args, &f)
		&& (wish.user.n ? token_for_user(&token, &wish, g, &f) : token_for_role(&token, &wish, g, &f));
	int status = good ? EXIT_SUCCESS : args_complain(&f);
	if (good)
		printf("%.*s\n", STR_ARG(token));
	generation_free(g);
	return status;
}
