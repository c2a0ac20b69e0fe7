/* Texts that people take for the same: normal forms and case folding, by libunistring.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_UNICODE_H
#define ROWGATE_ACCOUNT_UNICODE_H

#include "base/arena.h"
#include "base/str.h"

/* Without what is blank or invisible, in any script, at both ends. */
struct str unicode_trim(struct str s);
/* In NFKC, for what is typed in two ways: a letter and its accent, full width, ligatures. What is no UTF-8 stays as it
 * is. */
struct str unicode_nfkc(struct str s, struct arena *a);
/* In NFKC, without what nobody sees (soft hyphens, zero width, direction marks); upper and lower case stay. */
struct str unicode_visible(struct str s, struct arena *a);
/* The visible in one case: NFKC_Casefold of the Unicode standard, section 3.13. */
struct str unicode_fold(struct str s, struct arena *a);

#endif
