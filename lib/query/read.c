/* From a request to its syntax tree: target, schema, action, and then the parts.
 * SPDX-License-Identifier: MIT */
#include "query/query.h"

#include "query/params.h"
#include "query/payload.h"

/* The resource of GET /: the function db-root-spec (with or without its schema), or the schema itself. */
static bool read_root(struct query *q, const struct conf *c, struct fault *f)
{
	if (c->openapi_mode == CONF_OPENAPI_DISABLED)
		return fault_set(f, 404, "PGRST126", STR("Root endpoint metadata is disabled"));
	if (c->db_root_spec.p) {
		size_t dot = str_index(c->db_root_spec, '.');
		bool qualified = dot < c->db_root_spec.n;
		q->target = TARGET_ROUTINE;
		q->is_root_spec = true;
		q->name = qualified ? str_from(c->db_root_spec, dot + 1) : c->db_root_spec;
		return true;
	}
	q->target = TARGET_ROOT;
	return true;
}

/* `/`, `/relation` or `/rpc/routine` */
static bool read_path(struct query *q, struct str path, const struct conf *c, struct arena *a, struct fault *f)
{
	struct str rest = path.n && path.p[0] == '/' ? str_from(path, 1) : path;
	if (rest.n == 0)
		return read_root(q, c, f);
	struct str name = str_cut(&rest, '/');
	q->target = rest.p && str_eq(name, STR("rpc")) ? TARGET_ROUTINE : TARGET_RELATION;
	if (q->target == TARGET_ROUTINE)
		name = str_cut(&rest, '/');
	if (rest.p)
		return fault_set(f, 404, "PGRST125", STR("Invalid path specified in request URL"));
	return http_decode(&q->name, name, false, a, f);
}

static bool writes(enum http_method method)
{
	return method == HTTP_POST || method == HTTP_PATCH || method == HTTP_PUT || method == HTTP_DELETE;
}

static bool is_exposed(const struct conf *c, struct str schema)
{
	for (size_t i = 0; i < c->db_schemas.count; i++)
		if (str_eq(c->db_schemas.items[i], schema))
			return true;
	return false;
}

static bool read_schema(struct query *q, const struct request *r, const struct conf *c, struct arena *a,
	struct fault *f)
{
	struct str asked = request_field_said(r, writes(r->method) ? STR("content-profile") : STR("accept-profile"));
	q->schema = asked.p ? asked : c->db_schemas.count ? c->db_schemas.items[0] : STR("public");
	q->schema_negotiated = asked.p || c->db_schemas.count > 1;
	if (asked.p && !is_exposed(c, asked)) {
		struct str all = str_join(a, c->db_schemas.items, c->db_schemas.count, STR(", "));
		fault_printf(f, a, 406, "PGRST106", "Invalid schema: %.*s", STR_ARG(asked));
		return fault_hint(f, str_printf(a, "Only the following schemas are exposed: %.*s", STR_ARG(all)));
	}
	size_t dot = str_index(c->db_root_spec, '.');
	if (q->is_root_spec && dot < c->db_root_spec.n)
		q->schema = str_sub(c->db_root_spec, 0, dot);
	return true;
}

enum { NO_ACTION = -1 };

