/* Paths of the OpenAPI document, and the parameters they share.
 * SPDX-License-Identifier: MIT */
#include "openapi_doc.h"

#define RETURNS "\"return=representation\",\"return=minimal\",\"return=none\""
#define RESOLUTIONS "\"resolution=ignore-duplicates\",\"resolution=merge-duplicates\""

/* Parameters that relations use by reference. */
static const struct {
	const char *key, *name, *in, *description;
	const char *values;   /* the members of "enum", NULL: any */
	const char *fallback; /* "default", NULL: none */
} shared[] = {
	{ "preferParams", "Prefer", "header", "Preference", NULL, NULL },
	{ "preferReturn", "Prefer", "header", "Preference", RETURNS, NULL },
	{ "preferCount", "Prefer", "header", "Preference", "\"count=none\"", NULL },
	{ "preferPost", "Prefer", "header", "Preference", RETURNS "," RESOLUTIONS, NULL },
	{ "select", "select", "query", "Filtering Columns", NULL, NULL },
	{ "on_conflict", "on_conflict", "query", "On Conflict", NULL, NULL },
	{ "order", "order", "query", "Ordering", NULL, NULL },
	{ "range", "Range", "header", "Limiting and Pagination", NULL, NULL },
	{ "rangeUnit", "Range-Unit", "header", "Limiting and Pagination", NULL, "items" },
	{ "offset", "offset", "query", "Limiting and Pagination", NULL, NULL },
	{ "limit", "limit", "query", "Limiting and Pagination", NULL, NULL },
};

/* The ways to use a relation. */
static const struct {
	struct str method;
	bool writes, row_filters, body;
	const char *parameters[8]; /* keys of `shared` */
	struct str status, response;
} operations[] = {
	{ STR_INIT("get"), false, true, false,
		{ "select", "order", "range", "rangeUnit", "offset", "limit", "preferCount" }, STR_INIT("206"),
		STR_INIT("Partial Content") },
	{ STR_INIT("post"), true, false, true, { "select", "preferPost" }, STR_INIT("201"), STR_INIT("Created") },
	{ STR_INIT("delete"), true, true, false, { "preferReturn" }, STR_INIT("204"), STR_INIT("No Content") },
	{ STR_INIT("patch"), true, true, true, { "preferReturn" }, STR_INIT("204"), STR_INIT("No Content") },
};

static const struct str rpc_produces = STR_INIT(
	"[\"application/json\","
	"\"application/vnd.pgrst.object+json;nulls=stripped\",\"application/vnd.pgrst.object+json\"]");

/* {"$ref":"#/<place>/<parts>"} with the parts glued by dots; names are JSON pointer tokens (RFC 6901 section 3). */
static void put_reference(struct openapi *o, const char *place, const struct str *parts, size_t count)
{
	struct buf pointer = buf_new(o->scratch, arena_left(o->scratch));
	buf_printf(&pointer, "#/%s/", place);
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_char(&pointer, '.');
		for (size_t c = 0; c < parts[i].n; c++) {
			char byte = parts[i].p[c];
			if (byte == '~' || byte == '/')
				buf_put(&pointer, byte == '~' ? STR("~0") : STR("~1"));
			else
				buf_char(&pointer, byte);
		}
	}
	jsonw_open(&o->w, '{');
	jsonw_member(&o->w, STR("$ref"), buf_str(&pointer));
	jsonw_close(&o->w, '}');
}

static void put_response(struct openapi *o, struct str status, struct str description)
{
	jsonw_key(&o->w, status);
	jsonw_open(&o->w, '{');
	jsonw_member(&o->w, STR("description"), description);
	jsonw_close(&o->w, '}');
}

static void put_tag(struct openapi *o, struct str tag)
{
	jsonw_key(&o->w, STR("tags"));
	jsonw_open(&o->w, '[');
	jsonw_text(&o->w, tag);
	jsonw_close(&o->w, ']');
}

static void put_relation_parameters(struct openapi *o, const struct cat_relation *rel, size_t operation)
{
	struct str name = catalog_text(o->cat, rel->name);
	const struct cat_column *columns = catalog_columns(o->cat, rel->columns);
	jsonw_key(&o->w, STR("parameters"));
	jsonw_open(&o->w, '[');
	for (uint32_t i = 0; operations[operation].row_filters && i < rel->columns.count; i++)
		put_reference(o, "parameters", (struct str[]){ STR("rowFilter"), name, catalog_text(o->cat, columns[i].name) },
			3);
	if (operations[operation].body)
		put_reference(o, "parameters", (struct str[]){ STR("body"), name }, 2);
	for (const char *const *p = operations[operation].parameters; *p; p++)
		put_reference(o, "parameters", (struct str[]){ str_of(*p) }, 1);
	jsonw_close(&o->w, ']');
}

