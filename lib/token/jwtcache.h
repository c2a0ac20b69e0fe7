/* Tokens whose signature has been verified before: a bounded set of their hashes.
 *
 * Only the fact is kept, not the claims, so a hit saves the signature and nothing else is taken on trust: header and
 * claims are read from the token presented, and times and audience are judged anew. An entry costs some 55 bytes. The
 * set belongs to one process and one configuration; a reload brings a new one. Eviction is SIEVE's (Zhang and others,
 * NSDI 2024): first in, first out, but who was asked for since the hand last came by stays.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_TOKEN_JWTCACHE_H
#define ROWGATE_TOKEN_JWTCACHE_H

#include <sodium.h>

#include "base/arena.h"
#include "base/str.h"

struct jwtcache;

/* BLAKE2b of the whole token under a key that this process drew: nobody can make two tokens share one. */
struct jwtcache_key {
	unsigned char bytes[crypto_generichash_BYTES];
};

/* A set of at most max tokens, or NULL when max is 0. */
struct jwtcache *jwtcache_new(size_t max, struct arena *forever);
struct jwtcache_key jwtcache_key(const struct jwtcache *c, struct str token);
bool jwtcache_has(struct jwtcache *c, const struct jwtcache_key *key);
/* Enters a key that is not in it, and may push another out. */
void jwtcache_add(struct jwtcache *c, const struct jwtcache_key *key);
size_t jwtcache_count(const struct jwtcache *c);

/* How often it was asked, knew the token, and pushed one out. */
struct jwtcache_totals {
	uint64_t lookups, hits, evictions;
};

/* All 0 for NULL. */
struct jwtcache_totals jwtcache_totals(const struct jwtcache *c);

#endif
