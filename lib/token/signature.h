/* The check of one signature by one key: HMAC and Ed25519 by libsodium, the rest by libcrypto.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_TOKEN_SIGNATURE_H
#define ROWGATE_TOKEN_SIGNATURE_H

#include "token/key.h"

/* Whether signature is that of input; alg must be one of the key's. */
bool signature_check(const struct jwt_key *key, enum jwt_alg alg, struct str input, struct str signature);

#endif
