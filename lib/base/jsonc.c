/* Keeps trees of json-c, and reads their strings.
 * SPDX-License-Identifier: MIT */
#include "base/jsonc.h"

#include <json-c/json.h>

static void put_back(void *value)
{
	json_object_put(value);
}

struct json_object *jsonc_keep(struct json_object *value, struct arena *a)
{
	if (value)
		arena_on_reset(a, put_back, value);
	return value;
}

struct str jsonc_text(struct json_object *value)
{
	if (!json_object_is_type(value, json_type_string))
		return STR_NONE;
	return (struct str){ json_object_get_string(value), (size_t)json_object_get_string_len(value) };
}
