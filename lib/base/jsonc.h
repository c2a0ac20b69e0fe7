/* Trees of json-c with the lifetime of an arena, and their strings as views.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_JSONC_H
#define ROWGATE_BASE_JSONC_H

#include "base/arena.h"
#include "base/str.h"

struct json_object;

/* The same value, given back with the arena; NULL is allowed. */
struct json_object *jsonc_keep(struct json_object *value, struct arena *a);
/* The value of a string, as a view that lives as long as the tree; STR_NONE for NULL and every other type. */
struct str jsonc_text(struct json_object *value);

#endif
