/* Builds a catalog block from records that arrive in the order of the introspection queries.
 *
 * Owners (relations, types, routines) are added in ascending order of OID, what belongs to them afterwards and
 * together, since it becomes one run of records. The builder keeps the first thing that is out of order in mind and
 * build_finish() reports it. What it keeps lives in a scratch arena; only the block goes to the arena of the result.
 * Internal to lib/catalog and its tests.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CATALOG_BUILD_H
#define ROWGATE_CATALOG_BUILD_H

#include "catalog.h"

struct cat_builder;

struct cat_builder *build_new(struct arena *scratch, int server_version);
/* Stores the text once; STR_NONE is absent. */
struct cat_text build_text(struct cat_builder *b, struct str text);

void build_schema(struct cat_builder *b, struct str name, struct str comment);
/* Runs are filled in later. */
void build_relation(struct cat_builder *b, const struct cat_relation *relation);
/* In order of attnum. type_name, base_type and enum_values come from the type if it is added, at the end. */
void build_column(struct cat_builder *b, uint32_t relation_oid, uint32_t attnum, const struct cat_column *column);
void build_primary_key(struct cat_builder *b, uint32_t relation_oid, uint32_t attnum);
/* Its columns follow. */
void build_partial_key(struct cat_builder *b, uint32_t relation_oid, struct str condition);
void build_partial_key_column(struct cat_builder *b, uint32_t relation_oid, uint32_t attnum);
void build_foreign_key(struct cat_builder *b, struct str name, uint32_t from_oid, uint32_t to_oid, bool one_to_one);
/* A pair of columns of the key added last. */
void build_foreign_key_columns(struct cat_builder *b, uint32_t from_attnum, uint32_t to_attnum);
/* The view's column is nothing but that column of a table, through any number of views; in order of the view. */
void build_origin(struct cat_builder *b, uint32_t view_oid, uint32_t attnum, uint32_t table_oid, uint32_t table_attnum);
/* from and to are OIDs here. Unless both relations are known it is left out. */
void build_computed(struct cat_builder *b, const struct cat_computed *computed);
void build_type(struct cat_builder *b, const struct cat_type *type);
void build_enum_value(struct cat_builder *b, uint32_t type_oid, struct str label);
/* return_relation is an OID here, 0 for none. Of a routine's parameters the IN ones come first. */
void build_routine(struct cat_builder *b, const struct cat_routine *routine);
void build_parameter(struct cat_builder *b, uint32_t routine_oid, const struct cat_parameter *parameter, bool is_out);
void build_routine_setting(struct cat_builder *b, uint32_t routine_oid, struct str name, struct str value);
/* Some function can PREPARE: see catalog_has_dynamic_sql(). */
void build_dynamic_sql(struct cat_builder *b);
/* Settings of one role come together; default_transaction_isolation becomes its isolation. */
void build_role_setting(struct cat_builder *b, struct str role, struct str name, struct str value);
void build_handler(struct cat_builder *b, const struct cat_handler *handler);

bool build_has_relation(struct cat_builder *b, uint32_t oid);
/* layout.c: sorts, resolves, lays the block out in the arena and opens it. */
MUST_CHECK bool build_finish(struct cat_builder *b, const struct catalog **out_r, struct arena *a, struct fault *f);

#endif
