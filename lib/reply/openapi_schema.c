/* Definitions of the OpenAPI document: relations and arguments as JSON schemas.
 * SPDX-License-Identifier: MIT */
#include "base/scan.h"
#include "catalog/related.h"
#include "openapi_doc.h"

/* Types that are not simply strings; anything else is one, arrays aside. Integers have formats of OpenAPI's own. */
static const struct {
	struct str sql_name, type, format;
} types[] = {
	{ STR_INIT("boolean"), STR_INIT("boolean"), { NULL, 0 } },
	{ STR_INIT("smallint"), STR_INIT("integer"), STR_INIT("int32") },
	{ STR_INIT("integer"), STR_INIT("integer"), STR_INIT("int32") },
	{ STR_INIT("bigint"), STR_INIT("integer"), STR_INIT("int64") },
	{ STR_INIT("numeric"), STR_INIT("number"), { NULL, 0 } },
	{ STR_INIT("real"), STR_INIT("number"), { NULL, 0 } },
	{ STR_INIT("double precision"), STR_INIT("number"), { NULL, 0 } },
	{ STR_INIT("json"), { NULL, 0 }, { NULL, 0 } },
	{ STR_INIT("jsonb"), { NULL, 0 }, { NULL, 0 } },
};

struct str openapi_type(struct str sql_name)
{
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (str_eq(types[i].sql_name, sql_name))
			return types[i].type;
	return str_ends(sql_name, STR("[]")) ? STR("array") : STR("string");
}

struct str openapi_format(struct str sql_name)
{
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (types[i].format.p && str_eq(types[i].sql_name, sql_name))
			return types[i].format;
	return sql_name;
}

/* Built-in types by their bare name, also behind a domain; others as the column has them. */
struct str openapi_column_format(const struct openapi *o, const struct cat_column *column)
{
	const struct cat_type *base = catalog_type(o->cat, column->base_type);
	if (base && str_eq(catalog_text(o->cat, base->schema), STR("pg_catalog")))
		return catalog_text(o->cat, base->sql_name);
	return catalog_text(o->cat, column->full_type_name);
}

/* Where the schema ends in a qualified name as PostgreSQL prints it, quoted where it must be. */
static size_t schema_end(struct str name)
{
	bool quoted = false;
	for (size_t i = 0; i < name.n; i++) {
		quoted ^= name.p[i] == '"';
		if (name.p[i] == '.' && !quoted)
			return i;
	}
	return name.n;
}

/* Whether a schema of the search path has the type of that name, and PostgreSQL itself has none. */
static bool is_in_path(const struct openapi *o, struct str schema, struct str bare_name)
{
	const struct conf_list *extra = &o->plan->conf->db_extra_search_path;
	bool found = str_eq(schema, o->plan->query->schema);
	for (size_t i = 0; i < extra->count && !found; i++)
		found = str_eq(schema, extra->items[i]);
	return found && !catalog_type_named(o->cat, bare_name);
}

/* What the role may call, PostgreSQL describes to it: without the schema where the search path finds the type. */
struct str openapi_parameter_format(const struct openapi *o, const struct cat_parameter *parameter)
{
	const struct cat_type *type = catalog_type(o->cat, parameter->type);
	struct str name = catalog_text(o->cat, type ? type->sql_name : parameter->type_name);
	size_t end = schema_end(name);
	bool follows = o->plan->conf->openapi_mode == CONF_OPENAPI_FOLLOW;
	if (!follows || !type || end == name.n)
		return name;
	struct str bare = str_from(name, end + 1);
	return is_in_path(o, catalog_text(o->cat, type->schema), bare) ? bare : name;
}

/* "items" of an array: what its elements are. */
static void put_items(struct openapi *o, struct str format)
{
	if (!str_ends(format, STR("[]")))
		return;
	jsonw_key(&o->w, STR("items"));
	jsonw_open(&o->w, '{');
	jsonw_member(&o->w, STR("type"), openapi_type(str_sub(format, 0, format.n - 2)));
	jsonw_close(&o->w, '}');
}

