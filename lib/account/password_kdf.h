/* PBKDF2 and scrypt as Python's frameworks and the PHC string format write them down.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_PASSWORD_KDF_H
#define ROWGATE_ACCOUNT_PASSWORD_KDF_H

#include "base/str.h"

/* Whether such a hash can be read, and what its check costs has bounds. */
bool password_kdf_importable(struct str hash);
/* Whether it is the password's; false too for what is not importable. */
bool password_kdf_matches(struct str password, struct str hash);
/* Whether scrypt with these takes no more than a second or so, and 128 MiB. */
bool password_scrypt_bounded(int64_t n, int64_t r, int64_t p);

#endif
