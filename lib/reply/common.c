/* Fields that every answer carries, errors and preflights included.
 * SPDX-License-Identifier: MIT */
#include "reply/common.h"

#include "http/cookie.h"
#include "reply/cors.h"

static bool common_minds_cookies(const struct conf *c)
{
	return c->auth_enabled && c->auth_cookie;
}

bool common_is_private(const struct request *r, const struct conf *c)
{
	struct str rest = request_field(r, STR("cookie"));
	struct http_pair cookie;
	while (common_minds_cookies(c) && http_cookie_next(&cookie, &rest))
		if (http_cookie_is_secret(cookie.name))
			return true;
	return false;
}

/* Where cookies say who asks, no cache may give one caller's answer to another, a stranger's among them. Of two
 * Cache-Control fields the stricter counts (RFC 9111 section 4.2.1). */
static void common_caching(struct reply *reply, const struct request *r, const struct conf *c)
{
	if (common_minds_cookies(c))
		reply_field(reply, STR("Vary"), STR("Cookie"));
	if (common_is_private(r, c))
		reply_field(reply, STR("Cache-Control"), STR("private, no-store"));
}

void common_fields(struct reply *reply, const struct request *r, const struct conf *c, struct arena *a)
{
	cors_answer(reply, r, c);
	reply_trace(reply, r, c, a);
	reply_field_default(reply, STR("X-Content-Type-Options"), STR("nosniff"));
	common_caching(reply, r, c);
}
