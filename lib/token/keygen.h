/* Makes keys that sign tokens, as JSON Web Keys (RFC 7517, 7518 section 6.4, 8037).
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_TOKEN_KEYGEN_H
#define ROWGATE_TOKEN_KEYGEN_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/str.h"

/* A fresh private key on one line. alg: HS256, HS512 or EdDSA (Ed25519), anything else is a fault. kid: its name, or
 * STR_NONE: it gets one. */
MUST_CHECK bool keygen(struct str *jwk_r, struct str alg, struct str kid, struct arena *a, struct fault *f);

#endif
