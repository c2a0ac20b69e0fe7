/* Browser mode: the cookies that tokens travel in, and whose pages may send them.
 * SPDX-License-Identifier: MIT */
#include "token/cookie.h"

#include "http/cookie.h"

/* As a browser writes it: scheme and host, the port only where it is not the scheme's own. */
static struct str url_origin(struct str url, struct arena *a)
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
		.site = c->auth_site_url.n ? url_origin(c->auth_site_url, a) : STR_NONE,
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
