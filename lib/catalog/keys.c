/* Derives what relationships are found from: the column lists of foreign keys, and the views that show them.
 *
 * Time and memory are those of sorting the foreign keys and the views' columns. Relationships themselves, of which
 * there may be far more (two views over two ends make four, and a junction multiplies), are never written down.
 * SPDX-License-Identifier: MIT */
#include "catalog/builder.h"

#include <stdlib.h>
#include <string.h>

#include "base/order.h"

/* Ways to choose among columns that a view shows more than once; further ones are not offered. */
enum { CHOICES_MAX = 64 };

/* One end of a foreign key; the columns are every second one of a run that alternates from and to. */
struct end {
	uint32_t relation, foreign_key, side; /* side 0: referencing, 1: referenced */
	const uint32_t *pairs;
	uint32_t count;
};

static uint32_t end_column(const struct end *e, uint32_t i)
{
	return e->pairs[2 * i + e->side];
}

static int compare_columns(const void *a, const void *b)
{
	const struct end *x = a, *y = b;
	int order = order_u32(x->relation, y->relation);
	if (!order)
		order = order_u32(x->count, y->count);
	for (uint32_t i = 0; i < x->count && !order; i++)
		order = order_u32(end_column(x, i), end_column(y, i));
	return order;
}

static int compare_ends(const void *a, const void *b)
{
	const struct end *x = a, *y = b;
	int order = compare_columns(a, b);
	return order ? order : order_u32(x->foreign_key, y->foreign_key);
}

static struct cat_foreign_key *foreign_key(struct cat_builder *b, uint32_t i)
{
	return rows_at(&b->tables[TABLE_FOREIGN_KEYS], i);
}

static struct cat_key *key_at(struct cat_builder *b, uint32_t i)
{
	return rows_at(&b->tables[TABLE_KEYS], i);
}

static struct cat_relation *relation_at(struct cat_builder *b, uint32_t i)
{
	return rows_at(&b->tables[TABLE_RELATIONS], i);
}

static const uint32_t *key_columns(struct cat_builder *b, struct cat_run run)
{
	return (const uint32_t *)b->tables[TABLE_KEY_COLUMNS].p + run.first;
}

static void add_column(struct cat_builder *b, struct cat_run *run, uint32_t column)
{
	struct rows *rows = &b->tables[TABLE_KEY_COLUMNS];
	if (!run->count++)
		run->first = rows->count;
	*(uint32_t *)rows_add(b, rows) = column;
}

/* A run that grows by the record just added to its table. */
static void extend(struct cat_run *run, const struct rows *rows)
{
	if (!run->count++)
		run->first = rows->count - 1;
}

static bool is_joining(struct cat_builder *b, const struct cat_foreign_key *k)
{
	struct cat_run primary = relation_at(b, k->from)->primary_key;
	const uint32_t *key = key_columns(b, primary), *pairs = key_columns(b, k->columns);
	for (uint32_t i = 0; i < k->columns.count; i += 2) {
		uint32_t at = 0;
		while (at < primary.count && key[at] != pairs[i])
			at++;
		if (at == primary.count)
			return false;
	}
	return !k->one_to_one;
}

/* Both ends of every foreign key, equal lists of columns next to each other. */
static struct end *sorted_ends(struct cat_builder *b, const uint32_t *pairs)
{
	uint32_t count = b->tables[TABLE_FOREIGN_KEYS].count;
	struct end *ends = arena_make_array(b->scratch, struct end, 2 * (size_t)count);
	for (uint32_t i = 0; i < count; i++) {
		const struct cat_foreign_key *k = foreign_key(b, i);
		for (uint32_t side = 0; side < 2; side++)
			ends[2 * i + side] = (struct end){
				side ? k->to : k->from,
				i,
				side,
				pairs + k->columns.first,
				k->columns.count / 2,
			};
	}
	qsort(ends, 2 * (size_t)count, sizeof *ends, compare_ends);
	return ends;
}

static void add_key(struct cat_builder *b, const struct end *end)
{
	struct rows *keys = &b->tables[TABLE_KEYS];
	struct cat_key *key = rows_add(b, keys);
	key->relation = end->relation;
	for (uint32_t i = 0; i < end->count; i++)
		add_column(b, &key->columns, end_column(end, i));
	extend(&relation_at(b, end->relation)->keys, keys);
}

/* The foreign keys that refer to the key added last: those of the ends in this group, in two passes. */
static void add_references(struct cat_builder *b, const struct end *ends, size_t count, bool joining)
{
	struct rows *references = &b->tables[TABLE_REFERENCES];
	struct cat_key *key = key_at(b, b->tables[TABLE_KEYS].count - 1);
	for (size_t i = 0; i < count; i++) {
		if (ends[i].side == 0 || foreign_key(b, ends[i].foreign_key)->joins != joining)
			continue;
		*(uint32_t *)rows_add(b, references) = ends[i].foreign_key;
		extend(&key->references, references);
		key->join_count += joining;
	}
}

