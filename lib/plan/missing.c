/* Words for names that were not found, in the schema cache's terms, as clients know them.
 * SPDX-License-Identifier: MIT */
#include "plan/missing.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/order.h"
#include "plan/body_type.h"
#include "plan/nearest.h"

/* A name must be this near to be given away; parameters of a function whose name is known may be farther off. */
static const double NAME_SCORE = 0.75, PARAMETERS_SCORE = 0.33;
enum { MAX_MESSAGE = 64 * 1024, MAX_RELATIONS = 500 }; /* a schema of so many is not searched for a near name */

bool missing_relation(const struct query *q, const struct catalog *cat, struct arena *a, struct fault *f)
{
	struct nearest near = nearest_of(q->name, NAME_SCORE);
	size_t count;
	const struct cat_relation *rels = catalog_relations(cat, q->schema, &count);
	for (size_t i = 0; i < count && count < MAX_RELATIONS; i++)
		if (!rels[i].unlisted)
			nearest_offer(&near, catalog_text(cat, rels[i].name));
	fault_printf(f, a, 404, "PGRST205", "Could not find the table '%.*s.%.*s' in the schema cache", STR_ARG(q->schema),
		STR_ARG(q->name));
	if (near.best.p)
		f->hint = str_printf(a, "Perhaps you meant the table '%.*s.%.*s'", STR_ARG(q->schema), STR_ARG(near.best));
	return false;
}

bool missing_column(const struct cat_relation *rel, struct str column, const struct catalog *cat, struct arena *a,
	struct fault *f)
{
	struct str name = catalog_text(cat, rel->name);
	return fault_printf(f, a, 400, "PGRST204", "Could not find the '%.*s' column of '%.*s' in the schema cache",
		STR_ARG(column), STR_ARG(name));
}

bool missing_embed(struct str name, struct arena *a, struct fault *f)
{
	fault_printf(f, a, 400, "PGRST108", "'%.*s' is not an embedded resource in this request", STR_ARG(name));
	return fault_hint(f,
		str_printf(a, "Verify that '%.*s' is included in the 'select' query parameter.", STR_ARG(name)));
}

/* (a, b, c): the names of a routine's parameters in alphabetical order. */
static struct str signature(const struct cat_routine *r, const struct catalog *cat, struct arena *a)
{
	const struct cat_parameter *params = catalog_parameters(cat, r->parameters);
	struct str *names = arena_make_array(a, struct str, r->parameters.count);
	for (size_t i = 0; i < r->parameters.count; i++)
		names[i] = catalog_text(cat, params[i].name);
	qsort(names, r->parameters.count, sizeof *names, order_texts);
	struct str list = str_join(a, names, r->parameters.count, STR(", "));
	return str_printf(a, "(%.*s)", STR_ARG(list));
}

/* A routine of another name, or of this name with other parameters. */
static struct str routine_hint(const struct query *q, struct str wanted, const struct catalog *cat, struct arena *a)
{
	size_t overloads, all;
	const struct cat_routine *named = catalog_routines_named(cat, q->schema, q->name, &overloads);
	const struct cat_routine *others = catalog_routines(cat, q->schema, &all);
	struct nearest near = overloads ? nearest_of(wanted, PARAMETERS_SCORE) : nearest_of(q->name, NAME_SCORE);
	for (size_t i = 0; i < overloads; i++)
		nearest_offer(&near, signature(&named[i], cat, a));
	for (size_t i = 0; i < all && !overloads; i++)
		nearest_offer(&near, catalog_text(cat, others[i].name));
	if (!near.best.p)
		return STR_NONE;
	struct str name = overloads ? q->name : STR("");
	return str_printf(a, "Perhaps you meant to call the function %.*s.%.*s%.*s", STR_ARG(q->schema), STR_ARG(name),
		STR_ARG(near.best));
}

/* What a body of that type would have had to be, when it is not JSON. */
static struct str single_parameter(const struct query *q)
{
	return q->payload.kind == PAYLOAD_RAW ? body_type_name(q->payload.media.kind) : STR_NONE;
}

/* A body that a single unnamed json parameter takes: CSV and forms are none, though they become JSON. */
static bool is_json_body(const struct query *q)
{
	bool sent = q->payload.kind == PAYLOAD_JSON || q->payload.kind == PAYLOAD_JSON_UNREAD;
	return sent && q->payload.media.kind == MEDIA_JSON;
}

bool missing_routine(const struct query *q, const struct str *keys, size_t key_count, const struct catalog *cat,
	struct arena *a, struct fault *f)
{
	struct str list = str_join(a, keys, key_count, STR(", "));
	struct str single = single_parameter(q), wanted = str_printf(a, "(%.*s)", STR_ARG(list));
	struct str named = key_count == 0
		? STR(" without parameters")
		: str_printf(a, " with parameter%s %.*s", key_count > 1 ? "s" : "", STR_ARG(list));
	if (single.p)
		named = str_printf(a, " with a single unnamed %.*s parameter", STR_ARG(single));
	else if (is_json_body(q))
		named = str_printf(a, "%.*s or with a single unnamed json/jsonb parameter", STR_ARG(named));
	struct str shown = single.p ? STR("") : key_count == 0 ? STR(" without parameters") : wanted;
	fault_printf(f, a, 404, "PGRST202", "Could not find the function %.*s.%.*s%.*s in the schema cache",
		STR_ARG(q->schema), STR_ARG(q->name), STR_ARG(shown));
	f->details = str_printf(a,
		"Searched for the function %.*s.%.*s%.*s, but no matches were found in the schema "
		"cache.",
		STR_ARG(q->schema), STR_ARG(q->name), STR_ARG(named));
	return fault_hint(f, single.p ? STR_NONE : routine_hint(q, wanted, cat, a));
}

static void describe(struct buf *out, const struct cat_routine *r, const struct catalog *cat)
{
	const struct cat_parameter *params = catalog_parameters(cat, r->parameters);
	buf_printf(out, "%.*s.%.*s(", STR_ARG(catalog_text(cat, r->schema)), STR_ARG(catalog_text(cat, r->name)));
	for (size_t i = 0; i < r->parameters.count; i++) {
		const struct cat_type *type = catalog_type(cat, params[i].type);
		buf_put(out, i ? STR(", ") : STR(""));
		buf_put(out, catalog_text(cat, params[i].name));
		buf_lit(out, " => ");
		buf_put(out, catalog_text(cat, type ? type->sql_name : params[i].type_name));
	}
	buf_char(out, ')');
}

bool missing_choice(const struct cat_routine *const *routines, size_t count, const struct catalog *cat, struct arena *a,
	struct fault *f)
{
	struct buf out = buf_new(a, MAX_MESSAGE);
	buf_lit(&out, "Could not choose the best candidate function between: ");
	for (size_t i = 0; i < count; i++) {
		buf_put(&out, i ? STR(", ") : STR(""));
		describe(&out, routines[i], cat);
	}
	fault_set(f, 300, "PGRST203", buf_str(&out));
	return fault_hint(f,
		STR("Try renaming the parameters or the function itself in the database so function "
			"overloading can be resolved"));
}
