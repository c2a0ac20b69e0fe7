/* The OpenAPI document as a whole: what the role may use, who serves it, and its parts in order.
 *
 * A schema of ten thousand tables makes tens of megabytes: the document goes to the body relation by relation.
 * SPDX-License-Identifier: MIT */
#include "reply/openapi.h"

#include <stdlib.h>
#include <string.h>

#include "openapi_doc.h"
#include "rows.h"

#define MEDIA_LIST "[\"application/json\",\"application/vnd.pgrst.object+json;nulls=stripped\"," \
	"\"application/vnd.pgrst.object+json\",\"text/csv\"]"

/* The release of PostgREST whose interface this is, for the link to its manual. */
#define DOCUMENTED_RELEASE "v14"

static int compare_oids(const void *a, const void *b)
{
	uint32_t x = ((const struct openapi_oid *)a)->oid, y = ((const struct openapi_oid *)b)->oid;
	return x < y ? -1 : x > y;
}

static void index_routines(struct openapi *o)
{
	o->routine_oids = arena_make_array(o->arena, struct openapi_oid, o->routine_count);
	for (size_t i = 0; i < o->routine_count; i++)
		o->routine_oids[i] = (struct openapi_oid){ o->routines[i].oid, (uint32_t)i };
	if (o->routine_count)
		qsort(o->routine_oids, o->routine_count, sizeof *o->routine_oids, compare_oids);
}

static void free_scratch(void *scratch)
{
	arena_free(scratch);
}

struct openapi *openapi_new(const struct plan *p, struct arena *a)
{
	struct openapi *o = arena_make(a, struct openapi);
	*o = (struct openapi){ .plan = p, .cat = p->catalog, .arena = a };
	o->relations = catalog_relations(o->cat, p->query->schema, &o->relation_count);
	o->routines = catalog_routines(o->cat, p->query->schema, &o->routine_count);
	o->rights = arena_make_array(a, uint8_t, o->relation_count);
	o->executable = arena_make_array(a, bool, o->routine_count);
	o->scratch = arena_new((size_t)p->conf->request_memory);
	arena_on_reset(a, free_scratch, o->scratch);
	index_routines(o);
	bool all = p->conf->openapi_mode != CONF_OPENAPI_FOLLOW;
	memset(o->rights, all ? RIGHT_ALL : 0, o->relation_count);
	for (size_t i = 0; i < o->routine_count; i++)
		o->executable[i] = all;
	return o;
}

static bool is_set(const struct row *r, size_t column)
{
	return str_eq(row_value(r, column), STR("t"));
}

static void add_relation(struct openapi *o, uint32_t oid, const struct row *r)
{
	const struct cat_relation *rel = catalog_relation_by_oid(o->cat, oid);
	if (!rel || !o->relation_count)
		return;
	size_t first = catalog_relation_index(o->cat, o->relations), index = catalog_relation_index(o->cat, rel);
	if (index < first || index - first >= o->relation_count)
		return;
	for (size_t i = 0; i < 4; i++)
		if (is_set(r, 2 + i))
			o->rights[index - first] |= (uint8_t)(RIGHT_SELECT << i);
}

static void add_routine(struct openapi *o, uint32_t oid, const struct row *r)
{
	struct openapi_oid key = { .oid = oid };
	const struct openapi_oid *found = o->routine_count
		? bsearch(&key, o->routine_oids, o->routine_count, sizeof key, compare_oids) : NULL;
	if (found)
		o->executable[found->index] = is_set(r, 6);
}

/* Rows of stmt_privileges: kind, oid, select, insert, update, delete, execute. What was made after the catalog was
 * loaded, and what it leaves out, is not in the document. */
bool openapi_add(void *openapi, const struct row *r, struct fault *f)
{
	(void)f;
	uint64_t oid;
	if (!str_to_u64(row_value(r, 1), &oid) || oid > UINT32_MAX)
		return true;
	(str_eq(row_value(r, 0), STR("relation")) ? add_relation : add_routine)(openapi, (uint32_t)oid, r);
	return true;
}

bool openapi_shows_routine(const struct openapi *o, size_t i)
{
	if (!o->executable[i])
		return false;
	/* Overloads are neighbours, and few. */
	size_t first = i, end = i + 1;
	while (first > 0 && o->routines[first - 1].name.offset == o->routines[i].name.offset)
		first--;
	while (end < o->routine_count && o->routines[end].name.offset == o->routines[i].name.offset)
		end++;
	for (size_t other = first; other < end; other++) {
		uint32_t more = o->routines[other].parameters.count, own = o->routines[i].parameters.count;
		if (o->executable[other] && (more > own || (more == own && other > i)))
			return false;
	}
	return true;
}

void openapi_flush(struct openapi *o)
{
	spool_put(&o->body, buf_str(&o->buf));
	o->buf.n = 0;
	arena_reset(o->scratch);
}

/* Splits a comment behind its first line; the second part is absent when it is empty. */
static void split_comment(struct str comment, struct str *first_r, struct str *rest_r)
{
	*rest_r = comment;
	*first_r = str_cut(rest_r, '\n');
	while (rest_r->n && rest_r->p[0] == '\n')
		*rest_r = str_from(*rest_r, 1);
	if (!rest_r->n)
		*rest_r = STR_NONE;
}

