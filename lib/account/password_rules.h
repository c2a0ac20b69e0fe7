/* Which passwords are taken here: beyond what every host asks, not the words of this one, none that became known.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_PASSWORD_RULES_H
#define ROWGATE_ACCOUNT_PASSWORD_RULES_H

#include "account/account.h"

/* password_acceptable(), then password_worded() and password_breached(). 400 RGA03 says what is wrong. */
MUST_CHECK bool password_allowed(struct account_call *c, struct str password, struct str email, struct fault *f);
/* Whether little is left of the password without the words that anybody would try here: auth-password-words, the names
 * in auth-site-url, mail-from and auth-issuer, the database's, ours; forwards or backwards, in any case, with digits
 * for letters, with anything between the letters. In password_words.c. */
bool password_worded(const struct account_call *c, struct str password);
/* The same of a name alone. */
bool password_is_name(struct str password, struct str name, struct arena *a);
/* Whether auth-password-breached has the password; in password_breached.c. False with a fault, 503, when that file
 * cannot be read or is no such list. */
MUST_CHECK bool password_breached(bool *found_r, const struct account_call *c, struct str password, struct fault *f);

#endif
