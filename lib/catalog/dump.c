/* Writes the catalog as JSON for people: what --dump-schema prints.
 * SPDX-License-Identifier: MIT */
#include "base/jsonw.h"
#include "catalog/block.h"

struct dump {
	const struct catalog *cat;
	struct jsonw w;
};

static void dump_text(struct dump *d, struct str key, struct cat_text text)
{
	jsonw_member(&d->w, key, catalog_text(d->cat, text));
}

static void put_flag(struct dump *d, struct str key, bool value)
{
	if (!value)
		return;
	jsonw_key(&d->w, key);
	jsonw_bool(&d->w, true);
}

/* A member of one character, as the system catalogs have it. */
static void put_char(struct dump *d, struct str key, uint32_t value)
{
	char text = (char)value;
	jsonw_member(&d->w, key, value ? (struct str){ &text, 1 } : STR_NONE);
}

static void put_columns_by_index(struct dump *d, struct str key, struct cat_run run, uint32_t first, uint32_t step)
{
	jsonw_key(&d->w, key);
	jsonw_open(&d->w, '[');
	for (uint32_t i = first; i < run.count; i += step) {
		const struct cat_column *column = catalog_column_at(d->cat, catalog_key_columns(d->cat, run)[i]);
		jsonw_text(&d->w, catalog_text(d->cat, column->name));
	}
	jsonw_close(&d->w, ']');
}

static void put_column(struct dump *d, const struct cat_column *c)
{
	jsonw_open(&d->w, '{');
	dump_text(d, STR("name"), c->name);
	dump_text(d, STR("type"), c->full_type_name);
	dump_text(d, STR("cast"), c->type_name);
	dump_text(d, STR("default"), c->default_value);
	put_flag(d, STR("nullable"), c->nullable);
	put_char(d, STR("generated"), c->generated);
	put_char(d, STR("identity"), c->identity);
	dump_text(d, STR("comment"), c->comment);
	if (c->max_length) {
		jsonw_key(&d->w, STR("maxLength"));
		jsonw_int(&d->w, c->max_length);
	}
	if (c->enum_values.count) {
		jsonw_key(&d->w, STR("enum"));
		jsonw_open(&d->w, '[');
		for (uint32_t i = 0; i < c->enum_values.count; i++)
			jsonw_text(&d->w, catalog_text(d->cat, catalog_texts(d->cat, c->enum_values)[i]));
		jsonw_close(&d->w, ']');
	}
	jsonw_close(&d->w, '}');
}

static void put_partial_keys(struct dump *d, struct cat_run run)
{
	if (!run.count)
		return;
	jsonw_key(&d->w, STR("partialKeys"));
	jsonw_open(&d->w, '[');
	for (uint32_t i = 0; i < run.count; i++) {
		const struct cat_partial_key *key = (const struct cat_partial_key *)block_table(d->cat, TABLE_PARTIAL_KEYS)
			+ run.first + i;
		jsonw_open(&d->w, '{');
		put_columns_by_index(d, STR("columns"), key->columns, 0, 1);
		dump_text(d, STR("condition"), key->condition);
		jsonw_close(&d->w, '}');
	}
	jsonw_close(&d->w, ']');
}

static void put_relation(struct dump *d, const struct cat_relation *r)
{
	jsonw_open(&d->w, '{');
	dump_text(d, STR("schema"), r->schema);
	dump_text(d, STR("name"), r->name);
	put_char(d, STR("kind"), r->kind);
	dump_text(d, STR("comment"), r->comment);
	put_flag(d, STR("insertable"), r->insertable);
	put_flag(d, STR("updatable"), r->updatable);
	put_flag(d, STR("deletable"), r->deletable);
	put_columns_by_index(d, STR("primaryKey"), r->primary_key, 0, 1);
	put_partial_keys(d, r->partial_keys);
	jsonw_key(&d->w, STR("columns"));
	jsonw_open(&d->w, '[');
	for (uint32_t i = 0; i < r->columns.count; i++)
		put_column(d, catalog_columns(d->cat, r->columns) + i);
	jsonw_close(&d->w, ']');
	jsonw_close(&d->w, '}');
}

static void put_relation_name(struct dump *d, struct str key, uint32_t index)
{
	const struct cat_relation *r = catalog_relation_at(d->cat, index);
	jsonw_key(&d->w, key);
	jsonw_open(&d->w, '[');
	jsonw_text(&d->w, catalog_text(d->cat, r->schema));
	jsonw_text(&d->w, catalog_text(d->cat, r->name));
	jsonw_close(&d->w, ']');
}

static void put_foreign_key(struct dump *d, const struct cat_foreign_key *k)
{
	jsonw_open(&d->w, '{');
	dump_text(d, STR("name"), k->name);
	put_relation_name(d, STR("from"), k->from);
	put_columns_by_index(d, STR("columns"), k->columns, 0, 2);
	put_relation_name(d, STR("to"), k->to);
	put_columns_by_index(d, STR("references"), k->columns, 1, 2);
	put_flag(d, STR("oneToOne"), k->one_to_one);
	jsonw_close(&d->w, '}');
}

