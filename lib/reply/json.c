/* The row encoder: what most of a worker's own time goes to.
 * SPDX-License-Identifier: MIT */
#include "reply/json.h"

#include "catalog/oid.h"
#include "reply/array.h"
#include "reply/elements.h"
#include "reply/strip.h"

struct column {
	struct str prefix; /* ,"name": */
	value_fn *encode;  /* of the value, or of an array's elements */
	size_t at;         /* where in the row its value is */
	bool gathers;      /* the object's values come as arrays, one behind the other in this column */
	size_t members;    /* so many columns behind it are those of an object, which is there when this is not NULL */
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
		c->members = 0;
		c->gathers = false;
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

void json_shape_nest(struct json_shape *shape, size_t at, size_t members)
{
	shape->columns[at].members = members;
}

void json_shape_gather(struct json_shape *shape, size_t at, size_t members)
{
	json_shape_nest(shape, at, members);
	shape->columns[at].gathers = true;
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

/* Long texts and json are written in the pieces between their backslashes. */
static void put_escaped(struct spool *out, value_fn *encode, struct str text)
{
	bool quoted = value_is_text(encode);
	spool_put(out, quoted ? STR("\"") : STR(""));
	while (text.n > 0) {
		size_t clean = str_index(text, '\\');
		struct str bare = str_sub(text, clean + 1, 1);
		(quoted ? value_put_escaped : spool_put)(out, str_sub(text, 0, clean));
		(quoted ? value_put_escaped : spool_put)(out, bare);
		text = str_from(text, clean + 2);
	}
	spool_put(out, quoted ? STR("\"") : STR(""));
}

/* A member of a gathered object. */
static void put_element(struct spool *out, const struct json_shape *shape, const struct column *c,
	const struct element *e, char separator)
{
	char bare[VALUE_SHORT];
	struct str text = e->text;
	bool is_short = text.n <= sizeof bare;
	if (e->escaped && is_short)
		text = (struct str){ bare, (size_t)(element_unescape(bare, text) - bare) };
	if (is_short && put_short(out, shape, c, text, separator))
		return;
	spool_char(out, separator);
	spool_put(out, str_from(c->prefix, 1));
	if (e->escaped && !is_short)
		put_escaped(out, c->encode, text);
	else
		value_put(out, c->encode, text);
}

/* An object of an element of each array. */
static bool put_gathered(struct spool *out, const struct json_shape *shape, const struct column *columns, size_t count,
	struct elements *arrays, bool *last_r)
{
	struct element e;
	for (size_t i = 0; i < count; i++) {
		if (!elements_take(&arrays[i], &e) || (i > 0 && e.last != *last_r))
			return false;
		put_element(out, shape, &columns[i], &e, i ? ',' : '{');
		*last_r = e.last;
	}
	spool_char(out, '}');
	return true;
}

/* As json_agg() writes the rows of which each column is an array of the text: of none there is nothing. */
static bool put_rows(struct spool *out, const struct json_shape *shape, const struct column *columns, size_t count,
	struct str text)
{
	struct elements arrays[JSON_GATHERED_MOST], rest = { text.p, text.p + text.n };
	bool last = text.n == 0;
	for (size_t i = 0; i < count && !last; i++) {
		arrays[i] = rest;
		if (!elements_open(&arrays[i]) || !elements_skip(&rest))
			return false;
	}
	spool_put(out, STR("["));
	for (bool first = true; !last; first = false) {
		spool_put(out, first ? STR("") : STR(", \n "));
		if (!put_gathered(out, shape, columns, count, arrays, &last))
			return false;
	}
	spool_put(out, STR("]"));
	return rest.at == rest.end;
}

static void put_object(struct spool *out, struct json_shape *shape, const struct row *r, size_t from, size_t count);

static void put_member(struct spool *out, struct json_shape *shape, const struct row *r, size_t i, char separator)
{
	const struct column *c = &shape->columns[i];
	struct str text = row_value(r, c->at);
	bool is_object = c->members > 0 && (text.p || c->gathers);
	if (!is_object && put_short(out, shape, c, text, separator))
		return;
	spool_char(out, separator);
	spool_put(out, str_from(c->prefix, 1));
	if (c->gathers)
		shape->malformed |= !put_rows(out, shape, c + 1, c->members, text);
	else if (is_object)
		put_object(out, shape, r, i + 1, c->members);
	else
		put_value(out, shape, c, text);
}

static void put_object(struct spool *out, struct json_shape *shape, const struct row *r, size_t from, size_t count)
{
	char separator = '{';
	for (size_t i = from; i < from + count; i += 1 + shape->columns[i].members) {
		const struct column *c = &shape->columns[i];
		struct str text = row_value(r, c->at);
		if (shape->strip && (!text.p || (c->is_json && strip_is_null(text))))
			continue;
		put_member(out, shape, r, i, separator);
		separator = ',';
	}
	spool_put(out, separator == '{' ? STR("{}") : STR("}"));
}

void json_object(struct spool *out, struct json_shape *shape, const struct row *r)
{
	put_object(out, shape, r, 0, shape->count);
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
