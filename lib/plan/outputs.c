/* Resolves select lists.
 * SPDX-License-Identifier: MIT */
#include "plan/apart.h"
#include "plan/place.h"

/* Types a cast may go to without PostgreSQL's help in encoding; nobody else's code runs for them either. */
static const char *const PLAIN_CASTS[] = {
	"text",
	"int",
	"integer",
	"int4",
	"bigint",
	"int8",
	"smallint",
	"int2",
	"numeric",
	"decimal",
	"real",
	"float4",
	"float8",
	"double precision",
	"boolean",
	"bool",
	"varchar",
	"character varying",
	"uuid",
	"json",
	"jsonb",
	"date",
	"time",
	"timestamp",
	"timestamptz",
	"timestamp with time zone",
	"timestamp without time zone",
	"interval",
};

static bool is_plain_cast(struct str type)
{
	for (size_t i = 0; i < COUNT_OF(PLAIN_CASTS); i++)
		if (str_eq_nocase(type, str_of(PLAIN_CASTS[i])))
			return true;
	return false;
}

/* The last key of an arrow path, or for an index at its end the name before it: what the value is called. */
static struct str path_name(const struct plan_field *field)
{
	for (size_t i = field->step_count; i > 0; i--)
		if (!field->steps[i - 1].is_index)
			return field->steps[i - 1].key;
	return field->name;
}

static bool output_to_json(const struct plan_source *s, const struct plan_output *out)
{
	if (out->aggregate == AGGREGATE_COUNT && !out->aggregate_cast.p)
		return false;
	struct str cast = out->aggregate_cast.p ? out->aggregate_cast : out->cast;
	if (cast.p)
		return !is_plain_cast(cast);
	return !out->represent.p && source_to_json(s, &out->field);
}

static bool output_user_code(const struct plan_source *s, const struct plan_output *out)
{
	return source_user_code(s, &out->field) || (out->cast.p && !is_plain_cast(out->cast))
		|| (out->aggregate_cast.p && !is_plain_cast(out->aggregate_cast));
}

static struct str representation(const struct plan_source *s, const struct plan_field *field)
{
	return field->domain ? catalog_text(s->catalog, field->domain->to_json) : STR_NONE;
}

/* Built-in types that are not compared for equality: rows cannot be grouped by them. */
static bool has_no_equality(struct str type)
{
	static const char *const types[] = { "json", "xml", "point", "box", "line", "lseg", "path", "polygon", "circle" };
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (str_eq_nocase(type, str_of(types[i])))
			return true;
	return false;
}

static struct plan_output output_of(const struct plan_source *s, const struct select_item *item)
{
	struct plan_output out = {
		.field = source_field(s, &item->field),
		.cast = item->cast,
		.aggregate = item->aggregate,
		.aggregate_cast = item->aggregate_cast,
		.unequal = item->cast.p && has_no_equality(item->cast),
	};
	struct str name = item->aggregate ? aggregate_names[item->aggregate] : path_name(&out.field);
	out.name = item->alias.p ? item->alias : name;
	out.represent = representation(s, &out.field);
	out.to_json = output_to_json(s, &out);
	return out;
}

static struct plan_output column_output(const struct plan_source *s, size_t i)
{
	struct plan_output out = { .field = source_column(s, i) };
	out.name = out.field.name;
	out.represent = representation(s, &out.field);
	out.to_json = output_to_json(s, &out);
	return out;
}

static size_t count_outputs(const struct place *p, bool whole)
{
	size_t count = 0;
	for (const struct select_item *item = p->items; item; item = item->next)
		count += item->kind == SELECT_ALL && !whole ? source_columns(&p->source) : item->kind != SELECT_EMBED;
	for (size_t i = 0; i < p->child_count; i++)
		count += p->children[i].embed->spread ? p->children[i].select->output_count : p->children[i].embed->shown;
	return count;
}

static void add_output(struct place *p, struct plan_output *outputs, struct plan_output out)
{
	struct plan_select *sel = p->select;
	sel->user_code = sel->user_code || (out.shows == SHOWS_FIELD && output_user_code(&p->source, &out));
	sel->aggregated = sel->aggregated || out.aggregate != AGGREGATE_NONE;
	outputs[sel->output_count++] = out;
}

/* A column of a spread as one of the place around it. An aggregate goes along, to where its rows are grouped: what is
 * left of it is its argument; and so does a cast to what cannot be grouped by. */
