/* Copies the block with room behind its columns, names and texts, and puts the new columns there.
 * SPDX-License-Identifier: MIT */
#include "catalog/amend.h"

#include <stdlib.h>
#include <string.h>

#include "catalog/block.h"
#include "catalog/builder.h"

/* The block being written. */
struct copy {
	const struct catalog *from;
	char *block;
	struct cat_header *header;
	uint32_t pool_end, column_end; /* where the next text and column go */
};

/* A column of a relation, to be sorted by name. */
struct named {
	struct str name;
	uint32_t index;
};

static bool is_same_text(const struct catalog *cat, struct cat_text before, struct str now)
{
	struct str text = catalog_text(cat, before);
	return text.p && now.p ? str_eq(text, now) : !text.p && !now.p;
}

static bool is_same_type(const struct catalog *cat, const struct cat_column *before, const struct amend_column *now)
{
	return before->type == now->type && is_same_text(cat, before->full_type_name, now->full_type_name);
}

static bool is_same(const struct catalog *cat, const struct cat_column *before, const struct amend_column *now)
{
	return is_same_type(cat, before, now) && is_same_text(cat, before->name, now->name)
		&& is_same_text(cat, before->default_value, now->default_value) && before->generated == now->generated
		&& before->identity == now->identity;
}

bool amend_differs(const struct catalog *cat, const struct amend_relation *now)
{
	if (now->relation == CAT_NONE)
		return false;
	const struct cat_relation *rel = catalog_relation_at(cat, now->relation);
	const struct cat_column *before = catalog_columns(cat, rel->columns);
	bool same = rel->columns.count == now->count;
	for (size_t i = 0; same && i < now->count; i++)
		same = is_same(cat, &before[i], &now->columns[i]);
	return !same;
}

static void *copied(const struct copy *c, enum cat_table table)
{
	return c->block + c->header->tables[table].offset;
}

static struct cat_text put_text(struct copy *c, struct str text)
{
	if (!text.p)
		return (struct cat_text){ 0 };
	struct cat_text put = { c->pool_end, (uint32_t)text.n };
	char *to = (char *)copied(c, TABLE_POOL) + c->pool_end;
	memcpy(to, text.p, text.n);
	to[text.n] = '\0';
	c->pool_end += (uint32_t)text.n + 1;
	return put;
}

/* What goes behind :: in a comparison. */
static struct cat_text type_name(struct copy *c, const struct cat_type *base, struct cat_text full)
{
	if (!base)
		return full;
	struct str uncut = build_uncut_name(base->oid);
	return uncut.p ? put_text(c, uncut) : base->sql_name;
}

static void put_type(struct copy *c, struct cat_column *to, const struct amend_column *now)
{
	const struct cat_type *type = catalog_type(c->from, now->type);
	to->type = now->type;
	to->base_type = type ? type->base_type : now->type;
	to->full_type_name = put_text(c, now->full_type_name);
	to->type_name = type_name(c, catalog_type(c->from, to->base_type), to->full_type_name);
	to->enum_values = (struct cat_run){ 0 };
	to->max_length = now->max_length;
}

static void put_column(struct copy *c, const struct cat_relation *rel, const struct amend_column *now)
{
	const struct cat_column *before = catalog_column(c->from, rel, now->name);
	struct cat_column *to = (struct cat_column *)copied(c, TABLE_COLUMNS) + c->column_end++;
	*to = before ? *before : (struct cat_column){ .name = put_text(c, now->name) };
	to->comment = put_text(c, now->comment);
	to->default_value = put_text(c, now->default_value);
	to->nullable = now->nullable;
	to->generated = now->generated;
	to->identity = now->identity;
	to->has_default = now->default_value.p || now->generated || now->identity;
	if (!before || !is_same_type(c->from, before, now))
		put_type(c, to, now);
}