/* What a method asks of each target. */
static const signed char actions[][QUERY_TARGET_COUNT] = {
	[HTTP_GET] = { [TARGET_ROOT] = ACTION_INSPECT, [TARGET_RELATION] = ACTION_READ, [TARGET_ROUTINE] = ACTION_CALL },
	[HTTP_HEAD] = { [TARGET_ROOT] = ACTION_INSPECT, [TARGET_RELATION] = ACTION_READ, [TARGET_ROUTINE] = ACTION_CALL },
	[HTTP_POST] = { [TARGET_ROOT] = NO_ACTION, [TARGET_RELATION] = ACTION_CREATE, [TARGET_ROUTINE] = ACTION_CALL },
	[HTTP_PATCH] = { [TARGET_ROOT] = NO_ACTION, [TARGET_RELATION] = ACTION_UPDATE, [TARGET_ROUTINE] = NO_ACTION },
	[HTTP_PUT] = { [TARGET_ROOT] = NO_ACTION, [TARGET_RELATION] = ACTION_UPSERT_ONE, [TARGET_ROUTINE] = NO_ACTION },
	[HTTP_DELETE] = { [TARGET_ROOT] = NO_ACTION, [TARGET_RELATION] = ACTION_DELETE, [TARGET_ROUTINE] = NO_ACTION },
	[HTTP_OPTIONS] = { [TARGET_ROOT] = ACTION_INFO, [TARGET_RELATION] = ACTION_INFO, [TARGET_ROUTINE] = ACTION_INFO },
	[HTTP_OTHER] = { [TARGET_ROOT] = NO_ACTION, [TARGET_RELATION] = NO_ACTION, [TARGET_ROUTINE] = NO_ACTION },
};
static_assert(COUNT_OF(actions) == HTTP_METHOD_COUNT, "a row for each method");

static bool read_action(struct query *q, const struct request *r, struct arena *a, struct fault *f)
{
	int action = actions[r->method][q->target];
	if (action == NO_ACTION && q->target == TARGET_ROUTINE)
		return fault_printf(f, a, 405, "PGRST101", "Cannot use the %.*s method on RPC", STR_ARG(r->method_text));
	if (action == NO_ACTION)
		return fault_printf(f, a, 405, "PGRST117", "Unsupported HTTP method: %.*s", STR_ARG(r->method_text));
	q->action = (enum query_action)action;
	q->call_method = r->method == HTTP_POST ? CALL_WRITE : CALL_READ;
	q->head_only = r->method == HTTP_HEAD;
	return true;
}

/* The Range field within limit= and offset=. No rows at all are a fault unless limit=0 asked for none. */
static bool read_range(struct query *q, const struct request *r, struct fault *f)
{
	struct query_scope *root = q->scopes;
	struct row_range field;
	if (!range_read(&field, r, f))
		return false;
	q->has_range_field = field.offset != 0 || field.limit >= 0;
	if (root->range.limit == 0) {
		root->range.offset = 0;
	} else {
		root->range = range_intersect(root->range, field);
		if (root->range.limit == 0) {
			fault_set(f, 416, "PGRST103", STR("Requested range not satisfiable"));
			return fault_details(f, STR("Limit should be greater than or equal to zero."));
		}
	}
	root->has_range = root->range.offset != 0 || root->range.limit >= 0;
	if (r->method == HTTP_PUT && root->has_range)
		return fault_set(f, 400, "PGRST114", STR("limit/offset querystring parameters are not allowed for PUT"));
	return true;
}

bool query_read_head(struct query *out_r, const struct request *r, const struct conf *c, struct arena *a,
	struct fault *f)
{
	struct media *accept;
	*out_r = (struct query){ 0 };
	media_accept(&accept, &out_r->accept_count, request_field_said(r, STR("accept")), a);
	out_r->accept = accept;
	prefer_read(&out_r->prefer, r, a);
	return read_path(out_r, r->path, c, a, f) && read_schema(out_r, r, c, a, f) && read_action(out_r, r, a, f)
		&& params_read(out_r, r->query, out_r->target == TARGET_ROUTINE && r->method != HTTP_POST, a, f)
		&& read_range(out_r, r, f);
}

bool query_read_body(struct query *q, const struct request *r, const struct conf *c, struct arena *a, struct fault *f)
{
	return payload_read(q, r, c, a, f);
}

bool query_read(struct query *out_r, const struct request *r, const struct conf *c, struct arena *a, struct fault *f)
{
	return query_read_head(out_r, r, c, a, f) && query_read_body(out_r, r, c, a, f);
}