static void put_parameters(struct dump *d, struct str key, struct cat_run run)
{
	jsonw_key(&d->w, key);
	jsonw_open(&d->w, '[');
	for (uint32_t i = 0; i < run.count; i++) {
		const struct cat_parameter *p = catalog_parameters(d->cat, run) + i;
		jsonw_open(&d->w, '{');
		dump_text(d, STR("name"), p->name);
		dump_text(d, STR("type"), p->type_name);
		put_flag(d, STR("required"), p->required);
		put_flag(d, STR("variadic"), p->variadic);
		jsonw_close(&d->w, '}');
	}
	jsonw_close(&d->w, ']');
}

static void put_settings(struct dump *d, struct cat_run run)
{
	jsonw_key(&d->w, STR("settings"));
	jsonw_open(&d->w, '{');
	const struct cat_setting *settings = catalog_settings(d->cat, run);
	for (uint32_t i = 0; i < run.count; i++)
		dump_text(d, catalog_text(d->cat, settings[i].name), settings[i].value);
	jsonw_close(&d->w, '}');
}

static void put_routine(struct dump *d, const struct cat_routine *r)
{
	static const struct str returns[] = {
		[CAT_RETURNS_VOID] = STR_INIT("void"),
		[CAT_RETURNS_SCALAR] = STR_INIT("scalar"),
		[CAT_RETURNS_COMPOSITE] = STR_INIT("composite"),
	};
	static_assert(COUNT_OF(returns) == CAT_RETURNS_COMPOSITE + 1, "a word for each");
	const struct cat_type *type = catalog_type(d->cat, r->return_type);
	jsonw_open(&d->w, '{');
	dump_text(d, STR("schema"), r->schema);
	dump_text(d, STR("name"), r->name);
	dump_text(d, STR("comment"), r->comment);
	put_char(d, STR("volatility"), r->volatility);
	put_parameters(d, STR("parameters"), r->parameters);
	jsonw_member(&d->w, STR("returns"), returns[r->returns]);
	jsonw_member(&d->w, STR("type"), type ? catalog_text(d->cat, type->sql_name) : STR_NONE);
	put_flag(d, STR("set"), r->returns_set);
	if (r->return_relation != CAT_NONE)
		put_relation_name(d, STR("relation"), r->return_relation);
	put_parameters(d, STR("columns"), r->out_columns);
	put_settings(d, r->settings);
	jsonw_close(&d->w, '}');
}

static void put_handler(struct dump *d, const struct cat_handler *h)
{
	const struct cat_type *type = h->row_type ? catalog_type(d->cat, h->row_type) : NULL;
	jsonw_open(&d->w, '{');
	dump_text(d, STR("function"), h->function);
	dump_text(d, STR("mediaType"), h->media_type);
	dump_text(d, STR("answered"), h->answered);
	jsonw_member(&d->w, STR("of"), type ? catalog_text(d->cat, type->sql_name) : STR_NONE);
	jsonw_close(&d->w, '}');
}

static void put_role(struct dump *d, const struct cat_role *r)
{
	jsonw_open(&d->w, '{');
	dump_text(d, STR("name"), r->name);
	dump_text(d, STR("isolation"), r->isolation);
	put_settings(d, r->settings);
	jsonw_close(&d->w, '}');
}

/* An array of one table's records, a line each. */
#define PUT_TABLE(d, key, table, type, put)                                                                            \
	do {                                                                                                               \
		const struct type *records = block_table((d)->cat, (table));                                                   \
		jsonw_key(&(d)->w, STR(key));                                                                                  \
		jsonw_open(&(d)->w, '[');                                                                                      \
		for (uint32_t i = 0; i < block_count((d)->cat, (table)); i++) {                                                \
			buf_char((d)->w.out, '\n');                                                                                \
			put((d), &records[i]);                                                                                     \
		}                                                                                                              \
		jsonw_close(&(d)->w, ']');                                                                                     \
	} while (0)

void catalog_summary(const struct catalog *cat, struct buf *out)
{
	const struct cat_type *types = block_table(cat, TABLE_TYPES);
	unsigned represented = 0;
	for (uint32_t i = 0; i < block_count(cat, TABLE_TYPES); i++)
		represented += (types[i].to_json.length > 0) + (types[i].from_json.length > 0)
			+ (types[i].from_text.length > 0);
	buf_printf(out, "%u Relations, %u Relationships, %u Functions, %u Domain Representations, %u Media Type Handlers",
		block_count(cat, TABLE_RELATIONS), block_count(cat, TABLE_FOREIGN_KEYS), block_count(cat, TABLE_ROUTINES),
		represented, block_count(cat, TABLE_HANDLERS));
}

void catalog_dump(const struct catalog *cat, struct buf *out)
{
	struct dump d = { cat, { out, false } };
	jsonw_open(&d.w, '{');
	jsonw_key(&d.w, STR("serverVersion"));
	jsonw_int(&d.w, catalog_server_version(cat));
	PUT_TABLE(&d, "relations", TABLE_RELATIONS, cat_relation, put_relation);
	PUT_TABLE(&d, "foreignKeys", TABLE_FOREIGN_KEYS, cat_foreign_key, put_foreign_key);
	PUT_TABLE(&d, "functions", TABLE_ROUTINES, cat_routine, put_routine);
	PUT_TABLE(&d, "mediaHandlers", TABLE_HANDLERS, cat_handler, put_handler);
	PUT_TABLE(&d, "roles", TABLE_ROLES, cat_role, put_role);
	jsonw_close(&d.w, '}');
	buf_char(out, '\n');
}
