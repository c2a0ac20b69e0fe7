/* Rows to JSON, byte for byte as PostgreSQL's to_json and row_to_json write them.
 *
 * A value is encoded by the type OID of its column from its text form (DateStyle ISO), arrays of such types too. What
 * PostgreSQL encodes in ways of its own (composites, types with a cast to json, arrays of these) must be selected as
 * to_json(col), and then arrives as json; enum cat_encoding says which. tests/lib/reply/json_equality compares with a
 * real server.
 *
 * With strip_nulls the outcome is that of json_strip_nulls over the row: members that are null are left out at every
 * depth, and nested json is written anew without blanks. (It differs in one thing: \u0000 and lone surrogates inside
 * a json column, which PostgreSQL refuses, are kept as they are.)
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_REPLY_JSON_H
#define ROWGATE_REPLY_JSON_H

#include "catalog/catalog.h"
#include "pg/conn.h"
#include "spool.h"

/* Column names escaped and encoders chosen, once a result. */
struct json_shape;
struct json_shape *json_shape_new(const struct row *r, bool strip_nulls, struct arena *a);
/* Columns that came by `*`. */
struct json_star {
	size_t before, behind; /* how many others there are on either side */
	size_t encoded;        /* how many of its columns come once more as JSON, behind everything */
};
/* Has columns of a star read where they come as JSON, and leaves those out of the rows. False when the values of some
 * column are not to be encoded, because it is of another type than the catalog says. */
MUST_CHECK bool json_shape_fit(struct json_shape *shape, const struct row *r, const struct json_star *star,
	const struct catalog *cat);
/* Makes an object of the columns behind that one, called as it is, and null where it is NULL. */
void json_shape_nest(struct json_shape *shape, size_t at, size_t members);
/* Makes an array of objects of a column that holds an array for each of the columns behind it, one after the other and
 * of one length, or nothing where that is 0. These columns have names and types, and no values: no arrays, and none
 * whose elements stand apart by anything but commas. Not with strip_nulls. */
enum { JSON_GATHERED_MOST = 100 };
void json_shape_gather(struct json_shape *shape, size_t at, size_t members);
/* {"a":1,"b":"x"} */
void json_object(struct spool *out, struct json_shape *shape, const struct row *r);
/* The value of one column. */
void json_value(struct spool *out, struct json_shape *shape, const struct row *r, size_t column);
/* Whether the text of some value since the shape was made was not what its type's is: the JSON is of no use. */
bool json_shape_malformed(const struct json_shape *shape);
/* The value of one column as ->> gives it: strings bare, arrays in their own form. STR_NONE: NULL. */
struct str json_plain(const struct json_shape *shape, const struct row *r, size_t column, struct arena *a);

#endif
