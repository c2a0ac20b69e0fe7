/* The Cookie field (RFC 6265 section 5.4).
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_HTTP_COOKIE_H
#define ROWGATE_HTTP_COOKIE_H

#include "request.h"

/* What accounts keep in a browser when auth-cookie is on; SQL never sees them. */
#define HTTP_COOKIE_ACCESS "__Host-rg_access"
#define HTTP_COOKIE_REFRESH "__Host-rg_refresh"
/* Its name before, which any neighbour under the same domain could set: it counts for nothing, and is taken back. */
#define HTTP_COOKIE_REFRESH_OLD "rg_refresh"

/* Whether that cookie is of those above. */
bool http_cookie_is_secret(struct str name);

/* The next name=value of a Cookie field, of which rest is what is left; a part without a name is left out. False at
 * the end. The field's value or STR_NONE to begin with. */
bool http_cookie_next(struct http_pair *out_r, struct str *rest);
/* The value of that cookie; STR_NONE when there is none or there are two: of two somebody else may have set one. */
struct str http_cookie(const struct request *r, struct str name);

#endif
