/* Rows without a database: what lib/pg would hand over, made from tables. One test program includes this once.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_TESTS_FAKE_ROW_H
#define ROWGATE_TESTS_FAKE_ROW_H

#include <string.h>

#include "base/buf.h"
#include "pg/conn.h"
#include "reply/spool.h"

enum {
	T_BOOL = 16,
	T_BYTEA = 17,
	T_INT4 = 23,
	T_TEXT = 25,
	T_JSON = 114,
	T_JSONS = 199,
	T_FLOAT8 = 701,
	T_BOOLS = 1000,
	T_INTS = 1007,
	T_TEXTS = 1009,
	T_BOXES = 1020,
	T_FLOATS = 1022,
	T_TIMESTAMP = 1114,
	T_TIMESTAMPTZ = 1184,
	T_MOMENTS = 1185,
	T_NUMERIC = 1700,
	T_UUID = 2950,
	T_JSONB = 3802,
	T_RANGES = 3905,
	T_USER = 16400
};

struct fake_column {
	const char *name;
	uint32_t type;
	const char *value; /* NULL: SQL NULL */
	size_t length;     /* of value, 0: up to its NUL byte */
};

struct row {
	const struct fake_column *columns;
	size_t count;
};

size_t row_columns(const struct row *r)
{
	return r->count;
}

struct str row_value(const struct row *r, size_t column)
{
	const struct fake_column *c = &r->columns[column];
	return c->length ? (struct str){ c->value, c->length } : str_of(c->value);
}

const char *row_name(const struct row *r, size_t column)
{
	return r->columns[column].name;
}

uint32_t row_type(const struct row *r, size_t column)
{
	return r->columns[column].type;
}

static bool fake_collect(void *arg, struct str piece)
{
	buf_put(arg, piece);
	return true;
}

/* Everything in the spool. */
static inline struct str fake_text(struct spool *s, struct arena *a)
{
	struct buf out = buf_new(a, (size_t)1 << 28);
	if (!spool_drain(s, fake_collect, &out))
		return STR_NONE;
	return buf_str(&out);
}

#endif
