/* A hash for tables of names that come from outside: without the key nobody can choose names that collide.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_HASH_H
#define ROWGATE_BASE_HASH_H

#include "base/arena.h"
#include "base/str.h"

/* SipHash-2-4 under the arena's key: the same text has another hash in another arena. */
uint64_t hash_of(const struct arena *a, struct str s);

#endif
