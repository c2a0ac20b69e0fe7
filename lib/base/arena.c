/* Arenas: a chain of blocks from which memory is cut, and a list of clean-ups.
 * SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

enum {
	BLOCK_SIZE = 32 * 1024,     /* what most requests need; the first one is kept over resets */
	LARGE_SIZE = BLOCK_SIZE / 4 /* an allocation above gets a block of its own and the current one goes on */
};
/* From here on blocks are mapped: a reset gives them back to the system at once, which malloc would not. */
#define MAP_SIZE ((size_t)128 * 1024)

/* Under AddressSanitizer what is not handed out is poisoned, and a gap before each allocation stays so: an overrun
 * inside an arena is found like one on the heap. */
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
enum { GAP = 16 };
#else
#define ASAN_POISON_MEMORY_REGION(p, size) ((void)(p), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(p, size) ((void)(p), (void)(size))
enum { GAP = 0 };
#endif

struct block {
	struct block *next;
	size_t size, used; /* of data */
	bool mapped;
	_Alignas(max_align_t) char data[];
};

struct cleanup {
	struct cleanup *next;
	void (*fn)(void *arg);
	void *arg;
};

struct arena {
	struct block *blocks;  /* newest first; the last of the chain is the one that is kept */
	struct block *current; /* where small allocations are cut from */
	struct block *latest;  /* where the latest allocation was cut from */
	struct block *kept;    /* for what is large, in no chain; NULL: not made */
	size_t keep;           /* bytes it may have, 0: there shall be none */
	int unused;            /* resets in a row that found it unused */
	struct cleanup *cleanups;
	size_t ceiling, used;
	bool overflow, locked;
	unsigned char key[ARENA_KEY_BYTES];
};

static struct block *block_new(size_t size)
{
	size_t whole;
	if (__builtin_add_overflow(size, sizeof(struct block), &whole))
		abort();
	bool mapped = whole >= MAP_SIZE;
	struct block *b = mapped ? mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
							 : malloc(whole);
	if (!b || b == MAP_FAILED)
		abort();
	*b = (struct block){ .size = size, .mapped = mapped };
	ASAN_POISON_MEMORY_REGION(b->data, b->size);
	return b;
}

static void block_wipe(struct block *b)
{
	ASAN_UNPOISON_MEMORY_REGION(b->data, b->size);
	explicit_bzero(b->data, b->used);
}

/* What is unmapped needs no wiping: the system clears a page before anyone else sees it. */
static void block_free(struct block *b)
{
	if (b->mapped) {
		ASAN_UNPOISON_MEMORY_REGION(b->data, b->size);
		munmap(b, sizeof(struct block) + b->size);
		return;
	}
	block_wipe(b);
	free(b);
}

static bool block_lock(const struct block *b)
{
	/* Page by page as they are used: what a worker shares with its master stays shared. */
	return mlock2(b, sizeof(struct block) + b->size, MLOCK_ONFAULT) == 0;
}

struct arena *arena_new(size_t ceiling)
{
	struct arena *a = malloc(sizeof *a);
	if (!a)
		abort();
	struct block *first = block_new(BLOCK_SIZE);
	*a = (struct arena){ .blocks = first, .current = first, .latest = first, .ceiling = ceiling };
	if (getrandom(a->key, sizeof a->key, 0) != (ssize_t)sizeof a->key)
		abort();
	return a;
}

/* Runs clean-ups, also those that a clean-up registers, and frees every block but the first one made. */
static void arena_empty(struct arena *a)
{
	while (a->cleanups) {
		struct cleanup c = *a->cleanups;
		a->cleanups = c.next;
		c.fn(c.arg);
	}
	while (a->blocks->next) {
		struct block *b = a->blocks;
		a->blocks = b->next;
		block_free(b);
	}
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	arena_empty(a);
	arena_rest(a);
	block_free(a->blocks);
	free(a);
}

static void block_reset(struct block *b)
{
	block_wipe(b);
	ASAN_POISON_MEMORY_REGION(b->data, b->size);
	b->used = 0;
}

void arena_keep(struct arena *a, size_t size)
{
	a->keep = size;
}

bool arena_keeps(const struct arena *a)
{
	return a->kept;
}

