/* Passwords: which are taken, their hashes, and the check of one at the same cost whoever it is.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_PASSWORD_H
#define ROWGATE_ACCOUNT_PASSWORD_H

#include "base/fault.h"
#include "conf/conf.h"

/* The hash of an account that has no password, until one is set by a mailed link. */
#define PASSWORD_NONE "$argon2!"

enum { PASSWORD_MIN_CHARACTERS = 8, PASSWORD_MAX_BYTES = 1024 };

/* Length, the list of common ones, the e-mail address itself, password_quality(). 400 RGA03 says what is wrong. */
MUST_CHECK bool password_acceptable(struct str password, struct str email, struct arena *a, struct fault *f);
/* Whether the list that is compiled in has it: password_common.c. */
bool password_is_common(struct str lower_case);
/* What /etc/security/pwquality.conf says (pwquality.conf(5)), in password_quality.c; always true in a build without
 * libpwquality. 400 RGA03 with the library's words for a hint, 503 when that file cannot be understood. */
MUST_CHECK bool password_quality(struct str password, struct str email, struct arena *a, struct fault *f);

/* argon2id of the password in NFKC with the configured cost, its parameters recorded in it; 503 when there is no memory
 * for it. */
MUST_CHECK bool password_hash(struct str *out_r, struct str password, const struct conf *c, struct arena *a,
	struct fault *f);
/* Whether there is memory for a hash. To be asked before a try is counted, which is of no use without. */
bool password_affordable(const struct conf *c);
/* Whether a hash is argon2id at no less than the configured cost. */
bool password_current(struct str hash, const struct conf *c);
enum password_verdict {
	PASSWORD_WRONG, /* false */
	PASSWORD_RIGHT,
	PASSWORD_RIGHT_RENEW, /* and password_hash() would make a better one of it now */
};
/* Whether the password is the hash's, as it was typed or else in NFKC. hash STR_NONE: there is no such account, never
 * right. decoys: hashes of other kinds than ours and than this one, each on a line, or STR_NONE. Every call costs one
 * argon2id and a check of each kind that is about; all of it twice, where NFKC is another spelling. */
enum password_verdict password_check(struct str password, struct str hash, struct str decoys, const struct conf *c,
	struct arena *a);
/* Whether a hash made elsewhere can be taken over: a known kind whose check is not absurdly dear. */
bool password_importable(struct str hash);

#endif
