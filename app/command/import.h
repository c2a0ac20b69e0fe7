/* rowgate user import: accounts of another system, with the hashes of their passwords.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_APP_COMMAND_IMPORT_H
#define ROWGATE_APP_COMMAND_IMPORT_H

#include "account/account.h"

/* A file of CSV with a header, or a JSON array of objects: email, password_hash (argon2, bcrypt, yescrypt,
 * sha512-crypt), role and active where they are known. Each row stands alone: those that cannot be taken over are named
 * on standard error, and in the end there is a fault for them. */
MUST_CHECK bool import_users(struct account_call *c, struct str file, struct fault *f);

#endif
