/* E-mail addresses: what passes for one, and the form in which they are unique.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_EMAIL_H
#define ROWGATE_ACCOUNT_EMAIL_H

#include "base/arena.h"
#include "base/str.h"

/* The key of an address, which is one for all ways to type it: without blanks around it and what nobody sees, the part
 * in front of the @ folded (unicode_fold()), the domain in its ASCII form (UTS 46, RFC 5891). False for what cannot be
 * delivered to or could break a header: no or two @, blanks, control bytes, quotes, angle brackets, commas, an empty
 * part, a part longer than SMTP allows (RFC 5321 section 4.5.3.1). */
bool email_key(struct str *key_r, struct str email, struct arena *a);
/* An address as it is kept and written to: as typed, but for what its key has another way to write (out_r may be where
 * email is from). False when it has no key. */
bool email_address(struct str *out_r, struct str email, struct arena *a);
/* Any text as it was typed, but for blanks around it and ASCII's upper case: how an address is found whose key was made
 * by earlier rules, or by none that hold now. */
struct str email_typed(struct str email, struct arena *a);

#endif
