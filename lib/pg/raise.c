/* RAISE SQLSTATE 'PGRST': user SQL that makes the whole error answer itself.
 * SPDX-License-Identifier: MIT */
#include <json-c/json.h>
#include <limits.h>

#include "sqlstate.h"

#include "base/jsonc.h"

/* The JSON object that text is from its first byte to its last, or NULL. Lives as long as the arena. */
static json_object *read_object(struct str text, struct arena *a)
{
	text = str_trim(text);
	if (text.n == 0 || text.n > INT_MAX)
		return NULL;
	struct json_tokener *tokener = json_tokener_new();
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	json_object *json = json_tokener_parse_ex(tokener, text.p, (int)text.n);
	bool whole = json_tokener_get_error(tokener) == json_tokener_success
		&& json_tokener_get_parse_end(tokener) == text.n;
	json_tokener_free(tokener);
	jsonc_keep(json, a);
	return whole && json_object_is_type(json, json_type_object) ? json : NULL;
}

/* A member that must be a string; an optional one may be absent or null and is then STR_NONE. */
static bool take_string(struct str *out_r, json_object *json, const char *key, bool optional)
{
	json_object *member = NULL;
	json_object_object_get_ex(json, key, &member);
	*out_r = STR_NONE;
	if (!member)
		return optional;
	*out_r = jsonc_text(member);
	return json_object_is_type(member, json_type_string);
}

static bool take_message(struct fault *f, struct str text, struct arena *a)
{
	json_object *json = read_object(text, a);
	return json && take_string(&f->code, json, "code", false) && take_string(&f->message, json, "message", false)
		&& take_string(&f->details, json, "details", true) && take_string(&f->hint, json, "hint", true);
}

/* A status that no HTTP response can end with becomes 500. */
static bool take_status(int *out_r, json_object *json)
{
	json_object *member = NULL;
	double status;
	if (!json_object_object_get_ex(json, "status", &member)
		|| !(json_object_is_type(member, json_type_int) || json_object_is_type(member, json_type_double)))
		return false;
	status = json_object_get_double(member);
	if (!(status > INT_MIN && status < INT_MAX))
		return false;
	*out_r = status >= 200 && status <= 999 ? (int)status : 500;
	return status == (double)(int)status;
}

static bool take_headers(struct fault *f, json_object *json, struct arena *a)
{
	json_object *headers = NULL;
	const struct fault_header **end = &f->headers;
	if (!json_object_object_get_ex(json, "headers", &headers) || !json_object_is_type(headers, json_type_object))
		return false;
	json_object_object_foreach(headers, name, value)
	{
		struct fault_header *header = arena_make(a, struct fault_header);
		if (!json_object_is_type(value, json_type_string))
			return false;
		header->name = str_of(name);
		header->value = jsonc_text(value);
		*end = header;
		end = &header->next;
	}
	return true;
}

static bool take_detail(struct fault *f, struct str text, struct arena *a)
{
	json_object *json = read_object(text, a);
	return json && take_status(&f->http_status, json) && take_string(&f->reason, json, "status_text", true)
		&& take_headers(f, json, a);
}

static bool refuse_raise(struct fault *f, struct str details, const char *hint)
{
	fault_set(f, 500, "PGRST121", STR("Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error"));
	f->hint = str_of(hint);
	return fault_details(f, details);
}

bool raise_fault(struct fault *f, const struct pg_error *e, struct arena *a)
{
	static const char about_detail[] = "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and "
									   "optional key: 'status_text'.";
	struct fault raised = { .raised = true, .sqlstate = e->sqlstate };
	if (!take_message(&raised, e->message, a))
		return refuse_raise(f, str_printf(a, "Invalid JSON value for MESSAGE: '%.*s'", STR_ARG(e->message)),
			"MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: 'details', "
			"'hint'.");
	if (!e->detail.p)
		return refuse_raise(f, STR("DETAIL is missing in the RAISE statement"), about_detail);
	if (!take_detail(&raised, e->detail, a))
		return refuse_raise(f, str_printf(a, "Invalid JSON value for DETAIL: '%.*s'", STR_ARG(e->detail)),
			about_detail);
	*f = raised;
	return false;
}
