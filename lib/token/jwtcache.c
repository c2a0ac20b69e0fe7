/* The set as arrays: entries in a ring of ages, chained in buckets by their first bytes.
 * SPDX-License-Identifier: MIT */
#include "token/jwtcache.h"

#include <string.h>

#include "base/log.h"

/* Index 0 of the entries is the ring's anchor: its older neighbour is the newest entry, its newer one the oldest. */
enum { ANCHOR = 0 };

struct entry {
	struct jwtcache_key key;
	uint32_t newer, older; /* the ring */
	uint32_t next;         /* in the bucket; ANCHOR ends it */
	bool visited;
};

struct jwtcache {
	unsigned char secret[crypto_generichash_KEYBYTES];
	struct entry *entries; /* max and the anchor */
	uint32_t *buckets;     /* first entry of each, ANCHOR: none */
	uint32_t bucket_mask;
	uint32_t max, count;
	uint32_t hand; /* where the next search for a victim begins; ANCHOR: at the oldest */
	struct jwtcache_totals totals;
};

struct jwtcache *jwtcache_new(size_t max, struct arena *forever)
{
	if (max == 0)
		return NULL;
	struct jwtcache *c = arena_make(forever, struct jwtcache);
	uint32_t buckets = 16;
	while (buckets < max)
		buckets *= 2;
	c->max = (uint32_t)max;
	c->bucket_mask = buckets - 1;
	c->entries = arena_make_array(forever, struct entry, max + 1);
	c->buckets = arena_make_array(forever, uint32_t, buckets);
	crypto_generichash_keygen(c->secret);
	return c;
}

struct jwtcache_key jwtcache_key(const struct jwtcache *c, struct str token)
{
	struct jwtcache_key key;
	crypto_generichash(key.bytes, sizeof key.bytes, (const unsigned char *)token.p, token.n, c->secret,
		sizeof c->secret);
	return key;
}

/* The link that leads to the entry of this key, or the ANCHOR at the end of its bucket. */
static uint32_t *find_entry(const struct jwtcache *c, const struct jwtcache_key *key)
{
	uint32_t hash;
	memcpy(&hash, key->bytes, sizeof hash);
	uint32_t *link = &c->buckets[hash & c->bucket_mask];
	while (*link != ANCHOR && memcmp(&c->entries[*link].key, key, sizeof *key) != 0)
		link = &c->entries[*link].next;
	return link;
}

bool jwtcache_has(struct jwtcache *c, const struct jwtcache_key *key)
{
	uint32_t found = *find_entry(c, key);
	c->totals.lookups++;
	log_debug("Looked up a JWT in JWT cache");
	if (found == ANCHOR)
		return false;
	c->entries[found].visited = true;
	c->totals.hits++;
	return true;
}

/* Takes the oldest entry that was not asked for since the hand came by, out of ring and bucket. */
static uint32_t evict(struct jwtcache *c)
{
	uint32_t victim = c->hand;
	for (;;) {
		if (victim == ANCHOR)
			victim = c->entries[ANCHOR].newer;
		if (!c->entries[victim].visited)
			break;
		c->entries[victim].visited = false;
		victim = c->entries[victim].newer;
	}
	struct entry *e = &c->entries[victim];
	c->hand = e->newer;
	c->entries[e->newer].older = e->older;
	c->entries[e->older].newer = e->newer;
	*find_entry(c, &e->key) = e->next;
	c->totals.evictions++;
	log_debug("Evicted entry from JWT cache");
	return victim;
}

void jwtcache_add(struct jwtcache *c, const struct jwtcache_key *key)
{
	uint32_t at = c->count < c->max ? ++c->count : evict(c);
	assert(at != ANCHOR && at <= c->max);
	struct entry *e = &c->entries[at], *anchor = &c->entries[ANCHOR];
	*e = (struct entry){ .key = *key, .newer = ANCHOR, .older = anchor->older, .next = ANCHOR };
	*find_entry(c, key) = at;
	c->entries[e->older].newer = at;
	anchor->older = at;
}

size_t jwtcache_count(const struct jwtcache *c)
{
	return c->count;
}

struct jwtcache_totals jwtcache_totals(const struct jwtcache *c)
{
	return c ? c->totals : (struct jwtcache_totals){ 0 };
}
