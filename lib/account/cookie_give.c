/* The cookies of browser mode, given and taken back with an account endpoint's answer.
 * SPDX-License-Identifier: MIT */
#include "account/cookie_give.h"

#include "http/cookie.h"

#define REFRESH_PATH_OLD "/rpc/refresh_token"

static void add_cookie(struct account_call *c, struct str cookie)
{
	struct fault_header *header = arena_make(c->arena, struct fault_header);
	*header = (struct fault_header){ STR("Set-Cookie"), cookie, c->headers };
	c->headers = header;
}

void cookie_give(struct account_call *c, struct str access, struct str refresh, int64_t seconds)
{
	static const char kept[] = "Secure; HttpOnly; SameSite=Lax";
	add_cookie(c,
		str_printf(c->arena, HTTP_COOKIE_REFRESH_OLD "=; Path=%.*s" REFRESH_PATH_OLD "; Max-Age=0; %s",
			STR_ARG(c->conf->server_path_prefix), kept));
	add_cookie(c,
		str_printf(c->arena, HTTP_COOKIE_REFRESH "=%.*s; Path=/; Max-Age=%lld; %s", STR_ARG(refresh),
			(long long)seconds, kept));
	add_cookie(c,
		str_printf(c->arena, HTTP_COOKIE_ACCESS "=%.*s; Path=/; Max-Age=%lld; %s", STR_ARG(access), (long long)seconds,
			kept));
}

void cookie_forget(struct account_call *c)
{
	if (c->conf->auth_cookie)
		cookie_give(c, STR(""), STR(""), 0);
}
