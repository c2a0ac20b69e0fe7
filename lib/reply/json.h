/* Rows to JSON and CSV, byte for byte as PostgreSQL's to_json writes them.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_REPLY_JSON_H
#define ROWGATE_REPLY_JSON_H

#include "base/buf.h"
#include "pg/conn.h"
#include "spool.h"

/* Column names escaped and encoders chosen by type OID, once a result. */
struct json_shape;
struct json_shape *json_shape_new(const struct row *r, bool strip_nulls, struct arena *a);
/* {"a":1,"b":"x"} */
void json_object(struct spool *out, const struct json_shape *shape, const struct row *r);
/* The value of one column. */
void json_value(struct spool *out, const struct json_shape *shape, const struct row *r, size_t column);
/* A JSON string with its quotes. */
void json_text(struct buf *out, struct str text);

#endif