/* number of RFC 8259 section 6, or true, false, null: what may stand in JSON as it is. */
static bool is_json_literal(struct str s)
{
	static const char digits[] = "0123456789";
	if (str_eq(s, STR("true")) || str_eq(s, STR("false")) || str_eq(s, STR("null")))
		return true;
	struct scan c = scan_of(s);
	struct str whole;
	scan_char(&c, '-');
	if (!scan_set(&c, digits, s.n, &whole) || (whole.n > 1 && whole.p[0] == '0'))
		return false;
	if (scan_char(&c, '.') && !scan_set(&c, digits, s.n, NULL))
		return false;
	if (scan_char(&c, 'e') || scan_char(&c, 'E')) {
		if (!scan_char(&c, '-'))
			scan_char(&c, '+');
		if (!scan_set(&c, digits, s.n, NULL))
			return false;
	}
	return scan_done(&c);
}

/* Takes the cast to format off, and the quotes around what is left. */
static bool strip_cast(struct str *value, struct str format, struct arena *a)
{
	struct str cast = str_printf(a, "::%.*s", STR_ARG(str_eq(format, STR("character")) ? STR("bpchar") : format));
	if (!str_ends(*value, cast))
		return false;
	value->n -= cast.n;
	while (value->n && value->p[0] == '\'')
		*value = str_from(*value, 1);
	while (value->n && value->p[value->n - 1] == '\'')
		value->n--;
	return true;
}

/* A default that is a plain value: of a string 'x'::type without cast and quotes, of other types only what is JSON
 * already. An expression for a string is shown as its text, unless it would have to be one of a few or short. */
static void put_default(struct openapi *o, const struct cat_column *column, struct str format)
{
	struct str value = catalog_text(o->cat, column->default_value);
	if (!value.p)
		return;
	if (str_eq(openapi_type(format), STR("string"))) {
		if (strip_cast(&value, format, o->scratch) || (!column->max_length && !column->enum_values.count))
			jsonw_member(&o->w, STR("default"), value);
	} else if (is_json_literal(value)) {
		jsonw_key(&o->w, STR("default"));
		jsonw_raw(&o->w, value);
	}
}

/* Where the columns of a relation lead, one for each: those that make a foreign key by themselves. */
struct target {
	const struct cat_relation *relation; /* NULL: nowhere */
	uint32_t column;
};

struct targets {
	const struct openapi *o;
	const struct cat_relation *from;
	struct target *of;
};

/* Tables go before views, then the first by name. */
static bool goes_before(const struct cat_relation *a, const struct cat_relation *b)
{
	return cat_is_view(a) != cat_is_view(b) ? cat_is_view(b) : a < b;
}

static bool found_target(void *arg, const struct cat_relationship *r)
{
	const struct targets *t = arg;
	const struct catalog *cat = t->o->cat;
	if (r->columns.count != 1 || !str_eq(catalog_text(cat, r->to->schema), catalog_text(cat, t->from->schema)))
		return true;
	struct target *target = &t->of[r->columns.left[0] - t->from->columns.first];
	if (!target->relation || goes_before(r->to, target->relation))
		*target = (struct target){ r->to, r->columns.right[0] };
	return true;
}

static struct target *targets_of(const struct openapi *o, const struct cat_relation *rel)
{
	struct targets t = { o, rel, arena_make_array(o->scratch, struct target, rel->columns.count) };
	catalog_references(o->cat, rel, found_target, &t);
	return t.of;
}

static void put_key_note(struct openapi *o, struct buf *note, const struct target *target)
{
	struct str table = catalog_text(o->cat, target->relation->name);
	struct str column = catalog_text(o->cat, catalog_column_at(o->cat, target->column)->name);
	buf_printf(note, "\nThis is a Foreign Key to `%.*s.%.*s`.<fk table='%.*s' column='%.*s'/>", STR_ARG(table),
		STR_ARG(column), STR_ARG(table), STR_ARG(column));
}

/* The comment, and what a client generator looks for: which columns are keys. */
static void put_column_description(struct openapi *o, const struct cat_relation *rel, const struct cat_column *column,
	const struct target *target)
{
	struct buf note = buf_new(o->scratch, arena_left(o->scratch));
	struct str comment = catalog_text(o->cat, column->comment);
	bool primary = catalog_in_primary_key(o->cat, rel, column);
	if (primary || target->relation) {
		buf_put(&note, comment);
		buf_put(&note, comment.p ? STR("\n\nNote:") : STR("Note:"));
	}
	if (primary)
		buf_lit(&note, "\nThis is a Primary Key.<pk/>");
	if (target->relation)
		put_key_note(o, &note, target);
	jsonw_member(&o->w, STR("description"), note.n ? buf_str(&note) : comment);
}