void arena_rest(struct arena *a)
{
	if (a->kept)
		block_free(a->kept);
	a->kept = NULL;
}

/* Wipes the kept block, or gives it up. */
static void kept_reset(struct arena *a)
{
	a->unused = a->kept->used ? 0 : a->unused + 1;
	if (a->unused < ARENA_KEEP_RESETS)
		block_reset(a->kept);
	else
		arena_rest(a);
}

void arena_reset(struct arena *a)
{
	arena_empty(a);
	struct block *first = a->blocks;
	block_reset(first);
	if (a->kept)
		kept_reset(a);
	a->blocks = a->current = a->latest = first;
	a->cleanups = NULL;
	a->used = 0;
	a->overflow = false;
}

bool arena_lock(struct arena *a)
{
	bool good = true;
	a->locked = true;
	for (const struct block *b = a->blocks; b; b = b->next)
		good = block_lock(b) && good;
	return good;
}

static size_t padding(const struct block *b, size_t align)
{
	return (align - (b->used + GAP) % align) % align;
}

static bool fits(const struct block *b, size_t size, size_t align)
{
	size_t before = GAP + padding(b, align);
	return b->size - b->used >= before && b->size - b->used - before >= size;
}

/* Whether the kept block, which is made now if there is none, has room. */
static bool kept_fits(struct arena *a, size_t size, size_t align)
{
	if (a->locked || size > a->keep)
		return false;
	if (!a->kept) {
		a->kept = block_new(a->keep);
		a->unused = 0;
	}
	return fits(a->kept, size, align);
}

/* The block to cut size bytes from: the current one, the kept one, a new current one, or one just for this
 * allocation. */
static struct block *block_for(struct arena *a, size_t size, size_t align)
{
	if (fits(a->current, size, align))
		return a->current;
	if (size > LARGE_SIZE && kept_fits(a, size, align))
		return a->kept;
	struct block *b = block_new(size > LARGE_SIZE ? size + GAP : BLOCK_SIZE);
	b->next = a->blocks;
	a->blocks = b;
	if (a->locked)
		block_lock(b);
	if (size <= LARGE_SIZE)
		a->current = b;
	return b;
}

static void count_used(struct arena *a, size_t size)
{
	if (__builtin_add_overflow(a->used, size, &a->used))
		abort();
	if (a->used > a->ceiling)
		a->overflow = true;
}

static char *cut(struct arena *a, size_t size, size_t align)
{
	struct block *b = block_for(a, size, align);
	size_t pad = padding(b, align);
	char *p = b->data + b->used + GAP + pad;
	b->used += GAP + pad + size;
	ASAN_UNPOISON_MEMORY_REGION(p, size);
	a->latest = b;
	count_used(a, pad + size);
	return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
	return memset(cut(a, size ? size : 1, _Alignof(max_align_t)), 0, size);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	size_t whole;
	if (__builtin_mul_overflow(count, size, &whole))
		abort();
	return arena_alloc(a, whole);
}

char *arena_bytes(struct arena *a, size_t size)
{
	return cut(a, size ? size : 1, 1);
}

char *arena_regrow(struct arena *a, char *p, size_t old, size_t new_size)
{
	struct block *b = a->latest;
	if (p && new_size >= old && p + old == b->data + b->used && b->size - b->used >= new_size - old) {
		b->used += new_size - old;
		ASAN_UNPOISON_MEMORY_REGION(p, new_size);
		count_used(a, new_size - old);
		return p;
	}
	if (p && new_size <= old)
		return p;
	char *grown = arena_bytes(a, new_size);
	if (old)
		memcpy(grown, p, old);
	return grown;
}

void arena_on_reset(struct arena *a, void (*fn)(void *arg), void *arg)
{
	struct cleanup *c = arena_make(a, struct cleanup);
	*c = (struct cleanup){ a->cleanups, fn, arg };
	a->cleanups = c;
}

bool arena_overflowed(const struct arena *a)
{
	return a->overflow;
}

void arena_mark_overflow(struct arena *a)
{
	a->overflow = true;
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}

size_t arena_left(const struct arena *a)
{
	return a->used < a->ceiling ? a->ceiling - a->used : 0;
}

const unsigned char *arena_key(const struct arena *a)
{
	return a->key;
}