static int by_name(const void *a, const void *b)
{
	return str_cmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

static void put_names(struct copy *c, const struct amend_relation *now, uint32_t first, struct arena *a)
{
	struct named *names = arena_make_array(a, struct named, now->count);
	uint32_t *to = (uint32_t *)copied(c, TABLE_COLUMN_NAMES) + first;
	for (size_t i = 0; i < now->count; i++)
		names[i] = (struct named){ now->columns[i].name, first + (uint32_t)i };
	if (now->count)
		qsort(names, now->count, sizeof *names, by_name);
	for (size_t i = 0; i < now->count; i++)
		to[i] = names[i].index;
}

/* Keys mean a column by its index: the one of the same name. */
static void follow_columns(const struct copy *c, const struct cat_relation *before, const struct catalog *after,
	const struct cat_relation *rel)
{
	uint32_t *key = copied(c, TABLE_KEY_COLUMNS);
	for (uint32_t i = 0; i < c->header->tables[TABLE_KEY_COLUMNS].count; i++) {
		if (key[i] < before->columns.first || key[i] - before->columns.first >= before->columns.count)
			continue;
		struct str name = catalog_text(c->from, catalog_column_at(c->from, key[i])->name);
		const struct cat_column *column = catalog_column(after, rel, name);
		if (column)
			key[i] = (uint32_t)(column - catalog_column_at(after, 0));
	}
}

static void put_relation(struct copy *c, const struct amend_relation *now, struct arena *a)
{
	const struct cat_relation *before = catalog_relation_at(c->from, now->relation);
	struct cat_relation *rel = (struct cat_relation *)copied(c, TABLE_RELATIONS) + now->relation;
	struct catalog after = { c->block, c->header };
	uint32_t first = c->column_end;
	for (size_t i = 0; i < now->count; i++)
		put_column(c, before, &now->columns[i]);
	rel->columns = (struct cat_run){ first, (uint32_t)now->count };
	put_names(c, now, first, a);
	follow_columns(c, before, &after, rel);
}

/* Bytes of the texts that may have to be written of a column, each with its NUL. */
static size_t text_bytes(const struct amend_column *column)
{
	enum { UNCUT_MOST = sizeof "bit varying[]" };
	return column->name.n + column->comment.n + column->default_value.n + column->full_type_name.n + 4 + UNCUT_MOST;
}

/* Where each table of the copy begins; returns its size. */
static uint64_t place(struct cat_header *h, uint64_t columns, uint64_t bytes)
{
	uint64_t at = sizeof *h;
	for (int i = 0; i < TABLE_COUNT; i++) {
		uint64_t more = i == TABLE_POOL ? bytes : i == TABLE_COLUMNS || i == TABLE_COLUMN_NAMES ? columns : 0;
		at = (at + CAT_ALIGNMENT - 1) / CAT_ALIGNMENT * CAT_ALIGNMENT;
		h->tables[i].offset = (uint32_t)at;
		h->tables[i].count += (uint32_t)more;
		at += (uint64_t)h->tables[i].count * h->tables[i].record;
	}
	return at;
}

static void copy_tables(const struct copy *c)
{
	for (int i = 0; i < TABLE_COUNT; i++) {
		size_t bytes = (size_t)block_count(c->from, (enum cat_table)i) * cat_record_size[i];
		if (bytes)
			memcpy(copied(c, (enum cat_table)i), block_table(c->from, (enum cat_table)i), bytes);
	}
}

bool amend_make(const struct catalog **out_r, const struct catalog *cat, const struct amend_relation *now, size_t count,
	struct arena *a, struct fault *f)
{
	struct cat_header h = *cat->header;
	uint64_t columns = 0, bytes = 0;
	for (size_t i = 0; i < count; i++) {
		columns += now[i].count;
		for (size_t k = 0; k < now[i].count; k++)
			bytes += text_bytes(&now[i].columns[k]);
	}
	h.size = place(&h, columns, bytes);
	if (h.size > UINT32_MAX)
		return fault_set(f, 503, "PGRST002", STR("The schema is too large for a catalog block"));
	struct copy c = {
		.from = cat,
		.block = arena_alloc(a, h.size),
		.pool_end = block_count(cat, TABLE_POOL),
		.column_end = block_count(cat, TABLE_COLUMNS),
	};
	memset(c.block, 0, h.size);
	c.header = (struct cat_header *)(void *)c.block;
	*c.header = h;
	copy_tables(&c);
	for (size_t i = 0; i < count; i++)
		if (amend_differs(cat, &now[i]))
			put_relation(&c, &now[i], a);
	return catalog_open(out_r, c.block, h.size, a, f);
}
