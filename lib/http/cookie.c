/* The Cookie field (RFC 6265 section 5.4).
 * SPDX-License-Identifier: MIT */
#include "cookie.h"

bool http_cookie_is_secret(struct str name)
{
	return str_eq(name, STR(HTTP_COOKIE_ACCESS)) || str_eq(name, STR(HTTP_COOKIE_REFRESH))
		|| str_eq(name, STR(HTTP_COOKIE_REFRESH_OLD));
}

bool http_cookie_next(struct http_pair *out_r, struct str *rest)
{
	while (rest->p) {
		struct str pair = str_trim(str_cut(rest, ';'));
		size_t equals = str_index(pair, '=');
		if (equals == 0 || pair.n == 0)
			continue;
		*out_r = (struct http_pair){ str_sub(pair, 0, equals), str_from(pair, equals + 1) };
		return true;
	}
	return false;
}

struct str http_cookie(const struct request *r, struct str name)
{
	struct str rest = request_field(r, STR("cookie")), found = STR_NONE;
	struct http_pair cookie;
	int count = 0;
	while (http_cookie_next(&cookie, &rest)) {
		if (!str_eq(cookie.name, name))
			continue;
		found = cookie.value;
		count++;
	}
	return count == 1 ? found : STR_NONE;
}
