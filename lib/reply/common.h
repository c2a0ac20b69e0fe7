/* Fields that every answer carries, errors and preflights included.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_REPLY_COMMON_H
#define ROWGATE_REPLY_COMMON_H

#include "http/request.h"
#include "reply.h"

/* Appends CORS and trace fields, and what browsers and caches are told of every answer. What users' code said stays,
 * but for the caching of what was made for the owner of a cookie. */
void common_fields(struct reply *reply, const struct request *r, const struct conf *c, struct arena *a);
/* Whether the request came with a cookie that may say who asks: its answer gets Cache-Control: private, no-store. */
bool common_is_private(const struct request *r, const struct conf *c);

#endif
