/* Any bytes as CSV: refused with a reason, or as many values in each array as there are rows, and as JSON for a
 * function the same rows under the same names.
 * SPDX-License-Identifier: MIT */
#include <json-c/json.h>
#include <stdlib.h>

#include "query/payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

static bool read_csv(struct payload *out_r, struct str body, bool for_call, struct arena *a)
{
	const struct conf conf = { .server_buffer = 1 << 22, .server_spool_dir = STR_INIT("/tmp") };
	struct request r = { .body = body };
	struct fault f = { 0 };
	bool ok = payload_csv(out_r, &r, for_call, &conf, a, &f);
	check(ok || (f.http_status >= 400 && f.code.n && f.message.n));
	return ok;
}

/* Elements of an array literal without arrays in it. */
static size_t elements(struct str literal)
{
	size_t count = 1;
	bool quoted = false;
	check(literal.n >= 2 && literal.p[0] == '{' && literal.p[literal.n - 1] == '}' && !literal.p[literal.n]);
	for (size_t i = 1; i + 1 < literal.n; i++) {
		quoted ^= literal.p[i] == '"';
		count += literal.p[i] == ',' && !quoted;
		i += literal.p[i] == '\\';
	}
	check(!quoted);
	return count;
}

static void check_json(const struct payload *p)
{
	struct json_tokener *tokener = json_tokener_new();
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	struct json_object *value = json_tokener_parse_ex(tokener, p->body.p, (int)p->body.n);
	check(json_tokener_get_error(tokener) == json_tokener_success && json_object_is_type(value, json_type_array));
	check(json_object_array_length(value) == p->row_count);
	json_object_put(value);
	json_tokener_free(tokener);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)256 << 20);
	struct str body = { (const char *)data, size };
	struct payload rows = { 0 }, objects = { 0 };
	bool ok = read_csv(&rows, body, false, a);
	check(read_csv(&objects, body, true, a) == ok);
	if (ok) {
		check(objects.row_count == rows.row_count && objects.key_count == rows.key_count);
		check(rows.key_count <= PAYLOAD_COLUMNS_MAX && (rows.kind == PAYLOAD_ARRAYS) == (rows.row_count > 0));
		for (size_t i = 0; rows.kind == PAYLOAD_ARRAYS && i < rows.key_count; i++)
			check(elements(rows.arrays[i]) == rows.row_count);
		check_json(&objects);
	}
	arena_free(a);
	return 0;
}