static struct plan_output lifted(const struct plan_embed *embed, struct plan_output *out, size_t i)
{
	struct plan_output up = {
		.shows = SHOWS_LIFTED,
		.embed = embed,
		.lifted = i,
		.name = out->name,
		.to_json = out->to_json && embed->to_one,
		.aggregate = out->aggregate,
		.aggregate_cast = out->aggregate_cast,
	};
	if (out->aggregate && out->shows == SHOWS_FIELD && !out->field.name.p)
		out->shows = SHOWS_ROW;
	if (out->unequal && embed->to_one) {
		up.cast = out->cast;
		up.unequal = true;
		out->cast = STR_NONE;
		out->unequal = false;
	}
	out->aggregate = AGGREGATE_NONE;
	out->aggregate_cast = STR_NONE;
	return up;
}

static void add_embed(struct place *p, struct plan_output *outputs, struct place *child)
{
	struct plan_output *below = child->outputs;
	if (!child->embed->spread && child->embed->shown)
		add_output(p, outputs,
			(struct plan_output){
				.shows = SHOWS_EMBED,
				.embed = child->embed,
				.name = child->embed->name,
			});
	for (size_t i = 0; child->embed->spread && i < child->select->output_count; i++)
		add_output(p, outputs, lifted(child->embed, &below[i], i));
	if (child->embed->spread)
		child->select->aggregated = false;
}

/* Where rows are grouped, be it around a spread, JSON is compared. */
static void note_groups(struct place *p, bool around)
{
	struct plan_select *sel = p->select;
	sel->grouped = sel->aggregated || (around && p->embed && p->embed->spread);
	for (size_t i = 0; i < sel->output_count && sel->grouped; i++)
		p->outputs[i].field.as_jsonb = !p->outputs[i].aggregate && source_is_json(&p->outputs[i].field);
	for (size_t i = 0; i < p->child_count; i++)
		note_groups(&p->children[i], sel->grouped);
}

static void add_all(struct reader *r, struct place *p, bool whole)
{
	if (whole) {
		add_output(p, p->outputs, place_all(r, p));
		return;
	}
	for (size_t i = 0; i < source_columns(&p->source); i++)
		add_output(p, p->outputs, column_output(&p->source, i));
}

/* Whether the worker can make JSON of a column: of many rows only of a bare one. */
static bool is_sent(const struct place *p, const struct plan_output *out)
{
	if (out->to_json || p->embed->to_one)
		return !out->to_json;
	return plan_is_bare(out) && plan_can_gather(p->source.catalog, out->field.type);
}

static bool is_all_sent(const struct place *p)
{
	for (size_t i = 0; i < source_columns(&p->source); i++) {
		struct plan_output out = column_output(&p->source, i);
		if (!is_sent(p, &out))
			return false;
	}
	return true;
}

static bool is_separable(const struct place *p)
{
	const struct plan_embed *e = p->embed;
	bool separable = e->shown && !e->spread && !p->select->aggregated;
	size_t count = 0;
	for (size_t i = 0; i < p->select->output_count && separable; i++) {
		bool all = p->outputs[i].shows == SHOWS_ALL;
		separable = all ? is_all_sent(p) : is_sent(p, &p->outputs[i]);
		count += all ? source_columns(&p->source) : 1;
	}
	return separable && count <= PLAN_APART_MOST;
}

/* Columns come first, then what the embeds show, as PostgREST lists them. */
static bool resolve_outputs(struct reader *r, struct place *p)
{
	const struct plan_source *s = &p->source;
	for (size_t i = 0; i < p->child_count; i++)
		if (!resolve_outputs(r, &p->children[i]))
			return false;
	bool whole = place_leaves_all(r, p);
	size_t most = count_outputs(p, whole);
	p->outputs = arena_make_array(r->arena, struct plan_output, most);
	p->select->outputs = p->outputs;
	for (const struct select_item *item = p->items; item; item = item->next) {
		if (item->kind == SELECT_FIELD)
			add_output(p, p->outputs, output_of(s, item));
		if (item->kind == SELECT_ALL)
			add_all(r, p, whole);
	}
	for (size_t i = 0; i < p->child_count; i++)
		add_embed(p, p->outputs, &p->children[i]);
	assert(p->select->output_count <= most);
	if (p->embed)
		p->embed->separable = is_separable(p);
	bool to_many_spread = p->embed && p->embed->spread && !p->embed->to_one;
	if (!to_many_spread || !p->select->aggregated)
		return true;
	fault_set(r->fault, 400, "PGRST127", STR("Feature not implemented"));
	return fault_details(r->fault, STR("Aggregates are not implemented for one-to-many or many-to-many spreads."));
}

bool place_outputs(struct reader *r, struct place *p)
{
	if (!resolve_outputs(r, p))
		return false;
	note_groups(p, false);
	return true;
}
