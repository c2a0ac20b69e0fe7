/* Looks up columns of relations and of function results.
 * SPDX-License-Identifier: MIT */
#include "plan/source.h"

#include "catalog/oid.h"
#include "plan/call.h"

struct plan_source source_relation(const struct catalog *cat, const struct cat_relation *rel)
{
	struct str name = catalog_text(cat, rel->name);
	return (struct plan_source){ .catalog = cat, .name = name, .alias = name, .relation = rel };
}

static bool is_scalar(const struct plan_source *s)
{
	return s->routine->returns != CAT_RETURNS_COMPOSITE;
}

/* Whether a select list is `*`. */
static bool has_all(const struct select_item *items)
{
	bool all = !items;
	for (; items && !all; items = items->next)
		all = items->kind == SELECT_ALL;
	return all;
}

static bool names_unknown(const struct plan_source *s, const struct select_item *items)
{
	for (; items; items = items->next)
		if (items->kind == SELECT_FIELD && items->field.name.p && !source_knows(s, items->field.name))
			return true;
	return false;
}

static bool filters_unknown(const struct plan_source *s, const struct logic *tree)
{
	if (tree && tree->kind == LOGIC_FILTER)
		return !source_knows(s, tree->filter.field.name);
	for (const struct logic *child = tree ? tree->children : NULL; child; child = child->next)
		if (filters_unknown(s, child))
			return true;
	return false;
}

/* What its rows are called: like the relation or the type they are of, or the function if that returns a value.
 * PostgREST takes the columns that a select list and the filters name from the call itself, and everything from a copy
 * of it when the list is `*` or of a value. */
static struct str routine_alias(const struct plan_source *s, const struct query *q)
{
	if (!is_scalar(s) && !has_all(q->select) && (names_unknown(s, q->select) || filters_unknown(s, q->scopes->where)))
		return PLAN_CALL_ALIAS;
	if (is_scalar(s))
		return s->name;
	if (s->relation)
		return catalog_text(s->catalog, s->relation->name);
	const struct cat_type *type = catalog_type(s->catalog, s->routine->return_type);
	const struct cat_type *base = type ? catalog_type(s->catalog, type->base_type) : NULL;
	return base ? catalog_text(s->catalog, base->name) : STR("record");
}

struct plan_source source_routine(const struct catalog *cat, const struct cat_routine *r, const struct query *q)
{
	bool is_row_type = r->returns == CAT_RETURNS_COMPOSITE && r->return_relation != CAT_NONE;
	struct plan_source source = {
		.catalog = cat,
		.name = catalog_text(cat, r->name),
		.routine = r,
		.relation = is_row_type ? catalog_relation_at(cat, r->return_relation) : NULL,
	};
	source.alias = routine_alias(&source, q);
	return source;
}

size_t source_columns(const struct plan_source *s)
{
	if (s->relation)
		return s->relation->columns.count;
	return is_scalar(s) ? 1 : s->routine->out_columns.count;
}

/* The type a domain stands on, which decides how its values are treated. */
static uint32_t base_of(const struct catalog *cat, uint32_t type)
{
	const struct cat_type *t = catalog_type(cat, type);
	return t ? t->base_type : type;
}

static const struct cat_type *domain_of(const struct catalog *cat, const struct cat_column *c)
{
	return c->type != c->base_type ? catalog_type(cat, c->type) : NULL;
}

struct plan_field source_column(const struct plan_source *s, size_t i)
{
	if (s->relation) {
		const struct cat_column *c = &catalog_columns(s->catalog, s->relation->columns)[i];
		return (struct plan_field){ .name = catalog_text(s->catalog, c->name),
			.type = c->base_type,
			.domain = domain_of(s->catalog, c) };
	}
	if (is_scalar(s))
		return (struct plan_field){ .name = PLAN_SCALAR, .type = base_of(s->catalog, s->routine->return_type) };
	const struct cat_parameter *p = &catalog_parameters(s->catalog, s->routine->out_columns)[i];
	return (struct plan_field){ .name = catalog_text(s->catalog, p->name), .type = p->base_type };
}

static uint32_t type_of(const struct plan_source *s, struct str name)
{
	if (s->relation) {
		const struct cat_column *c = catalog_column(s->catalog, s->relation, name);
		return c ? c->base_type : 0;
	}
	for (size_t i = 0; i < source_columns(s); i++) {
		struct plan_field column = source_column(s, i);
		if (str_eq(column.name, name))
			return column.type;
	}
	return 0;
}

bool source_knows(const struct plan_source *s, struct str name)
{
	return type_of(s, name) != 0;
}

struct plan_field source_field(const struct plan_source *s, const struct field *f)
{
	uint32_t type = f->name.p ? type_of(s, f->name) : 0;
	const struct cat_column *c = s->relation && f->name.p && f->step_count == 0
		? catalog_column(s->catalog, s->relation, f->name)
		: NULL;
	return (struct plan_field){
		.name = f->name,
		.type = type,
		.steps = f->steps,
		.step_count = f->step_count,
		.domain = c ? domain_of(s->catalog, c) : NULL,
		.to_jsonb = f->step_count > 0 && !oid_is_json(type),
	};
}

bool source_is_json(const struct plan_field *f)
{
	return f->type == OID_JSON && (f->step_count == 0 || !f->steps[f->step_count - 1].as_text);
}

/* A function may have left another DateStyle behind, on which the text form of dates depends; to_json's does not. */
static bool is_date(uint32_t type)
{
	uint32_t element = catalog_element_builtin(type);
	type = element ? element : type;
	return type == OID_DATE || type == OID_TIMESTAMP || type == OID_TIMESTAMPTZ;
}

bool source_to_json(const struct plan_source *s, const struct plan_field *f)
{
	if (f->step_count > 0)
		return false;
	if (f->type == 0 || (s->routine && is_date(f->type)))
		return true;
	const struct cat_type *t = catalog_type(s->catalog, f->type);
	return (t ? (enum cat_encoding)t->encoding : catalog_encoding_builtin(f->type)) == CAT_ENCODE_TO_JSON;
}

/* Enums, and arrays of them, are the user's types that bring no functions along. */
bool source_user_code(const struct plan_source *s, const struct plan_field *f)
{
	if (f->type == 0)
		return f->name.p != NULL;
	if (f->domain && (f->domain->to_json.offset || f->domain->from_text.offset))
		return true;
	if (f->type < OID_FIRST_USER)
		return false;
	const struct cat_type *t = catalog_type(s->catalog, f->type);
	const struct cat_type *element = t && t->element_type ? catalog_type(s->catalog, t->element_type) : t;
	return !element || element->kind != 'e';
}
