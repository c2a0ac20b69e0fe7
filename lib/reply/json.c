/* The row encoder: what most of a worker's own time goes to.
 * SPDX-License-Identifier: MIT */
#include "reply/json.h"

#include <string.h>

#include "base/ascii.h"
#include "catalog/oid.h"
#include "reply/escape.h"
#include "reply/strip.h"

/* Values that may need more are written in pieces; what an encoder adds to the escaped text at most. */
enum { PIECE = SPOOL_RESERVE_MOST / ESCAPE_MOST - 1, EXTRA = 16 };

/* Writes one value to `to`, which has room for ESCAPE_MOST * text.n + EXTRA bytes; returns the end. */
typedef char *encode_fn(char *to, struct str text);

struct column {
	struct str prefix; /* ,"name": */
	encode_fn *encode;
	size_t at; /* where in the row its value is */
	bool is_json;
};

struct json_shape {
	struct strip *strip; /* NULL: nulls are kept */
	size_t count;
	struct column columns[];
};

static inline char *append(char *to, struct str text)
{
	memcpy(to, text.p, text.n);
	return to + text.n;
}

static char *encode_raw(char *to, struct str text)
{
	return append(to, text);
}

static char *encode_escaped(char *to, struct str text)
{
	*to++ = '"';
	to = escape_to(to, text);
	*to++ = '"';
	return to;
}

static char *quote(char *to, struct str text)
{
	*to++ = '"';
	to = append(to, text);
	*to++ = '"';
	return to;
}

/* NaN and the infinities are no JSON numbers. */
static bool is_number(struct str text)
{
	size_t at = text.n > 1 && text.p[0] == '-';
	return text.n > at && ascii_is_digit(text.p[at]);
}

static char *encode_number(char *to, struct str text)
{
	return is_number(text) ? append(to, text) : quote(to, text);
}

static char *encode_bool(char *to, struct str text)
{
	return append(to, text.p[0] == 't' ? STR("true") : STR("false"));
}

static bool is_infinite(struct str text)
{
	return str_starts(text, STR("i")) || str_starts(text, STR("-i"));
}

/* ISO 8601 from PostgreSQL's ISO: `2024-05-01 10:00:00.5+02 BC` to `2024-05-01T10:00:00.5+02:00 BC`. An offset with
 * seconds, as local mean times have, ends in :ss and stays. */
static char *encode_time(char *to, struct str text, bool zoned)
{
	if (is_infinite(text))
		return quote(to, text);
	bool before_christ = str_ends(text, STR(" BC"));
	if (before_christ)
		text.n -= 3;
	*to++ = '"';
	char *blank = to + str_index(text, ' ');
	to = append(to, text);
	if (blank < to)
		*blank = 'T';
	if (zoned && text.n > 3 && (to[-3] == '+' || to[-3] == '-'))
		to = append(to, STR(":00"));
	if (before_christ)
		to = append(to, STR(" BC"));
	*to++ = '"';
	return to;
}

static char *encode_timestamp(char *to, struct str text)
{
	return encode_time(to, text, false);
}

static char *encode_timestamptz(char *to, struct str text)
{
	return encode_time(to, text, true);
}

/* Encoders by what becomes of a built-in type. What only to_json() can encode was passed through it by the statement
 * and arrives as json. */
static encode_fn *const encoders[] = {
	[CAT_ENCODE_ESCAPED] = encode_escaped,
	[CAT_ENCODE_RAW] = encode_raw,
	[CAT_ENCODE_NUMBER] = encode_number,
	[CAT_ENCODE_BOOL] = encode_bool,
	[CAT_ENCODE_TIMESTAMP] = encode_timestamp,
	[CAT_ENCODE_TIMESTAMPTZ] = encode_timestamptz,
	[CAT_ENCODE_TO_JSON] = encode_escaped,
};
static_assert(COUNT_OF(encoders) == CAT_ENCODE_TO_JSON + 1, "an encoder for each way");

static struct str make_prefix(struct arena *a, struct str name)
{
	char *p = arena_bytes(a, ESCAPE_MOST * name.n + 4), *to = p;
	to = append(to, STR(",\""));
	to = escape_to(to, name);
	to = append(to, STR("\":"));
	return (struct str){ p, (size_t)(to - p) };
}

struct json_shape *json_shape_new(const struct row *r, bool strip_nulls, struct arena *a)
{
	size_t count = row_columns(r);
	struct json_shape *shape = arena_alloc(a, sizeof *shape + count * sizeof shape->columns[0]);
	shape->count = count;
	if (strip_nulls)
		shape->strip = strip_new(a);
	for (size_t i = 0; i < count; i++) {
		struct column *c = &shape->columns[i];
		c->prefix = make_prefix(a, str_of(row_name(r, i)));
		c->at = i;
		c->encode = encoders[catalog_encoding_builtin(row_type(r, i))];
		c->is_json = oid_is_json(row_type(r, i));
	}
	return shape;
}

