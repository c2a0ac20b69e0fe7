/* Browser mode (auth-cookie): tokens travel in cookies that no script can read (RFC 6265; Fetch standard, "Origin").
 *
 * A cookie comes along whoever made the browser ask. So what changes anything must say in Origin that a page of the
 * site asked; a request with an Authorization field cannot be another site's doing, and its cookies are not looked at.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_TOKEN_COOKIE_H
#define ROWGATE_TOKEN_COOKIE_H

#include "conf/conf.h"
#include "http/request.h"

/* Whose pages may change something. */
struct cookie_rules {
	bool on;
	struct str site;         /* the origin of auth-site-url; STR_NONE: not set */
	struct conf_list others; /* server-cors-allowed-origins */
};

/* The rules live as long as c and a. */
struct cookie_rules cookie_rules(const struct conf *c, struct arena *a);
/* True when nothing is changed or the rules are off. 403 RGA14 when Origin is missing or another's. */
MUST_CHECK bool cookie_check_origin(const struct cookie_rules *rules, const struct request *r, struct fault *f);
/* The access token in the cookie, or STR_NONE; rules that are off find none. */
struct str cookie_access(const struct cookie_rules *rules, const struct request *r);

#endif
