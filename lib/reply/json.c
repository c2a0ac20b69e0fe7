/* The row encoder: what most of a worker's own time goes to.
 * SPDX-License-Identifier: MIT */
#include "reply/json.h"

#include "catalog/oid.h"
#include "reply/array.h"
#include "reply/strip.h"

struct column {
	struct str prefix; /* ,"name": */
	value_fn *encode;  /* of the value, or of an array's elements */
	size_t at;         /* where in the row its value is */
	char delimiter;    /* of an array's elements; 0: it is none */
	bool builtin;      /* needs no to_json(), whatever the catalog says */
	bool is_json;
};

struct json_shape {
	struct strip *strip; /* NULL: nulls are kept */
	bool malformed;      /* sticky: the text of some array was not one */
	size_t count;
	struct column columns[];
};

static struct str make_prefix(struct arena *a, struct str name)
{
	char *p = arena_bytes(a, ESCAPE_MOST * name.n + 4), *to = p;
	to = value_append(to, STR(",\""));
	to = escape_to(to, name);
	to = value_append(to, STR("\":"));
	return (struct str){ p, (size_t)(to - p) };
}

/* Boxes are the one type whose own text has commas, and whose arrays have another delimiter. */
static void choose_encoder(struct column *c, uint32_t type)
{
	uint32_t element = catalog_element_builtin(type);
	enum cat_encoding encoding = catalog_encoding_builtin(element ? element : type);
	c->encode = value_encoder(encoding);
	c->builtin = element || encoding != CAT_ENCODE_TO_JSON;
	c->delimiter = !element ? '\0' : element == OID_BOX ? ';' : ',';
	c->is_json = oid_is_json(type);
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
		choose_encoder(c, row_type(r, i));
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

static bool is_known(const struct catalog *cat, uint32_t oid)
{
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
		fits = shape->columns[i].builtin || is_known(cat, row_type(r, shape->columns[i].at));
	return fits;
}

static void put_value(struct spool *out, struct json_shape *shape, const struct column *c, struct str text)
{
	if (!text.p)
		spool_put(out, STR("null"));
	else if (c->is_json && shape->strip)
		strip_json(shape->strip, out, text);
	else if (!c->delimiter)
		value_put(out, c->encode, text);
	else if (!array_put(out, text, c->encode, c->delimiter))
		shape->malformed = true;
}

/* A name and its value by one reservation, when they are sure to fit and need nothing special. */
static bool put_short(struct spool *out, const struct json_shape *shape, const struct column *c, struct str text,
	char separator)
{
	size_t most = c->prefix.n + ESCAPE_MOST * text.n + VALUE_EXTRA;
	if (most > SPOOL_RESERVE_MOST || c->delimiter || (c->is_json && shape->strip))
		return false;
	char *to = spool_room(out, most);
	if (!to)
		return true;
	char *end = value_append(to, c->prefix);
	*to = separator;
	end = text.p ? c->encode(end, text) : value_append(end, STR("null"));
	out->n += (size_t)(end - to);
	return true;
}

void json_object(struct spool *out, struct json_shape *shape, const struct row *r)
{
	char separator = '{';
	for (size_t i = 0; i < shape->count; i++) {
		const struct column *c = &shape->columns[i];
		struct str text = row_value(r, c->at);
		if (shape->strip && (!text.p || (c->is_json && strip_is_null(text))))
			continue;
		if (!put_short(out, shape, c, text, separator)) {
			spool_char(out, separator);
			spool_put(out, str_from(c->prefix, 1));
			put_value(out, shape, c, text);
		}
		separator = ',';
	}
	spool_put(out, separator == '{' ? STR("{}") : STR("}"));
}

void json_value(struct spool *out, struct json_shape *shape, const struct row *r, size_t column)
{
	const struct column *c = &shape->columns[column];
	put_value(out, shape, c, row_value(r, c->at));
}

bool json_shape_malformed(const struct json_shape *shape)
{
	return shape->malformed;
}

struct str json_plain(const struct json_shape *shape, const struct row *r, size_t column, struct arena *a)
{
	value_fn *encode = shape->columns[column].encode;
	struct str text = row_value(r, column);
	if (!text.p || shape->columns[column].delimiter || value_is_raw(encode) || value_is_text(encode))
		return text.p ? str_dup(a, text) : STR_NONE;
	char *p = arena_bytes(a, ESCAPE_MOST * text.n + VALUE_EXTRA);
	struct str json = { p, (size_t)(encode(p, text) - p) };
	return p[0] == '"' ? str_sub(json, 1, json.n - 2) : json;
}
