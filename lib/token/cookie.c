/* Browser mode: the cookies that tokens travel in, and whose pages may send them.
 * SPDX-License-Identifier: MIT */
#include "token/cookie.h"

#include "http/cookie.h"

#define REFRESH_PATH "/rpc/refresh_token"

/* As a browser writes it: scheme and host, the port only where it is not the scheme's own. */
static struct str origin_of(struct str url, struct arena *a)
{
	struct str rest = str_from(url, str_find(url, STR("://")) + 3), authority = str_cut(&rest, '/');
	size_t end = (size_t)(authority.p - url.p) + authority.n;
	struct str origin = str_lower(a, str_sub(url, 0, end));
	struct str port = str_starts(origin, STR("https:")) ? STR(":443") : STR(":80");
	return str_ends(origin, port) ? str_sub(origin, 0, origin.n - port.n) : origin;
}

struct cookie_rules cookie_rules(const struct conf *c, struct arena *a)
{
	return (struct cookie_rules){
		.on = c->auth_enabled && c->auth_cookie,
		.site = c->auth_site_url.n ? origin_of(c->auth_site_url, a) : STR_NONE,
		.others = c->server_cors_allowed_origins,
	};
}

static bool is_ours(const struct cookie_rules *rules, struct str origin)
{
	bool ours = rules->site.p && str_eq(origin, rules->site);
	for (size_t i = 0; i < rules->others.count; i++)
		ours = ours || str_eq(origin, rules->others.items[i]);
	return ours;
}

bool cookie_check_origin(const struct cookie_rules *rules, const struct request *r, struct fault *f)
{
	struct str origin = request_field(r, STR("origin"));
	bool safe = r->method == HTTP_GET || r->method == HTTP_HEAD || r->method == HTTP_OPTIONS;
	if (!rules->on || safe || (origin.p && is_ours(rules, origin)))
		return true;
	fault_set(f, 403, "RGA14",
		origin.p ? STR("This site may not ask for changes") : STR("The request does not say which site it comes from"));
	return fault_hint(f,
		STR("Ask from a page of auth-site-url or of server-cors-allowed-origins, whose name the "
			"browser sends as Origin."));
}

struct str cookie_access(const struct cookie_rules *rules, const struct request *r)
{
	struct str token = rules->on ? http_cookie(r, STR(HTTP_COOKIE_ACCESS)) : STR_NONE;
	return token.n ? token : STR_NONE;
}

static void add(struct account_call *c, struct str cookie)
{
	struct fault_header *header = arena_make(c->arena, struct fault_header);
	*header = (struct fault_header){ STR("Set-Cookie"), cookie, c->headers };
	c->headers = header;
}

void cookie_give(struct account_call *c, struct str access, struct str refresh, int64_t seconds)
{
	static const char kept[] = "Secure; HttpOnly; SameSite=Lax";
	add(c,
		str_printf(c->arena, HTTP_COOKIE_REFRESH "=%.*s; Path=%.*s" REFRESH_PATH "; Max-Age=%lld; %s", STR_ARG(refresh),
			STR_ARG(c->conf->server_path_prefix), (long long)seconds, kept));
	add(c,
		str_printf(c->arena, HTTP_COOKIE_ACCESS "=%.*s; Path=/; Max-Age=%lld; %s", STR_ARG(access), (long long)seconds,
			kept));
}

void cookie_forget(struct account_call *c)
{
	if (c->conf->auth_cookie)
		cookie_give(c, STR(""), STR(""), 0);
}
