/* Chooses among overloads by the names of their parameters, and sorts out the arguments.
 * SPDX-License-Identifier: MIT */
#include "plan/call.h"

#include <stdlib.h>

#include "base/jsonesc.h"
#include "catalog/oid.h"
#include "plan/body_type.h"
#include "plan/keys.h"
#include "plan/missing.h"

static bool is_post(const struct query *q)
{
	return q->action == ACTION_CALL && q->call_method == CALL_WRITE;
}

static bool is_json(const struct payload *p)
{
	return p->kind == PAYLOAD_JSON || p->kind == PAYLOAD_JSON_UNREAD;
}

/* Whether a parameter of that type takes a body of that kind whole. CSV becomes JSON only to be unpacked. */
static bool takes_body(uint32_t type, const struct payload *p)
{
	if (is_json(p))
		return p->media.kind == MEDIA_JSON && oid_is_json(type);
	return p->kind == PAYLOAD_RAW && body_type_is(type, p->media.kind);
}

static bool is_unnamed(const struct cat_parameter *p)
{
	return p->name.length == 0;
}

static const struct cat_parameter *only_unnamed(const struct cat_routine *r, const struct catalog *cat)
{
	const struct cat_parameter *p = catalog_parameters(cat, r->parameters);
	return r->parameters.count == 1 && is_unnamed(p) ? p : NULL;
}

static bool is_single_body(const struct cat_routine *r, const struct query *q, const struct catalog *cat)
{
	const struct cat_parameter *p = only_unnamed(r, cat);
	return is_post(q) && p && takes_body(p->type, &q->payload);
}

/* Whether a routine can be written as called with these. A parameter without a name is the one called "", by its
 * place: then all in front of it must be given, and one such value is not for two of them. */
static bool can_be_placed(const struct cat_routine *r, const struct plan_keys *keys, const struct catalog *cat)
{
	const struct cat_parameter *params = catalog_parameters(cat, r->parameters);
	bool gap = false, placed = false;
	for (size_t i = 0; i < r->parameters.count; i++) {
		bool given = keys_have(keys, catalog_text(cat, params[i].name));
		if (given && is_unnamed(&params[i]) && (gap || placed))
			return false;
		placed = placed || (given && is_unnamed(&params[i]));
		gap = gap || !given;
	}
	return true;
}

/* Every required parameter is given, and nothing is given that is no parameter. */
static bool takes_keys(const struct cat_routine *r, const struct query *q, const struct plan_keys *keys,
	const struct catalog *cat)
{
	const struct cat_parameter *params = catalog_parameters(cat, r->parameters);
	size_t known = 0;
	for (size_t i = 0; i < r->parameters.count; i++) {
		bool given = keys_have(keys, catalog_text(cat, params[i].name));
		if (params[i].required && !given)
			return false;
		known += given;
	}
	bool body_is_for_nothing = is_post(q) && q->payload.kind == PAYLOAD_RAW && r->parameters.count == 0;
	return known == keys->count && !body_is_for_nothing && can_be_placed(r, keys, cat);
}

struct candidate {
	const struct cat_routine *routine;
	const struct catalog *catalog;
};

static int compare_parameters(const struct candidate *x, const struct candidate *y)
{
	const struct cat_parameter *p = catalog_parameters(x->catalog, x->routine->parameters);
	const struct cat_parameter *q = catalog_parameters(y->catalog, y->routine->parameters);
	int order = 0;
	for (size_t i = 0; i < x->routine->parameters.count && order == 0; i++) {
		order = str_cmp(catalog_text(x->catalog, p[i].name), catalog_text(y->catalog, q[i].name));
		if (order == 0)
			order = str_cmp(catalog_text(x->catalog, p[i].type_name), catalog_text(y->catalog, q[i].type_name));
	}
	return order;
}

/* Fewer parameters first, then by comment (none first), then by the parameters: the order PostgREST lists them in. */
static int by_size(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	uint32_t many = x->routine->parameters.count, more = y->routine->parameters.count;
	if (many != more)
		return many < more ? -1 : 1;
	int order = str_cmp(catalog_text(x->catalog, x->routine->comment), catalog_text(y->catalog, y->routine->comment));
	return order ? order : compare_parameters(x, y);
}

/* One candidate is the choice, none is PGRST202, more are PGRST203. */
static bool choose(const struct cat_routine **out_r, const struct cat_routine **candidates, size_t count,
	const struct catalog *cat, struct arena *a, struct fault *f)
{
	if (count > 1) {
		struct candidate *sorted = arena_make_array(a, struct candidate, count);
		for (size_t i = 0; i < count; i++)
			sorted[i] = (struct candidate){ candidates[i], cat };
		qsort(sorted, count, sizeof *sorted, by_size);
		for (size_t i = 0; i < count; i++)
			candidates[i] = sorted[i].routine;
		return missing_choice(candidates, count, cat, a, f);
	}
	*out_r = candidates[0];
	return true;
}

/* PostgreSQL's FUNC_MAX_ARGS. */
enum { ARGUMENTS_MAX = 100 };

/* So many names fit no function, and are not told one by one. */
static bool too_many(struct arena *a, struct fault *f)
{
	fault_set(f, 413, "PGRST102", STR("The request has too many arguments"));
	return fault_details(f, str_printf(a, "A function takes at most %d.", ARGUMENTS_MAX));
}

