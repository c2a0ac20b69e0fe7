/* What the web server refused by itself and then passed on to its error handler, us.
 *
 * lighttpd can be told to ask a URL for the answer to what it refuses (server.error-handler): that the caller gets an
 * answer like any other. It asks by GET, with the target and the fields that it could read, and says by two params what
 * has happened.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_FRONT_REFUSED_H
#define ROWGATE_APP_FRONT_REFUSED_H

#include "base/fault.h"
#include "http/request.h"

/* What the web server's configuration calls the URL that it asks. */
#define REFUSED_URL "/rowgate-refused"

/* True when it is a request like others, or when it can be answered all the same: a POST without a length has no
 * body. Else the fault is what the web server refused it with. params are FastCGI's, fields_read() has read the
 * fields. */
MUST_CHECK bool refused_accepts(struct request *r, char **params, struct arena *a, struct fault *f);

/* Looks at a request that the socket holds whole, without taking it: true when it is such a POST, which lighttpd asks
 * us about whatever its URL. uri_r: that URL, as it was sent. */
bool refused_is_misdirected(int socket, struct str *uri_r, struct arena *a);

#endif