void openapi_put_comment(struct openapi *o, struct cat_text comment)
{
	struct str summary, description;
	struct str text = catalog_text(o->cat, comment);
	if (!text.p)
		return;
	split_comment(text, &summary, &description);
	jsonw_member(&o->w, STR("summary"), summary);
	jsonw_member(&o->w, STR("description"), description);
}

static void put_info(struct openapi *o)
{
	const struct cat_schema *schema = catalog_schema(o->cat, o->plan->query->schema);
	struct str title = STR("PostgREST API"), description = STR("This is a dynamic API generated by PostgREST"), more;
	struct str comment = schema ? catalog_text(o->cat, schema->comment) : STR_NONE;
	if (comment.p) {
		split_comment(comment, &title, &more);
		description = more.p ? more : STR("");
	}
	jsonw_key(&o->w, STR("info"));
	jsonw_open(&o->w, '{');
	jsonw_member(&o->w, STR("description"), description);
	jsonw_member(&o->w, STR("title"), title);
	jsonw_member(&o->w, STR("version"), STR(PACKAGE_VERSION));
	jsonw_close(&o->w, '}');
}

/* Where the API is, as its clients see it. */
struct place {
	struct str scheme, host, path;
};

static struct place place_of_request(const struct conf *c, const struct request *r)
{
	return (struct place){
		.scheme = r->https ? STR("https") : STR("http"),
		.host = r->host.n ? r->host : STR_NONE,
		.path = c->server_path_prefix.n ? c->server_path_prefix : STR("/"),
	};
}

/* openapi-server-proxy-uri, which the configuration has checked; the port is always said, as PostgREST says it. */
static struct place place_of_proxy(struct str uri, struct arena *a)
{
	struct place place = { .scheme = str_lower(a, str_cut(&uri, ':')) };
	struct str authority = str_from(uri, 2);   /* behind the slashes */
	size_t slash = str_index(authority, '/');
	place.path = slash < authority.n ? str_from(authority, slash) : STR("/");
	place.host = str_sub(authority, 0, slash);
	bool has_port = str_rindex(place.host, ':') < place.host.n && !str_ends(place.host, STR("]"));
	const char *port = str_eq(place.scheme, STR("https")) ? "443" : "80";
	if (!has_port)
		place.host = str_printf(a, "%.*s:%s", STR_ARG(place.host), port);
	return place;
}

static void put_place(struct openapi *o, const struct request *r)
{
	const struct conf *c = o->plan->conf;
	struct place place = c->openapi_server_proxy_uri.n
		? place_of_proxy(c->openapi_server_proxy_uri, o->scratch) : place_of_request(c, r);
	jsonw_member(&o->w, STR("host"), place.host);
	jsonw_member(&o->w, STR("basePath"), place.path);
	jsonw_key(&o->w, STR("schemes"));
	jsonw_open(&o->w, '[');
	jsonw_text(&o->w, place.scheme);
	jsonw_close(&o->w, ']');
}

static void put_security(struct openapi *o)
{
	if (!o->plan->conf->openapi_security_active)
		return;
	jsonw_key(&o->w, STR("securityDefinitions"));
	jsonw_raw(&o->w, STR("{\"JWT\":{"
		"\"description\":\"Add the token prepending \\\"Bearer \\\" (without quotes) to it\","
		"\"type\":\"apiKey\",\"in\":\"header\",\"name\":\"Authorization\"}}"));
	jsonw_key(&o->w, STR("security"));
	jsonw_raw(&o->w, STR("[{\"JWT\":[]}]"));
}

static void put_document(struct openapi *o, const struct request *r)
{
	jsonw_open(&o->w, '{');
	jsonw_member(&o->w, STR("swagger"), STR("2.0"));
	put_info(o);
	put_place(o, r);
	jsonw_key(&o->w, STR("consumes"));
	jsonw_raw(&o->w, STR(MEDIA_LIST));
	jsonw_key(&o->w, STR("produces"));
	jsonw_raw(&o->w, STR(MEDIA_LIST));
	openapi_put_paths(o);
	openapi_put_definitions(o);
	openapi_put_parameters(o);
	put_security(o);
	jsonw_key(&o->w, STR("externalDocs"));
	jsonw_raw(&o->w, STR("{\"description\":\"PostgREST Documentation\","
		"\"url\":\"https://postgrest.org/en/" DOCUMENTED_RELEASE "/references/api.html\"}"));
	jsonw_close(&o->w, '}');
	openapi_flush(o);
}

bool openapi_make(struct reply *out_r, struct openapi *o, const struct request *r, struct arena *a, struct fault *f)
{
	const struct plan *p = o->plan;
	const struct conf *c = p->conf;
	o->buf = buf_new(a, arena_left(a));
	o->w = (struct jsonw){ .out = &o->buf };
	o->body = spool_new(a, (size_t)c->server_buffer, c->server_spool_dir, c->server_max_response);
	put_document(o, r);
	if (o->buf.overflow)
		return fault_set(f, 500, "RG500", STR("The OpenAPI document needs more than request-memory allows"));
	if (!rows_spool_holds(&o->body, a, f))
		return false;
	*out_r = reply_new(200, a);
	reply_field(out_r, STR("Content-Type"), media_text(&p->media, a));
	if (p->query->schema_negotiated)
		reply_field(out_r, STR("Content-Profile"), p->query->schema);
	reply_field(out_r, STR("Vary"), STR("Accept, Prefer, Range"));
	out_r->body = o->body;
	reply_finish(out_r, p->query->head_only);
	return true;
}
