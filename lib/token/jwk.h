/* One JSON Web Key to a key (RFC 7517, parameters of RFC 7518 section 6 and RFC 8037 section 2).
 *
 * Private members are ignored: only verifying is done with these keys.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_TOKEN_JWK_H
#define ROWGATE_TOKEN_JWK_H

#include <json-c/json.h>

#include "base/fault.h"
#include "token/key.h"

/* Fills key, whose parts live in the arena. One that is well-formed but of no use to us has algs == 0; a broken one is
 * 500 PGRST300. */
MUST_CHECK bool jwk_read(struct jwt_key *key, struct json_object *jwk, struct arena *forever, struct fault *f);

#endif