static void make_keys(struct cat_builder *b)
{
	uint32_t count = b->tables[TABLE_FOREIGN_KEYS].count;
	/* The column lists grow below: what the ends point into must stay where it is. */
	size_t size = (size_t)b->tables[TABLE_KEY_COLUMNS].count * sizeof(uint32_t);
	uint32_t *pairs = arena_alloc(b->scratch, size);
	if (size)
		memcpy(pairs, b->tables[TABLE_KEY_COLUMNS].p, size);
	for (uint32_t i = 0; i < count; i++)
		foreign_key(b, i)->joins = is_joining(b, foreign_key(b, i));
	const struct end *ends = sorted_ends(b, pairs);
	for (size_t i = 0, next; i < 2 * (size_t)count; i = next) {
		add_key(b, &ends[i]);
		for (next = i; next < 2 * (size_t)count && compare_columns(&ends[i], &ends[next]) == 0; next++) {
			struct cat_foreign_key *k = foreign_key(b, ends[next].foreign_key);
			*(ends[next].side ? &k->to_key : &k->from_key) = b->tables[TABLE_KEYS].count - 1;
		}
		add_references(b, &ends[i], next - i, true);
		add_references(b, &ends[i], next - i, false);
	}
}

static int compare_origins(const void *a, const void *b)
{
	const struct origin *x = a, *y = b;
	int order = order_u32(x->view, y->view);
	if (!order)
		order = order_u32(x->table, y->table);
	if (!order)
		order = order_u32(x->table_column, y->table_column);
	return order ? order : order_u32(x->column, y->column);
}

/* The origins of a view's columns that are one column of a table, in a run sorted by that. */
static size_t shown_as(const struct origin *origins, size_t count, uint32_t column, const struct origin **first_r)
{
	size_t first = 0, n = 0;
	while (first < count && origins[first].table_column != column)
		first++;
	while (first + n < count && origins[first + n].table_column == column)
		n++;
	*first_r = origins + first;
	return n;
}

/* One record for each way to choose a column of the view for every column of the key. */
static void add_shown(struct cat_builder *b, uint32_t key, const struct origin *origins, size_t count)
{
	struct cat_run columns = key_at(b, key)->columns;
	size_t choices = 1;
	const struct origin *first;
	for (uint32_t i = 0; i < columns.count && choices <= CHOICES_MAX; i++)
		choices *= shown_as(origins, count, key_columns(b, columns)[i], &first);
	for (size_t c = 0; c < choices && c < CHOICES_MAX; c++) {
		struct cat_shown *shown = rows_add(b, &b->tables[TABLE_SHOWN]);
		*shown = (struct cat_shown){ .key = key, .relation = origins->view };
		size_t choice = c;
		for (uint32_t i = 0; i < columns.count; i++) {
			size_t n = shown_as(origins, count, key_columns(b, columns)[i], &first);
			add_column(b, &shown->columns, first[choice % n].column);
			choice /= n;
		}
		extend(&relation_at(b, origins->view)->shown, &b->tables[TABLE_SHOWN]);
	}
}

/* The keys of every table that a view shows columns of. */
static void make_shown(struct cat_builder *b)
{
	struct origin *origins = (struct origin *)b->origins.p;
	size_t count = b->origins.count, next;
	if (count)
		qsort(origins, count, sizeof *origins, compare_origins);
	for (size_t i = 0; i < count; i = next) {
		for (next = i; next < count && origins[next].view == origins[i].view; next++)
			if (origins[next].table != origins[i].table)
				break;
		struct cat_run keys = relation_at(b, origins[i].table)->keys;
		for (uint32_t k = keys.first; k < keys.first + keys.count; k++)
			add_shown(b, k, origins + i, next - i);
	}
}

/* The same records by key: counted, then placed. */
static void index_shown(struct cat_builder *b)
{
	const struct rows *shown = &b->tables[TABLE_SHOWN];
	uint32_t at = 0;
	for (uint32_t i = 0; i < shown->count; i++) {
		key_at(b, ((const struct cat_shown *)rows_at(shown, i))->key)->shown.count++;
		rows_add(b, &b->tables[TABLE_SHOWN_BY_KEY]);
	}
	for (uint32_t k = 0; k < b->tables[TABLE_KEYS].count; k++) {
		struct cat_run *run = &key_at(b, k)->shown;
		run->first = at;
		at += run->count;
		run->count = 0;
	}
	for (uint32_t i = 0; i < shown->count; i++) {
		struct cat_run *run = &key_at(b, ((const struct cat_shown *)rows_at(shown, i))->key)->shown;
		*(uint32_t *)rows_at(&b->tables[TABLE_SHOWN_BY_KEY], run->first + run->count++) = i;
	}
}

static int compare_offsets(const void *a, const void *b)
{
	return order_u32(*(const uint32_t *)a, *(const uint32_t *)b);
}

/* Which relations have the name of a foreign key: equal texts have one offset. */
static void note_names(struct cat_builder *b)
{
	uint32_t count = b->tables[TABLE_FOREIGN_KEYS].count;
	uint32_t *names = arena_make_array(b->scratch, uint32_t, count);
	for (uint32_t i = 0; i < count; i++)
		names[i] = foreign_key(b, i)->name.offset;
	if (count > 0)
		qsort(names, count, sizeof *names, compare_offsets);
	for (uint32_t i = 0; i < b->tables[TABLE_RELATIONS].count && count > 0; i++) {
		struct cat_relation *r = relation_at(b, i);
		r->names_key = bsearch(&r->name.offset, names, count, sizeof *names, compare_offsets) != NULL;
	}
}

void build_keys(struct cat_builder *b)
{
	note_names(b);
	make_keys(b);
	make_shown(b);
	index_shown(b);
}
