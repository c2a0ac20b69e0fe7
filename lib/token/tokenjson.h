/* JSON of tokens and keys: small, strict, and never rewritten.
 *
 * json-c is lenient where it matters here (NaN, raw control bytes, lone surrogates, single quotes), and what a
 * token says goes on to PostgreSQL byte for byte, so base/json_scan.h decides first what JSON is; json-c then
 * only builds the tree. When a name occurs twice both read the last, as RFC 7519 section 4 wants it.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_TOKEN_TOKENJSON_H
#define ROWGATE_TOKEN_TOKENJSON_H

#include <json-c/json.h>

#include "base/arena.h"
#include "base/str.h"

enum { TOKENJSON_DEPTH = 32 };

/* Whether text is one JSON object (RFC 8259), at most TOKENJSON_DEPTH deep, in UTF-8 without a NUL byte. */
bool tokenjson_is_object(struct str text);
/* The tree of such a text, given back with the arena; NULL when it is not one. */
struct json_object *tokenjson_parse(struct str text, struct arena *a);
/* The member of that name as jsonc_text() gives it; STR_NONE when there is none. */
struct str tokenjson_member(struct json_object *object, const char *name);
/* The JSON text of the last member of that name, as it stands in an object that tokenjson_is_object() accepted,
 * found without making a tree; STR_NONE when there is none. */
struct str tokenjson_raw(struct str object, struct str name, struct arena *a);
/* Such a text of a string, decoded; STR_NONE when it is none. */
struct str tokenjson_unquote(struct str raw, struct arena *a);
/* A JSON string with its quotes. */
struct str tokenjson_quote(struct str text, struct arena *a);
/* How many members such an object has, those of one name counted each. */
size_t tokenjson_count(struct str object);
/* The object, which tokenjson_is_object() accepted, with its member `name` replaced by or set to value, a JSON
 * text. Every other member keeps its bytes. */
struct str tokenjson_set(struct str object, struct str name, struct str value, struct arena *a);

#endif
