/* SipHash, as libsodium has it.
 * SPDX-License-Identifier: MIT */
#include "base/hash.h"

#include <sodium.h>
#include <string.h>

static_assert(crypto_shorthash_KEYBYTES == ARENA_KEY_BYTES, "the arena's key is one of SipHash");

uint64_t hash_of(const struct arena *a, struct str s)
{
	unsigned char bytes[crypto_shorthash_BYTES];
	uint64_t hash;
	crypto_shorthash(bytes, (const unsigned char *)s.p, s.n, arena_key(a));
	memcpy(&hash, bytes, sizeof hash);
	return hash;
}
