/* What type of parameter takes a body whole, as it is.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_PLAN_BODY_TYPE_H
#define ROWGATE_PLAN_BODY_TYPE_H

#include "http/media.h"

/* The name of the type of the single unnamed parameter that takes a body of that kind; STR_NONE for kinds that are
 * unpacked. */
struct str body_type_name(enum media_kind kind);
/* Whether a parameter of that type takes a body of some kind, JSON among them. */
bool body_type_any(uint32_t type);
/* Whether a parameter of that type takes it. */
bool body_type_is(uint32_t type, enum media_kind kind);

#endif
