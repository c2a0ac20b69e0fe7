/* The LRU of prepared statements: hash chains and a recency list over one array of slots, linked by index.
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

/* Slots beyond the capacity, for names that wait for their DEALLOCATE: never more than go into one flight. */
enum { NONE = -1, DOOMED_ROOM = 16 };

struct name_slot {
	struct name name;    /* first: a struct name is its slot */
	struct name_key key; /* texts are views of bytes */
	char *bytes;
	uint64_t hash;
	uint64_t flight;  /* the last that used it */
	int chain;        /* next in the hash bucket; of a free slot the next free one */
	int older, newer; /* recency, of the living only */
};

struct names {
	struct name_slot *slots;
	int *buckets;
	size_t capacity, slot_count, bucket_count;
	size_t living, doomed;
	size_t bytes, bytes_max; /* of the living's keys */
	int free, oldest, newest;
	uint64_t flight;
	uint32_t serial; /* not reset: a name is never used twice */
};

static void *need(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

/* Eight bytes a step: SQL texts are long and every request hashes two of them. Keys are compared in full. */
static uint64_t hash_text(uint64_t h, struct str s)
{
	const uint64_t multiplier = 0x9E3779B97F4A7C15u;
	size_t at = 0;
	uint64_t word;
	for (; s.n - at >= sizeof word; at += sizeof word) {
		memcpy(&word, s.p + at, sizeof word);
		h = (h ^ word) * multiplier;
		h ^= h >> 29;
	}
	word = s.n;
	for (; at < s.n; at++)
		word = word << 8 | (unsigned char)s.p[at];
	h = (h ^ word) * multiplier;
	return h ^ h >> 32;
}

static uint64_t hash_key(const struct name_key *key)
{
	return hash_text(hash_text(hash_text(0, key->role), key->search_path), key->sql);
}

static bool same_key(const struct name_key *a, const struct name_key *b)
{
	return str_eq(a->sql, b->sql) && str_eq(a->role, b->role) && str_eq(a->search_path, b->search_path);
}

static size_t key_bytes(const struct name_key *key)
{
	return key->role.n + key->search_path.n + key->sql.n;
}

static int *bucket_of(const struct names *n, uint64_t hash)
{
	return &n->buckets[hash & (n->bucket_count - 1)];
}

struct names *names_new(size_t capacity, size_t bytes)
{
	struct names *n = need(calloc(1, sizeof *n));
	n->capacity = capacity;
	n->bytes_max = bytes;
	n->slot_count = capacity ? capacity + DOOMED_ROOM : 0;
	n->bucket_count = 1;
	while (n->bucket_count < capacity * 2)
		n->bucket_count *= 2;
	n->slots = need(calloc(n->slot_count + 1, sizeof *n->slots));
	n->buckets = need(calloc(n->bucket_count, sizeof *n->buckets));
	names_clear(n);
	return n;
}

void names_free(struct names *n)
{
	names_clear(n);
	free(n->slots);
	free(n->buckets);
	free(n);
}

void names_clear(struct names *n)
{
	n->free = n->oldest = n->newest = NONE;
	n->living = n->doomed = 0;
	n->bytes = 0;
	for (size_t i = 0; i < n->bucket_count; i++)
		n->buckets[i] = NONE;
	for (size_t i = n->slot_count; i-- > 0;) {
		free(n->slots[i].bytes);
		n->slots[i] = (struct name_slot){ .chain = n->free };
		n->free = (int)i;
	}
}

void names_begin(struct names *n)
{
	n->flight++;
}

static struct name_slot *find_slot(const struct names *n, const struct name_key *key, uint64_t hash)
{
	for (int i = *bucket_of(n, hash); i != NONE; i = n->slots[i].chain)
		if (n->slots[i].hash == hash && same_key(&n->slots[i].key, key))
			return &n->slots[i];
	return NULL;
}

static void unlink_recency(struct names *n, struct name_slot *s)
{
	*(s->older == NONE ? &n->oldest : &n->slots[s->older].newer) = s->newer;
	*(s->newer == NONE ? &n->newest : &n->slots[s->newer].older) = s->older;
}

static void link_newest(struct names *n, struct name_slot *s)
{
	int index = (int)(s - n->slots);
	s->older = n->newest;
	s->newer = NONE;
	*(n->newest == NONE ? &n->oldest : &n->slots[n->newest].newer) = index;
	n->newest = index;
}

static void unlink_bucket(struct names *n, const struct name_slot *s)
{
	int *link = bucket_of(n, s->hash);
	while (&n->slots[*link] != s)
		link = &n->slots[*link].chain;
	*link = s->chain;
}

/* No longer to be found; the slot stays in use. */
static void retire(struct names *n, struct name_slot *s)
{
	unlink_recency(n, s);
	unlink_bucket(n, s);
	n->living--;
	n->bytes -= key_bytes(&s->key);
	free(s->bytes);
	s->bytes = NULL;
}

static void release_slot(struct names *n, struct name_slot *s)
{
	assert(s >= n->slots && s < n->slots + n->slot_count);
	*s = (struct name_slot){ .chain = n->free };
	n->free = (int)(s - n->slots);
}

static struct name_slot *slot_of(struct name *x)
{
	return (struct name_slot *)x;
}

void names_forget(struct names *n, struct name *x)
{
	assert(x->state != NAME_DOOMED || n->doomed > 0);
	if (x->state == NAME_DOOMED)
		n->doomed--;
	else
		retire(n, slot_of(x));
	release_slot(n, slot_of(x));
}

void names_doom(struct names *n, struct name *x)
{
	assert(x->state != NAME_DOOMED);
	retire(n, slot_of(x));
	x->state = NAME_DOOMED;
	n->doomed++;
}

struct name *names_next_doomed(const struct names *n, const struct name *after)
{
	if (n->doomed == 0)
		return NULL;
	const struct name_slot *next = after ? (const struct name_slot *)after + 1 : n->slots;
	for (size_t i = (size_t)(next - n->slots); i < n->slot_count; i++)
		if (n->slots[i].name.state == NAME_DOOMED)
			return &n->slots[i].name;
	return NULL;
}

/* Gives up the least recently used one, unless this flight needs it or too many wait for their DEALLOCATE. */
static bool evict_slot(struct names *n)
{
	struct name_slot *s = n->oldest == NONE ? NULL : &n->slots[n->oldest];
	if (!s || s->flight == n->flight || s->name.state != NAME_PREPARED || n->doomed >= DOOMED_ROOM)
		return false;
	names_doom(n, &s->name);
	return true;
}

/* Room for one more of so many bytes. */
static bool make_slot(struct names *n, size_t bytes)
{
	bool good = n->free != NONE && bytes <= n->bytes_max;
	while (good && (n->living >= n->capacity || n->bytes > n->bytes_max - bytes))
		good = evict_slot(n);
	return good;
}

static struct str copy_text(char **at, struct str s)
{
	char *start = *at;
	if (s.n > 0)
		memcpy(start, s.p, s.n);
	*at += s.n;
	return (struct str){ start, s.n };
}

static void fill_slot(struct names *n, struct name_slot *s, const struct name_key *key, uint64_t hash)
{
	int *bucket = bucket_of(n, hash);
	char *at = need(malloc(key_bytes(key) + 1));
	*s = (struct name_slot){ .bytes = at, .hash = hash, .flight = n->flight, .chain = *bucket };
	*bucket = (int)(s - n->slots);
	s->key.role = copy_text(&at, key->role);
	s->key.search_path = copy_text(&at, key->search_path);
	s->key.sql = copy_text(&at, key->sql);
	s->name.state = NAME_NEW;
	snprintf(s->name.text, sizeof s->name.text, "rg%x", ++n->serial);
	link_newest(n, s);
	n->living++;
	n->bytes += key_bytes(key);
}

struct name *names_use(struct names *n, const struct name_key *key)
{
	if (key->sql.n > NAMES_TEXT_MAX)
		return NULL;
	uint64_t hash = hash_key(key);
	struct name_slot *s = find_slot(n, key, hash);
	if (s) {
		s->flight = n->flight;
		unlink_recency(n, s);
		link_newest(n, s);
		return &s->name;
	}
	if (!make_slot(n, key_bytes(key)))
		return NULL;
	s = &n->slots[n->free];
	n->free = s->chain;
	fill_slot(n, s, key, hash);
	return &s->name;
}

void names_parsed(struct name *x)
{
	x->state = NAME_PREPARED;
}

size_t names_count(const struct names *n)
{
	return n->living;
}

size_t names_bytes(const struct names *n)
{
	return n->bytes;
}
