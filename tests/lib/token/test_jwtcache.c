/* The set of verified tokens: what it remembers, and whom it forgets.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include <stdlib.h>

#include "token/jwtcache.h"

static struct jwtcache_key key_of(struct jwtcache *c, unsigned number)
{
	struct str token = { (const char *)&number, sizeof number };
	return jwtcache_key(c, token);
}

static bool has(struct jwtcache *c, unsigned number)
{
	struct jwtcache_key key = key_of(c, number);
	return jwtcache_has(c, &key);
}

static void add(struct jwtcache *c, unsigned number)
{
	struct jwtcache_key key = key_of(c, number);
	jwtcache_add(c, &key);
}

static void no_entries_is_no_cache(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);
	assert_null(jwtcache_new(0, a));
	arena_free(a);
}

/* Numbers are added one after the other, those of `asked` looked up before the last; `kept` are in it at the end. */
static void who_was_asked_for_stays(void **state)
{
	static const struct {
		const char *name;
		size_t max;
		unsigned first, asked[4], later, kept[4];
	} rows[] = {
		{ "none asked: the oldest goes", 3, 3, { 0 }, 1, { 2, 3, 4 } },
		{ "the oldest asked: the next goes", 3, 3, { 1 }, 1, { 1, 3, 4 } },
		{ "all asked: the oldest goes after all", 3, 3, { 1, 2, 3 }, 1, { 2, 3, 4 } },
		{ "the hand goes on where it was", 3, 3, { 1 }, 2, { 1, 4, 5 } },
		{ "one entry", 1, 1, { 1 }, 1, { 2 } },
		{ "those asked for long ago go too", 2, 2, { 1, 2 }, 2, { 3, 4 } },
		{ "not full", 4, 3, { 0 }, 1, { 1, 2, 3, 4 } },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(1 << 20);
		struct jwtcache *c = jwtcache_new(rows[i].max, a);
		unsigned added = 0, found = 0;
		while (added < rows[i].first)
			add(c, ++added);
		for (size_t k = 0; k < 4 && rows[i].asked[k]; k++)
			assert_true(has(c, rows[i].asked[k]));
		for (unsigned n = 0; n < rows[i].later; n++)
			add(c, ++added);
		for (size_t k = 0; k < 4 && rows[i].kept[k]; k++)
			expect_int(rows[i].name, has(c, rows[i].kept[k]), true);
		uint64_t hits_before = jwtcache_totals(c).hits, lookups_before = jwtcache_totals(c).lookups;
		for (unsigned n = 1; n <= added; n++)
			found += has(c, n);
		expect_int(rows[i].name, found, (int64_t)jwtcache_count(c));
		expect_int(rows[i].name, (int64_t)(jwtcache_totals(c).hits - hits_before), found);
		expect_int(rows[i].name, (int64_t)(jwtcache_totals(c).lookups - lookups_before), added);
		expect_int(rows[i].name, (int64_t)jwtcache_totals(c).evictions, added - found);
		assert_true(jwtcache_count(c) <= rows[i].max);
		arena_free(a);
	}
}

/* SIEVE once more, as simply as can be: a list from old to new, with a hand. */
struct model {
	unsigned numbers[64];
	bool visited[64];
	size_t max, n, hand;
};

static bool model_has(struct model *m, unsigned number)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->numbers[i] == number)
			return m->visited[i] = true;
	return false;
}

static void model_remove(struct model *m)
{
	for (;; m->hand++) {
		if (m->hand == m->n)
			m->hand = 0;
		if (!m->visited[m->hand])
			break;
		m->visited[m->hand] = false;
	}
	m->n--;
	for (size_t i = m->hand; i < m->n; i++) {
		m->numbers[i] = m->numbers[i + 1];
		m->visited[i] = m->visited[i + 1];
	}
}

static void model_add(struct model *m, unsigned number)
{
	bool at_end = false;
	if (m->n == m->max) {
		model_remove(m);
		at_end = m->hand == m->n;
	}
	m->numbers[m->n] = number;
	m->visited[m->n++] = false;
	if (at_end)
		m->hand = 0;
}

static void agrees_with_a_simple_one(void **state)
{
	(void)state;
	for (size_t max = 1; max <= 40; max += 3) {
		struct arena *a = arena_new(1 << 20);
		struct jwtcache *c = jwtcache_new(max, a);
		struct model m = { .max = max };
		srand((unsigned)max);
		for (int step = 0; step < 5000; step++) {
			unsigned number = (unsigned)rand() % (unsigned)(2 * max + 1);
			bool known = model_has(&m, number);
			assert_int_equal(has(c, number), known);
			if (known)
				continue;
			add(c, number);
			model_add(&m, number);
		}
		assert_int_equal(jwtcache_count(c), m.n);
		arena_free(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_entries_is_no_cache),
		cmocka_unit_test(who_was_asked_for_stays),
		cmocka_unit_test(agrees_with_a_simple_one),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
