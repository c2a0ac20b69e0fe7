/* Any bytes as a request (line, fields, blank line, body): refused with a reason or read, and what the scanner takes
 * for JSON is JSON to json-c too.
 * SPDX-License-Identifier: MIT */
#include <json-c/json.h>
#include <stdlib.h>

#include "query/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FIELDS_MAX = 8 };

/* "name: value" lines up to a blank one. */
static size_t read_fields(struct str *rest, struct http_field *fields, struct arena *a)
{
	size_t count = 0;
	while (rest->p) {
		struct str value = str_cut(rest, '\n');
		if (value.n == 0)
			break;
		struct str name = str_cut(&value, ':');
		if (count < FIELDS_MAX)
			fields[count++] = (struct http_field){ str_lower(a, str_trim(name)), value.p ? str_trim(value) : STR("") };
	}
	return count;
}

static void expect_json(struct str text)
{
	struct json_tokener *tokener = json_tokener_new_ex(10002);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	struct json_object *value = json_tokener_parse_ex(tokener, text.p, (int)text.n);
	enum json_tokener_error outcome = json_tokener_get_error(tokener);
	/* json-c cannot tell that a number is over before it sees what follows. */
	if (outcome != json_tokener_success && outcome != json_tokener_continue)
		abort();
	json_object_put(value);
	json_tokener_free(tokener);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str schemas[] = { STR("public"), STR("api") };
	const struct conf conf = { .db_schemas = { schemas, 2 }, .db_root_spec = size % 16 ? STR_NONE : STR("api.root") };
	struct http_field fields[FIELDS_MAX];
	struct arena *a = arena_new((size_t)64 << 20);
	struct str rest = str_dup(a, (struct str){ (const char *)data, size }), target = str_cut(&rest, '\n');
	struct request r = { .method_text = str_cut(&target, ' '), .fields = fields };
	struct query q;
	struct fault f = { 0 };
	r.method = http_method_from(r.method_text);
	r.query = target.p ? target : STR("/");
	r.path = str_cut(&r.query, '?');
	r.field_count = read_fields(&rest, fields, a);
	r.body = rest.p ? rest : STR("");
	bool ok = query_read(&q, &r, &conf, a, &f);
	if (!ok && (f.http_status < 400 || !f.code.n || !f.message.n))
		abort();
	if (ok && q.payload.kind == PAYLOAD_JSON && q.payload.body.n < 1 << 20)
		expect_json(q.payload.body);
	arena_free(a);
	return 0;
}
