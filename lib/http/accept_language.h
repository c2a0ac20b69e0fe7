/* Accept-Language (RFC 9110 section 12.5.4): the languages that a reader understands.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_HTTP_ACCEPT_LANGUAGE_H
#define ROWGATE_HTTP_ACCEPT_LANGUAGE_H

#include "request.h"

/* The first max tags of the field by weight, then by their order; "*" and weight 0 are left out. Returns how many;
 * they are views into the request, and any text. */
size_t accept_language(struct str *tags, size_t max, const struct request *r);

#endif
