/* Tokens that are mailed: each proves one thing, once (activate, reset, confirm, undo).
 *
 * A token is 32 random bytes. The database has a hash of it that the purpose is part of, so a token for one purpose is
 * none for another; nothing that is kept lets anybody make the token.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_ACCOUNT_MAIL_TOKEN_H
#define ROWGATE_ACCOUNT_MAIL_TOKEN_H

#include "base/arena.h"
#include "base/fault.h"
#include "conf/conf.h"

/* A fresh one. */
struct str mail_token_new(struct arena *a);
/* The hash as a bytea constant. Whatever is no token has one, too: it is nobody's. */
struct str mail_token_hash(struct str token, struct str purpose, struct arena *a);
/* Seconds for which a token of that purpose is good. */
int64_t mail_token_ttl(struct str purpose, const struct conf *conf);
/* What a token would be for each purpose, hash and seconds, as JSON: the database takes one of them. */
struct str mail_token_offer(struct str token, const struct conf *conf, struct arena *a);
/* 401 RGA15: the token is used up, over, or none. Always returns false. */
bool mail_token_fault(struct fault *f);

#endif