static void put_relation_responses(struct openapi *o, const struct cat_relation *rel, size_t operation)
{
	jsonw_key(&o->w, STR("responses"));
	jsonw_open(&o->w, '{');
	if (!operations[operation].writes) {
		jsonw_key(&o->w, STR("200"));
		jsonw_open(&o->w, '{');
		jsonw_member(&o->w, STR("description"), STR("OK"));
		jsonw_key(&o->w, STR("schema"));
		jsonw_open(&o->w, '{');
		jsonw_key(&o->w, STR("items"));
		put_reference(o, "definitions", (struct str[]){ catalog_text(o->cat, rel->name) }, 1);
		jsonw_member(&o->w, STR("type"), STR("array"));
		jsonw_close(&o->w, '}');
		jsonw_close(&o->w, '}');
	}
	put_response(o, operations[operation].status, operations[operation].response);
	jsonw_close(&o->w, '}');
}

static void put_relation_path(struct openapi *o, size_t i)
{
	const struct cat_relation *rel = &o->relations[i];
	struct str name = catalog_text(o->cat, rel->name);
	bool writable = rel->insertable || rel->updatable || rel->deletable;
	jsonw_key(&o->w, str_printf(o->scratch, "/%.*s", STR_ARG(name)));
	jsonw_open(&o->w, '{');
	for (size_t op = 0; op < COUNT_OF(operations); op++) {
		if (operations[op].writes && !writable)
			continue;
		jsonw_key(&o->w, operations[op].method);
		jsonw_open(&o->w, '{');
		put_tag(o, name);
		openapi_put_comment(o, rel->comment);
		put_relation_parameters(o, rel, op);
		put_relation_responses(o, rel, op);
		jsonw_close(&o->w, '}');
	}
	jsonw_close(&o->w, '}');
}

static void put_ok(struct openapi *o)
{
	jsonw_key(&o->w, STR("responses"));
	jsonw_open(&o->w, '{');
	put_response(o, STR("200"), STR("OK"));
	jsonw_close(&o->w, '}');
}

/* In a query string arrays are {...} literals, except that a variadic parameter may be repeated. */
static void put_query_parameter(struct openapi *o, const struct cat_parameter *p)
{
	struct str format = openapi_parameter_format(o, p), type = openapi_type(format);
	bool scalar = type.p && !str_eq(type, STR("array"));
	jsonw_open(&o->w, '{');
	jsonw_member(&o->w, STR("name"), catalog_text(o->cat, p->name));
	jsonw_key(&o->w, STR("required"));
	jsonw_bool(&o->w, p->required);
	jsonw_member(&o->w, STR("in"), STR("query"));
	if (p->variadic) {
		struct str element = str_sub(format, 0, format.n - (str_ends(format, STR("[]")) ? 2 : 0));
		struct str element_type = openapi_type(element);
		jsonw_member(&o->w, STR("type"), STR("array"));
		jsonw_key(&o->w, STR("items"));
		jsonw_open(&o->w, '{');
		jsonw_member(&o->w, STR("format"), openapi_format(element));
		jsonw_member(&o->w, STR("type"), element_type.p ? element_type : STR("string"));
		jsonw_close(&o->w, '}');
		jsonw_member(&o->w, STR("collectionFormat"), STR("multi"));
	} else {
		jsonw_member(&o->w, STR("format"), openapi_format(format));
		jsonw_member(&o->w, STR("type"), scalar ? type : STR("string"));
	}
	jsonw_close(&o->w, '}');
}

static void put_get_parameters(struct openapi *o, const struct cat_routine *routine)
{
	const struct cat_parameter *parameters = catalog_parameters(o->cat, routine->parameters);
	if (!routine->parameters.count)
		return;
	jsonw_key(&o->w, STR("parameters"));
	jsonw_open(&o->w, '[');
	for (uint32_t i = 0; i < routine->parameters.count; i++)
		put_query_parameter(o, &parameters[i]);
	jsonw_close(&o->w, ']');
}

static void put_post_parameters(struct openapi *o, const struct cat_routine *routine)
{
	jsonw_key(&o->w, STR("parameters"));
	jsonw_open(&o->w, '[');
	jsonw_open(&o->w, '{');
	jsonw_member(&o->w, STR("name"), STR("args"));
	jsonw_key(&o->w, STR("required"));
	jsonw_bool(&o->w, true);
	jsonw_member(&o->w, STR("in"), STR("body"));
	jsonw_key(&o->w, STR("schema"));
	openapi_put_arguments(o, routine);
	jsonw_close(&o->w, '}');
	put_reference(o, "parameters", (struct str[]){ STR("preferParams") }, 1);
	jsonw_close(&o->w, ']');
}

static void put_operation_of_call(struct openapi *o, const struct cat_routine *routine, struct str method,
	void (*put)(struct openapi *o, const struct cat_routine *routine))
{
	struct str name = catalog_text(o->cat, routine->name);
	jsonw_key(&o->w, method);
	jsonw_open(&o->w, '{');
	put_tag(o, str_printf(o->scratch, "(rpc) %.*s", STR_ARG(name)));
	openapi_put_comment(o, routine->comment);
	put(o, routine);
	jsonw_key(&o->w, STR("produces"));
	jsonw_raw(&o->w, rpc_produces);
	put_ok(o);
	jsonw_close(&o->w, '}');
}

