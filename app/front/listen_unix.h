/* A unix socket of ours: made where nobody listens, and removed only as long as it is still ours.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_FRONT_LISTEN_UNIX_H
#define ROWGATE_APP_FRONT_LISTEN_UNIX_H

#include "base/fault.h"

/* Who may connect. */
struct listen_access {
	int64_t mode;     /* of the file */
	struct str group; /* name or number of the group that the file gets, or empty: our own */
};

/* Listens on a unix socket; its directory is made when only that is missing. A socket that an earlier run left behind
 * is replaced; one on which somebody listens, or of which that cannot be known, stays. key names the setting in faults.
 * Non-blocking; -1 with the fault's message. */
int listen_unix(const char *key, struct str path, const struct listen_access *access, struct arena *a, struct fault *f);
/* Removes the socket's file once its descriptor was closed, unless somebody else listens there by now. */
void listen_unix_remove(struct str path);

#endif
