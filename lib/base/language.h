/* Language tags (RFC 5646), as far as somebody relies on their characters.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_LANGUAGE_H
#define ROWGATE_BASE_LANGUAGE_H

#include "base/str.h"

/* Whether it is letters, digits and hyphens only, 35 at most (section 4.4.1): safe in a header and as the name of a
 * directory, which it cannot lead out of. */
bool language_is_tag(struct str s);

#endif
