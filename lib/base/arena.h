/* Memory with a named lifetime: many allocations, freed together by one reset.
 *
 * Most things live as long as a generation of the configuration, or as long as a request, whose arena is reset in the
 * worker's loop: lib/README.md, "Two lifetimes". Nothing in an arena is freed by itself. Handles of other libraries
 * (PGresult, json_object, mappings, descriptors) are registered with arena_on_reset() and go in reverse order of
 * registration.
 *
 * Allocation never fails: small things are always given, and crossing the ceiling only sets a sticky flag that
 * the caller tests once, between stages, and answers 413 or 500. What grows with input from outside is a struct
 * buf, which refuses to grow past its own maximum or the arena's ceiling. When the machine itself has no memory
 * left the process aborts and the master replaces it.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_ARENA_H
#define ROWGATE_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

enum { ARENA_KEY_BYTES = 16 };

/* An empty arena. ceiling: bytes in all before arena_overflowed() becomes true. Never NULL. */
struct arena *arena_new(size_t ceiling);
/* Runs the clean-ups and gives all memory back. */
void arena_free(struct arena *a);
/* Runs the clean-ups, wipes what was used (requests carry secrets), keeps the first block. */
void arena_reset(struct arena *a);

/* Has the arena keep one block of size bytes more over resets, made when an allocation first needs it: what is large is
 * cut from it, and grows there in place. To map and unmap memory costs more than to wipe it. It is given back after
 * ARENA_KEEP_RESETS resets in a row that did not need it, or by arena_rest(). A locked arena makes none. */
enum { ARENA_KEEP_RESETS = 64 };
void arena_keep(struct arena *a, size_t size);
/* Whether there is such a block; false after arena_rest(), which must not be called with the block in use. */
bool arena_keeps(const struct arena *a);
void arena_rest(struct arena *a);

/* Keeps what is in the arena, and what will be, out of swap as far as RLIMIT_MEMLOCK goes; false when that was not far
 * enough. Children of fork() have to ask anew. */
bool arena_lock(struct arena *a);

/* size zeroed bytes, aligned for any type; valid until the reset. Never NULL, also for size 0. */
void *arena_alloc(struct arena *a, size_t size) __attribute__((malloc, returns_nonnull));
/* count * size zeroed bytes; a product that overflows aborts. */
void *arena_array(struct arena *a, size_t count, size_t size) __attribute__((malloc, returns_nonnull));
#define arena_make(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define arena_make_array(a, type, count) ((type *)arena_array((a), (count), sizeof(type)))
/* Bytes without zeroing or alignment, for text. */
char *arena_bytes(struct arena *a, size_t size) __attribute__((malloc, returns_nonnull));
/* Makes the allocation at p, which has old bytes, new bytes long: in place when it was the last one. */
char *arena_regrow(struct arena *a, char *p, size_t old, size_t new_size) __attribute__((returns_nonnull));

/* ARENA_KEY_BYTES drawn at random when the arena was made, for hashes over what comes from outside. */
const unsigned char *arena_key(const struct arena *a);

/* Calls fn(arg) at the next reset or free, latest registration first. */
void arena_on_reset(struct arena *a, void (*fn)(void *arg), void *arg);

/* Whether the ceiling was crossed since the last reset. */
bool arena_overflowed(const struct arena *a);
/* Marks the arena as overflowed: for buffers that refused to grow. */
void arena_mark_overflow(struct arena *a);
/* Bytes handed out since the last reset, and bytes left below the ceiling. */
size_t arena_used(const struct arena *a);
size_t arena_left(const struct arena *a);

#endif