bool plan_find_routine(const struct cat_routine **out_r, const struct query *q, const struct catalog *cat,
	struct arena *a, struct fault *f)
{
	size_t count, named = 0, single = 0;
	const struct cat_routine *all = catalog_routines_named(cat, q->schema, q->name, &count);
	const struct cat_routine **by_name = arena_make_array(a, const struct cat_routine *, count);
	const struct cat_routine **by_body = arena_make_array(a, const struct cat_routine *, count);
	struct plan_keys keys = keys_of(q, a);
	for (size_t i = 0; i < count; i++) {
		if (takes_keys(&all[i], q, &keys, cat))
			by_name[named++] = &all[i];
		else if (is_single_body(&all[i], q, cat))
			by_body[single++] = &all[i];
	}
	if (named > 0)
		return choose(out_r, by_name, named, cat, a, f);
	if (single > 0)
		return choose(out_r, by_body, single, cat, a, f);
	if (q->action == ACTION_INFO && count > 0) { /* OPTIONS brings no arguments to tell overloads apart by */
		*out_r = &all[0];
		return true;
	}
	if (keys.count > ARGUMENTS_MAX)
		return too_many(a, f);
	return missing_routine(q, keys.items, keys.count, cat, a, f);
}

/* The values given for one parameter; the last counts, unless it is variadic. */
static void text_argument(struct plan_argument *arg, const struct http_pair *pairs, size_t count, struct arena *a)
{
	struct str *values = arena_make_array(a, struct str, arg->variadic ? count : 0);
	for (size_t i = 0; i < count; i++) {
		if (!str_eq(pairs[i].name, arg->name))
			continue;
		arg->value = pairs[i].value;
		if (arg->variadic)
			values[arg->value_count++] = pairs[i].value;
	}
	arg->values = values;
}

static void resolve_arguments(struct plan_call *call, const struct query *q, const struct cat_routine *r,
	const struct catalog *cat, const struct conf *c, struct arena *a)
{
	const struct cat_parameter *params = catalog_parameters(cat, r->parameters);
	struct plan_argument *args = arena_make_array(a, struct plan_argument, r->parameters.count);
	struct plan_keys keys = keys_of(q, a);
	bool form = is_post(q), csv = q->payload.media.kind == MEDIA_CSV && c->csv_dialect != CONF_CSV_POSTGREST;
	for (size_t i = 0; i < r->parameters.count; i++) {
		struct str name = catalog_text(cat, params[i].name);
		if (!keys_have(&keys, name))
			continue;
		struct plan_argument *arg = &args[call->argument_count++];
		if (is_unnamed(&params[i]))
			call->placed = call->argument_count;
		*arg = (struct plan_argument){ .name = name,
			.type_name = catalog_text(cat, params[i].type_name),
			.variadic = params[i].variadic,
			.json_as_text = csv && oid_is_json(params[i].base_type) };
		if (call->from == ARGUMENTS_TEXT)
			text_argument(arg, form ? q->payload.pairs : q->params, form ? q->payload.pair_count : q->param_count, a);
	}
	call->arguments = args;
}

/* Whether the one parameter without a name gets the body as it came, as PostgREST has it: by its type, or because the
 * body says so itself by the empty name. Other types take the member. */
static bool takes_whole(const struct cat_routine *r, const struct query *q, const struct catalog *cat, struct arena *a)
{
	const struct cat_parameter *p = only_unnamed(r, cat);
	if (!p || !is_post(q) || !body_type_any(p->type))
		return false;
	struct plan_keys keys = keys_of(q, a);
	bool is_text = q->payload.kind == PAYLOAD_RAW && q->payload.body.n > 0;
	return takes_body(p->type, &q->payload) || is_text || keys_have(&keys, STR(""));
}

/* A form of nothing but the empty name, as an object. */
static struct str form_body(const struct payload *p, struct arena *a)
{
	struct buf out = buf_new(a, arena_left(a));
	buf_lit(&out, "{\"\":");
	json_escape(&out, p->pairs[p->pair_count - 1].value);
	buf_char(&out, '}');
	return buf_str(&out);
}

void plan_call(struct plan_call *out_r, const struct query *q, const struct cat_routine *r, const struct catalog *cat,
	const struct conf *c, struct arena *a)
{
	*out_r = (struct plan_call){ .scalar = r->returns != CAT_RETURNS_COMPOSITE, .body = q->payload.body };
	if (takes_whole(r, q, cat, a)) {
		out_r->from = ARGUMENTS_BODY;
		if (q->payload.kind == PAYLOAD_FORM)
			out_r->body = form_body(&q->payload, a);
		out_r->body_type = catalog_parameters(cat, r->parameters)->type;
		return;
	}
	out_r->from = is_post(q) && is_json(&q->payload) ? ARGUMENTS_JSON : ARGUMENTS_TEXT;
	struct str text = str_trim(q->payload.body);
	out_r->is_array = text.n > 0 && text.p[0] == '[';
	resolve_arguments(out_r, q, r, cat, c, a);
	if (out_r->argument_count == 0)
		out_r->from = ARGUMENTS_NONE;
}
