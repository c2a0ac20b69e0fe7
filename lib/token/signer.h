/* Signs access tokens, makes refresh tokens, and tells the public keys (RFC 7515, 7517, 7518, 8037).
 *
 * A refresh token is the session's id, a counter, and their keyed BLAKE2b under a key that is derived from the signing
 * key and never leaves the process. So the database need not know it to tell a token from a forgery, and a successor
 * can be given twice. With a key set the first key signs and makes, every key is accepted: so keys are rotated.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_TOKEN_SIGNER_H
#define ROWGATE_TOKEN_SIGNER_H

#include "conf/conf.h"
#include "token/keys.h"
#include "token/traces.h"

struct signer;

/* Reads auth-signing-key, else jwt-secret. A set whose first key is a public key is refused. */
MUST_CHECK bool signer_new(struct signer **out_r, const struct conf *c, struct arena *forever, struct fault *f);
/* What of its keys must be found nowhere in a process that only verifies. */
struct traces *signer_traces(struct signer *s);
/* Wipes all that it could sign with, but for a secret that verifies too. It is not to sign any more. */
void signer_forget(struct signer *s);
/* The compact token of these claims, a JSON object. */
struct str signer_token(const struct signer *s, struct str claims, struct arena *a);
/* Public keys of jwt-secret and auth-signing-key as a JWK set. */
struct str signer_jwks(const struct signer *s);

/* A new id (UUID version 4, RFC 9562). */
struct str signer_session_id(struct arena *a);
/* Whether it is a UUID in the usual form. */
bool signer_is_uuid(struct str s);
struct str signer_refresh_token(const struct signer *s, struct str session, int64_t counter, struct arena *a);
/* What a refresh token says; false for everything this key set did not make. */
bool signer_refresh_read(const struct signer *s, struct str token, struct str *session_r, int64_t *counter_r,
	struct arena *a);

#endif