/* Where a column comes as JSON, or its own place. */
static size_t encoded_at(const struct row *r, size_t column, size_t first)
{
	for (size_t i = first; i < row_columns(r); i++)
		if (str_eq(str_of(row_name(r, i)), str_of(row_name(r, column))))
			return i;
	return column;
}

static bool is_encodable(const struct catalog *cat, uint32_t oid)
{
	if (catalog_encoding_builtin(oid) != CAT_ENCODE_TO_JSON)
		return true;
	const struct cat_type *type = catalog_type(cat, oid);
	return type && type->encoding != CAT_ENCODE_TO_JSON;
}

bool json_shape_fit(struct json_shape *shape, const struct row *r, const struct json_star *star,
	const struct catalog *cat)
{
	bool fits = shape->count >= star->before + star->behind + star->encoded;
	shape->count -= fits ? star->encoded : 0;
	for (size_t i = star->before; fits && star->encoded > 0 && i < shape->count - star->behind; i++) {
		struct str prefix = shape->columns[i].prefix;
		shape->columns[i] = shape->columns[encoded_at(r, i, shape->count)];
		shape->columns[i].prefix = prefix;
	}
	for (size_t i = 0; fits && i < shape->count; i++)
		fits = is_encodable(cat, row_type(r, shape->columns[i].at));
	return fits;
}

static void put_pieces(struct spool *out, struct str text)
{
	spool_put(out, STR("\""));
	while (text.n > 0) {
		struct str piece = str_sub(text, 0, PIECE);
		char *to = spool_room(out, ESCAPE_MOST * piece.n);
		if (!to)
			return;
		out->n += (size_t)(escape_to(to, piece) - to);
		text = str_from(text, piece.n);
	}
	spool_put(out, STR("\""));
}

/* Long values are texts, json or numbers of very many digits; no other type's text can be long. */
static void put_long(struct spool *out, const struct column *c, struct str text)
{
	if (c->encode == encode_escaped)
		put_pieces(out, text);
	else
		spool_put(out, text);
}

static void put_value(struct spool *out, const struct json_shape *shape, const struct column *c, struct str text)
{
	if (!text.p) {
		spool_put(out, STR("null"));
	} else if (c->is_json && shape->strip) {
		strip_json(shape->strip, out, text);
	} else if (text.n > PIECE - EXTRA) {
		put_long(out, c, text);
	} else {
		char *to = spool_room(out, ESCAPE_MOST * text.n + EXTRA);
		if (to)
			out->n += (size_t)(c->encode(to, text) - to);
	}
}

/* A name and its value by one reservation, when they are sure to fit and need nothing special. */
static bool put_short(struct spool *out, const struct json_shape *shape, const struct column *c, struct str text,
	char separator)
{
	size_t most = c->prefix.n + ESCAPE_MOST * text.n + EXTRA;
	if (most > SPOOL_RESERVE_MOST || (c->is_json && shape->strip))
		return false;
	char *to = spool_room(out, most);
	if (!to)
		return true;
	char *end = append(to, c->prefix);
	*to = separator;
	end = text.p ? c->encode(end, text) : append(end, STR("null"));
	out->n += (size_t)(end - to);
	return true;
}

void json_object(struct spool *out, const struct json_shape *shape, const struct row *r)
{
	char separator = '{';
	for (size_t i = 0; i < shape->count; i++) {
		const struct column *c = &shape->columns[i];
		struct str text = row_value(r, c->at);
		if (shape->strip && (!text.p || (c->is_json && strip_is_null(text))))
			continue;
		if (!put_short(out, shape, c, text, separator)) {
			spool_put(out, (struct str){ &separator, 1 });
			spool_put(out, str_from(c->prefix, 1));
			put_value(out, shape, c, text);
		}
		separator = ',';
	}
	spool_put(out, separator == '{' ? STR("{}") : STR("}"));
}

void json_value(struct spool *out, const struct json_shape *shape, const struct row *r, size_t column)
{
	const struct column *c = &shape->columns[column];
	put_value(out, shape, c, row_value(r, c->at));
}

struct str json_plain(const struct json_shape *shape, const struct row *r, size_t column, struct arena *a)
{
	encode_fn *encode = shape->columns[column].encode;
	struct str text = row_value(r, column);
	if (!text.p || encode == encode_raw || encode == encode_escaped)
		return text.p ? str_dup(a, text) : STR_NONE;
	char *p = arena_bytes(a, ESCAPE_MOST * text.n + EXTRA);
	struct str json = { p, (size_t)(encode(p, text) - p) };
	return p[0] == '"' ? str_sub(json, 1, json.n - 2) : json;
}
