/* E-mail addresses: what passes for one, and the form in which they are unique.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_EMAIL_H
#define ROWGATE_ACCOUNT_EMAIL_H

#include "base/arena.h"
#include "base/str.h"

/* The key of an address: ASCII lower case, the domain in its ASCII form (UTS 46, RFC 5891). False for what cannot be
 * delivered to or could break a header: no or two @, blanks, control bytes, quotes, angle brackets, commas, an empty
 * part, a part longer than SMTP allows (RFC 5321 section 4.5.3.1). */
bool email_key(struct str *key_r, struct str email, struct arena *a);

#endif
