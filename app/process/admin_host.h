/* Whether a request to the admin server names it as those do who know it.
 *
 * A page of the web can make a browser ask a name that it resolves to an address of the local network (DNS rebinding),
 * and then read the answer: the browser takes both for one site. Its Host field still has the page's name.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_PROCESS_ADMIN_HOST_H
#define ROWGATE_APP_PROCESS_ADMIN_HOST_H

#include "base/str.h"

/* Each Host field of the request's head must be an IP address, localhost or the configured name, with any port. One
 * without a Host field comes from no browser: true. */
bool admin_host_known(struct str head, struct str configured);

#endif
