/* What the workers of a host tell their master without a word: a page of shared memory with a cell for each.
 * SPDX-License-Identifier: MIT */
#include "scoreboard.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"

/* All of it is as long as the worker that has the cell, which may end without a word: scoreboard_take() clears it. */
struct cell {
	_Alignas(64) _Atomic int64_t slow_since_us; /* as long as a request; 0: not slow: wait_over() */
	_Atomic bool database_down;                 /* till it is reached again, which the worker itself tries */
	_Atomic bool parting;                       /* till scoreboard_return() */
	_Atomic bool connected;                     /* as long as its connection: told after each request, and when idle */
};

struct shared {
	_Atomic uint64_t totals[SCOREBOARD_TOTALS];
	struct cell cells[];
};

struct scoreboard {
	size_t count, size;
	int poke;
	struct shared *shared;
	struct cell *cells; /* the shared ones */
	bool *taken;        /* the master's own */
};

struct scoreboard *scoreboard_new(size_t cells)
{
	int poke = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (poke < 0)
		return NULL;
	size_t size = sizeof(struct shared) + cells * sizeof(struct cell);
	struct shared *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED) {
		close(poke);
		return NULL;
	}
	struct scoreboard *b = malloc(sizeof *b);
	bool *taken = calloc(cells, sizeof *taken);
	if (!b || !taken)
		abort();
	*b = (struct scoreboard){ .count = cells,
		.size = size,
		.poke = poke,
		.shared = shared,
		.cells = shared->cells,
		.taken = taken };
	return b;
}

void scoreboard_free(struct scoreboard *b)
{
	if (!b)
		return;
	munmap(b->shared, b->size);
	close(b->poke);
	free(b->taken);
	free(b);
}

static struct cell *scoreboard_cell(const struct scoreboard *b, size_t cell)
{
	assert(cell < b->count);
	return &b->cells[cell];
}

int scoreboard_fd(const struct scoreboard *b)
{
	return b->poke;
}

void scoreboard_listen(struct scoreboard *b)
{
	uint64_t pokes;
	if (read(b->poke, &pokes, sizeof pokes) < 0)
		return; /* nobody poked */
}

/* Has the master look at the scoreboard. */
static void scoreboard_poke(const struct scoreboard *b)
{
	uint64_t one = 1;
	if (write(b->poke, &one, sizeof one) < 0)
		return; /* the counter is full: the master has been poked often enough */
}

void scoreboard_slow(struct scoreboard *b, size_t cell)
{
	atomic_store(&scoreboard_cell(b, cell)->slow_since_us, clock_monotonic_us());
	scoreboard_poke(b);
}

void scoreboard_done(struct scoreboard *b, size_t cell)
{
	atomic_store(&scoreboard_cell(b, cell)->slow_since_us, 0);
}

void scoreboard_database(struct scoreboard *b, size_t cell, bool up)
{
	bool was_down = atomic_exchange(&scoreboard_cell(b, cell)->database_down, !up);
	if (!up && !was_down)
		scoreboard_poke(b);
}

void scoreboard_connected(struct scoreboard *b, size_t cell, bool connected)
{
	atomic_store_explicit(&scoreboard_cell(b, cell)->connected, connected, memory_order_relaxed);
}

void scoreboard_add(struct scoreboard *b, enum scoreboard_total which, uint64_t n)
{
	assert(which < SCOREBOARD_TOTALS);
	if (n)
		atomic_fetch_add_explicit(&b->shared->totals[which], n, memory_order_relaxed);
}

uint64_t scoreboard_total(const struct scoreboard *b, enum scoreboard_total which)
{
	return atomic_load_explicit(&b->shared->totals[which], memory_order_relaxed);
}

static void scoreboard_clear(struct scoreboard *b, size_t cell)
{
	scoreboard_done(b, cell);
	scoreboard_database(b, cell, true);
	scoreboard_connected(b, cell, false);
}

void scoreboard_parting(struct scoreboard *b, size_t cell)
{
	scoreboard_clear(b, cell);
	atomic_store(&scoreboard_cell(b, cell)->parting, true);
	scoreboard_poke(b);
}

void scoreboard_return(struct scoreboard *b, size_t cell)
{
	atomic_store(&scoreboard_cell(b, cell)->parting, false);
}

bool scoreboard_is_parting(const struct scoreboard *b, size_t cell)
{
	return atomic_load(&scoreboard_cell(b, cell)->parting);
}

void scoreboard_take(struct scoreboard *b, size_t cell)
{
	scoreboard_clear(b, cell);
	scoreboard_return(b, cell);
	b->taken[cell] = true;
}

void scoreboard_leave(struct scoreboard *b, size_t cell)
{
	assert(b->taken[cell]);
	b->taken[cell] = false;
}

bool scoreboard_is_slow(const struct scoreboard *b, size_t cell)
{
	return atomic_load(&scoreboard_cell(b, cell)->slow_since_us) != 0;
}

int64_t scoreboard_all_slow_since_us(const struct scoreboard *b)
{
	int64_t latest = 0;
	for (size_t i = 0; i < b->count; i++) {
		if (!b->taken[i] || scoreboard_is_parting(b, i))
			continue;
		int64_t since = atomic_load(&b->cells[i].slow_since_us);
		if (!since)
			return 0;
		if (since > latest)
			latest = since;
	}
	return latest;
}

size_t scoreboard_available(const struct scoreboard *b)
{
	size_t n = 0;
	for (size_t i = 0; i < b->count; i++)
		n += b->taken[i] && atomic_load(&b->cells[i].connected) && !scoreboard_is_slow(b, i);
	return n;
}

bool scoreboard_database_up(const struct scoreboard *b)
{
	for (size_t i = 0; i < b->count; i++)
		if (b->taken[i] && atomic_load(&b->cells[i].database_down))
			return false;
	return true;
}
