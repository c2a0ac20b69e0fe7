/* A bare word or number of the file where a text is wanted; private to lib/conf.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CONF_CONF_SHOWN_H
#define ROWGATE_CONF_CONF_SHOWN_H

#include "base/str.h"

/* A word or number as PostgREST takes it where it wants a text: "Bool True", "Number 5.0". */
struct str conf_shown(struct str bare, struct arena *a);

#endif
