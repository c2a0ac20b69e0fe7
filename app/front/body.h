/* A request body as it arrives: in memory while it is small, in an unlinked mapped file beyond that.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_FRONT_BODY_H
#define ROWGATE_APP_FRONT_BODY_H

#include "base/arena.h"
#include "base/fault.h"
#include "conf/conf.h"

struct body;

/* An empty body. expected: CONTENT_LENGTH, or -1 when the client did not tell; the caller has compared it with
 * server-max-body already. The file is made in server-spool-dir. Everything goes with the arena. */
struct body *body_new(const struct conf *conf, int64_t expected, struct arena *a);
/* Where the next bytes may be written and how many (size_r), or NULL with the fault filled: 413 beyond server-max-body,
 * 507 when the file cannot grow. */
char *body_room(struct body *b, size_t *size_r, struct fault *f);
/* Says that n bytes were written where body_room() pointed. */
void body_add(struct body *b, size_t n);
/* All of it; valid until the arena's reset, p is never NULL. */
struct str body_text(const struct body *b);

#endif
