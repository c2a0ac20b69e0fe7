/* Reading what user code and EXPLAIN say in JSON.
 * SPDX-License-Identifier: MIT */
#include "settings.h"

#include <json-c/json.h>
#include <limits.h>

#include "base/ascii.h"
#include "base/jsonc.h"

/* NULL when the text is not one whole JSON text; else an object that goes with the arena. */
static struct json_object *parse(struct str text, struct arena *a)
{
	if (text.n > INT_MAX)
		return NULL;
	struct json_tokener *tokener = json_tokener_new();
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	/* The number at the very end of a text is only taken for whole when a NUL byte follows it. */
	struct json_object *object = json_tokener_parse_ex(tokener, str_cstr(a, text), (int)text.n + 1);
	bool whole = json_tokener_get_error(tokener) == json_tokener_success
		&& json_tokener_get_parse_end(tokener) >= text.n;
	json_tokener_free(tokener);
	jsonc_keep(object, a);
	return whole ? object : NULL;
}

static bool add_field(struct reply *r, struct json_object *object)
{
	if (!json_object_is_type(object, json_type_object) || json_object_object_length(object) != 1)
		return false;
	json_object_object_foreach(object, key, json)
	{
		struct str name = str_of(key), value = jsonc_text(json);
		if (!value.p || !(reply_field_is_framing(name) || reply_field(r, name, value)))
			return false;
	}
	return true;
}

static bool add_fields(struct reply *r, struct json_object *list)
{
	if (!json_object_is_type(list, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		if (!add_field(r, json_object_array_get_idx(list, i)))
			return false;
	}
	return true;
}

bool settings_fields(struct reply *r, struct str headers, struct arena *a, struct fault *f)
{
	if (headers.n == 0)
		return true;
	struct json_object *list = parse(headers, a);
	if (list && add_fields(r, list))
		return true;
	return fault_set(f, 500, "PGRST111",
		STR("response.headers guc must be a JSON array composed of objects with a "
			"single key and a string value"));
}

bool settings_status(int *status_r, struct str status, struct fault *f)
{
	if (status.n == 0)
		return true;
	int value = 0;
	for (size_t i = 0; i < status.n && ascii_is_digit(status.p[i]) && value < 1000; i++)
		value = value * 10 + (status.p[i] - '0');
	if (value < 200 || value > 999)
		return fault_set(f, 500, "PGRST112", STR("response.status guc must be a valid status code"));
	*status_r = value;
	return true;
}

int64_t settings_plan_rows(struct str plan_json, struct arena *a)
{
	struct json_object *object = plan_json.n > 0 ? parse(plan_json, a) : NULL;
	if (!json_object_is_type(object, json_type_array) || json_object_array_length(object) == 0)
		return -1;
	struct json_object *plan, *rows;
	if (!json_object_object_get_ex(json_object_array_get_idx(object, 0), "Plan", &plan)
		|| !json_object_object_get_ex(plan, "Plan Rows", &rows))
		return -1;
	return json_object_get_int64(rows);
}