static void put_enum(struct openapi *o, struct cat_run values)
{
	if (!values.count)
		return;
	jsonw_key(&o->w, STR("enum"));
	jsonw_open(&o->w, '[');
	for (uint32_t i = 0; i < values.count; i++)
		jsonw_text(&o->w, catalog_text(o->cat, catalog_texts(o->cat, values)[i]));
	jsonw_close(&o->w, ']');
}

static void put_property(struct openapi *o, const struct cat_relation *rel, const struct cat_column *column,
	const struct target *target)
{
	struct str format = openapi_column_format(o, column);
	jsonw_key(&o->w, catalog_text(o->cat, column->name));
	jsonw_open(&o->w, '{');
	put_default(o, column, format);
	put_column_description(o, rel, column, target);
	put_enum(o, column->enum_values);
	jsonw_member(&o->w, STR("format"), openapi_format(format));
	put_items(o, format);
	if (column->max_length > 0) {
		jsonw_key(&o->w, STR("maxLength"));
		jsonw_int(&o->w, column->max_length);
	}
	jsonw_member(&o->w, STR("type"), openapi_type(format));
	jsonw_close(&o->w, '}');
}

/* "required" may not be empty: it is begun with its first name. */
static void put_required(struct openapi *o, struct str name, bool *begun)
{
	if (!*begun) {
		jsonw_key(&o->w, STR("required"));
		jsonw_open(&o->w, '[');
	}
	*begun = true;
	jsonw_text(&o->w, name);
}

static void put_definition(struct openapi *o, const struct cat_relation *rel)
{
	const struct cat_column *columns = catalog_columns(o->cat, rel->columns);
	const struct target *targets = targets_of(o, rel);
	bool required = false;
	jsonw_key(&o->w, catalog_text(o->cat, rel->name));
	jsonw_open(&o->w, '{');
	jsonw_member(&o->w, STR("description"), catalog_text(o->cat, rel->comment));
	for (uint32_t i = 0; i < rel->columns.count; i++)
		if (!columns[i].nullable)
			put_required(o, catalog_text(o->cat, columns[i].name), &required);
	if (required)
		jsonw_close(&o->w, ']');
	if (rel->columns.count) {
		jsonw_key(&o->w, STR("properties"));
		jsonw_open(&o->w, '{');
	}
	for (uint32_t i = 0; i < rel->columns.count; i++)
		put_property(o, rel, &columns[i], &targets[i]);
	if (rel->columns.count)
		jsonw_close(&o->w, '}');
	jsonw_member(&o->w, STR("type"), STR("object"));
	jsonw_close(&o->w, '}');
}

void openapi_put_definitions(struct openapi *o)
{
	jsonw_key(&o->w, STR("definitions"));
	jsonw_open(&o->w, '{');
	for (size_t i = 0; i < o->relation_count; i++) {
		if (o->usable[i])
			put_definition(o, &o->relations[i]);
		openapi_flush(o);
	}
	jsonw_close(&o->w, '}');
}

static void put_argument(struct openapi *o, const struct cat_parameter *p)
{
	struct str format = openapi_parameter_format(o, p);
	jsonw_open(&o->w, '{');
	jsonw_member(&o->w, STR("format"), openapi_format(format));
	put_items(o, format);
	jsonw_member(&o->w, STR("type"), openapi_type(format));
	jsonw_close(&o->w, '}');
}

/* The only parameter, unnamed, takes the body whole; named ones are the members of an object. */
void openapi_put_arguments(struct openapi *o, const struct cat_routine *routine)
{
	const struct cat_parameter *parameters = catalog_parameters(o->cat, routine->parameters);
	uint32_t count = routine->parameters.count;
	bool required = false;
	if (count == 1 && !parameters[0].name.length) {
		put_argument(o, &parameters[0]);
		return;
	}
	jsonw_open(&o->w, '{');
	jsonw_member(&o->w, STR("description"), catalog_text(o->cat, routine->comment));
	for (uint32_t i = 0; i < count; i++)
		if (parameters[i].required)
			put_required(o, catalog_text(o->cat, parameters[i].name), &required);
	if (required)
		jsonw_close(&o->w, ']');
	if (count) {
		jsonw_key(&o->w, STR("properties"));
		jsonw_open(&o->w, '{');
	}
	for (uint32_t i = 0; i < count; i++) {
		jsonw_key(&o->w, catalog_text(o->cat, parameters[i].name));
		put_argument(o, &parameters[i]);
	}
	if (count)
		jsonw_close(&o->w, '}');
	jsonw_member(&o->w, STR("type"), STR("object"));
	jsonw_close(&o->w, '}');
}