/* GET runs read-only, so it is not offered for what may write, nor where only a body can be the argument. */
static void put_routine_path(struct openapi *o, const struct cat_routine *routine)
{
	const struct cat_parameter *parameters = catalog_parameters(o->cat, routine->parameters);
	bool takes_body = routine->parameters.count == 1 && !parameters[0].name.length;
	struct str name = catalog_text(o->cat, routine->name);
	jsonw_key(&o->w, str_printf(o->scratch, "/rpc/%.*s", STR_ARG(name)));
	jsonw_open(&o->w, '{');
	if (routine->volatility != CAT_VOLATILE && !takes_body)
		put_operation_of_call(o, routine, STR("get"), put_get_parameters);
	put_operation_of_call(o, routine, STR("post"), put_post_parameters);
	jsonw_close(&o->w, '}');
}

static void put_root_path(struct openapi *o)
{
	jsonw_key(&o->w, STR("/"));
	jsonw_open(&o->w, '{');
	jsonw_key(&o->w, STR("get"));
	jsonw_open(&o->w, '{');
	put_tag(o, STR("Introspection"));
	jsonw_member(&o->w, STR("summary"), STR("OpenAPI description (this document)"));
	jsonw_key(&o->w, STR("produces"));
	jsonw_raw(&o->w, STR("[\"application/openapi+json\",\"application/json\"]"));
	put_ok(o);
	jsonw_close(&o->w, '}');
	jsonw_close(&o->w, '}');
}

void openapi_put_paths(struct openapi *o)
{
	jsonw_key(&o->w, STR("paths"));
	jsonw_open(&o->w, '{');
	put_root_path(o);
	for (size_t i = 0; i < o->relation_count; i++) {
		if (o->usable[i])
			put_relation_path(o, i);
		openapi_flush(o);
	}
	for (size_t i = 0; i < o->routine_count; i++) {
		if (openapi_shows_routine(o, i) && !openapi_is_account(o, catalog_text(o->cat, o->routines[i].name)))
			put_routine_path(o, &o->routines[i]);
		openapi_flush(o);
	}
	openapi_put_account_paths(o);
	jsonw_close(&o->w, '}');
}

static void put_shared_parameters(struct openapi *o)
{
	for (size_t i = 0; i < COUNT_OF(shared); i++) {
		jsonw_key(&o->w, str_of(shared[i].key));
		jsonw_open(&o->w, '{');
		jsonw_member(&o->w, STR("name"), str_of(shared[i].name));
		jsonw_member(&o->w, STR("description"), str_of(shared[i].description));
		jsonw_key(&o->w, STR("required"));
		jsonw_bool(&o->w, false);
		jsonw_member(&o->w, STR("default"), str_of(shared[i].fallback));
		jsonw_member(&o->w, STR("in"), str_of(shared[i].in));
		if (shared[i].values) {
			jsonw_key(&o->w, STR("enum"));
			jsonw_raw(&o->w, str_printf(o->scratch, "[%s]", shared[i].values));
		}
		jsonw_member(&o->w, STR("type"), STR("string"));
		jsonw_close(&o->w, '}');
	}
}

static void put_body_parameter(struct openapi *o, struct str name)
{
	jsonw_key(&o->w, str_printf(o->scratch, "body.%.*s", STR_ARG(name)));
	jsonw_open(&o->w, '{');
	jsonw_member(&o->w, STR("name"), name);
	jsonw_member(&o->w, STR("description"), name);
	jsonw_key(&o->w, STR("required"));
	jsonw_bool(&o->w, false);
	jsonw_member(&o->w, STR("in"), STR("body"));
	jsonw_key(&o->w, STR("schema"));
	put_reference(o, "definitions", &name, 1);
	jsonw_close(&o->w, '}');
}

static void put_row_filter(struct openapi *o, struct str relation, const struct cat_column *column)
{
	struct str name = catalog_text(o->cat, column->name);
	jsonw_key(&o->w, str_printf(o->scratch, "rowFilter.%.*s.%.*s", STR_ARG(relation), STR_ARG(name)));
	jsonw_open(&o->w, '{');
	jsonw_member(&o->w, STR("name"), name);
	jsonw_member(&o->w, STR("description"), catalog_text(o->cat, column->comment));
	jsonw_key(&o->w, STR("required"));
	jsonw_bool(&o->w, false);
	jsonw_member(&o->w, STR("in"), STR("query"));
	jsonw_member(&o->w, STR("type"), STR("string"));
	jsonw_close(&o->w, '}');
}

void openapi_put_parameters(struct openapi *o)
{
	jsonw_key(&o->w, STR("parameters"));
	jsonw_open(&o->w, '{');
	put_shared_parameters(o);
	for (size_t i = 0; i < o->relation_count; i++) {
		const struct cat_relation *rel = &o->relations[i];
		struct str name = catalog_text(o->cat, rel->name);
		const struct cat_column *columns = catalog_columns(o->cat, rel->columns);
		if (!o->usable[i])
			continue;
		put_body_parameter(o, name);
		for (uint32_t c = 0; c < rel->columns.count; c++)
			put_row_filter(o, name, &columns[c]);
		openapi_flush(o);
	}
	jsonw_close(&o->w, '}');
}
