/* What the database offers: relations, columns, keys, routines, types and roles as one immutable block.
 *
 * The block is position-independent (indices and offsets, no pointers): it is built once, written to a file and
 * mapped by every worker. Tables are sorted by (schema, name) bytewise and searched by bisection. Texts are
 * `struct cat_text`, each stored once, turned into a struct str by catalog_text(). load.c asks the database, build.c
 * lays the block out, check.c proves a mapped one safe to read; nothing else here can change or fail.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CATALOG_CATALOG_H
#define ROWGATE_CATALOG_CATALOG_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/str.h"
#include "records.h"

struct catalog;

/* check.c: a view of a block of size bytes, which must outlive it; every index and offset is checked once. False with a
 * message when the block is damaged or of another version. */
MUST_CHECK bool catalog_open(const struct catalog **out_r, const void *block, size_t size, struct arena *a,
	struct fault *f);
/* The bytes catalog_open() was given, to be written to a file. */
struct str catalog_block(const struct catalog *cat);

struct str catalog_text(const struct catalog *cat, struct cat_text t);
/* NULL when unknown. In the block are the relations of db-schemas, those their views are made of, those their
 * functions return, and those the foreign keys of all these refer to, whichever schema they are in: only ask for a
 * schema the caller may use. Partitions are left out, as PostgREST leaves them out. */
const struct cat_relation *catalog_relation(const struct catalog *cat, struct str schema, struct str name);
const struct cat_relation *catalog_relation_at(const struct catalog *cat, uint32_t index);
const struct cat_relation *catalog_relation_by_oid(const struct catalog *cat, uint32_t oid);
/* The index other records name it by. */
uint32_t catalog_relation_index(const struct catalog *cat, const struct cat_relation *rel);
/* All relations of a schema, sorted by name. */
const struct cat_relation *catalog_relations(const struct catalog *cat, struct str schema, size_t *count_r);
const struct cat_column *catalog_column(const struct catalog *cat, const struct cat_relation *rel, struct str name);
const struct cat_column *catalog_column_at(const struct catalog *cat, uint32_t index);
const struct cat_column *catalog_columns(const struct catalog *cat, struct cat_run run);
const uint32_t *catalog_key_columns(const struct catalog *cat, struct cat_run run);
/* The condition, as PostgreSQL printed it, of the rows among which just these columns are unique; STR_NONE when they
 * are not, or are among all. */
struct str catalog_partial_key(const struct catalog *cat, const struct cat_relation *rel, const struct str *names,
	size_t count);
/* Whether the column is part of the relation's primary key. */
bool catalog_in_primary_key(const struct catalog *cat, const struct cat_relation *rel, const struct cat_column *col);
const struct cat_text *catalog_texts(const struct catalog *cat, struct cat_run run);
const struct cat_type *catalog_type(const struct catalog *cat, uint32_t oid);
const struct cat_type *catalog_type_named(const struct catalog *cat, struct str sql_name);
/* encoding.c: how values of a base type become JSON when the block does not know the type (or there is no block):
 * built-in types from the evidence in lib/reply, everything else by to_json. */
enum cat_encoding catalog_encoding_builtin(uint32_t oid);
/* What the elements of a built-in array type are of, for CAT_ENCODE_ARRAY; 0: it is no such type. */
uint32_t catalog_element_builtin(uint32_t oid);
/* All foreign keys, sorted by the referencing relation, then by name. */
const struct cat_foreign_key *catalog_foreign_keys(const struct catalog *cat, size_t *count_r);
/* Those of one referencing relation. */
const struct cat_foreign_key *catalog_foreign_keys_of(const struct catalog *cat, const struct cat_relation *from,
	size_t *count_r);
/* Every overload of a function, or NULL with count 0. Functions only, no procedures, no aggregates, no triggers;
 * with parameters of which none has a name, and which are not one that takes a body, it is left out. */
const struct cat_routine *catalog_routines_named(const struct catalog *cat, struct str schema, struct str name,
	size_t *count_r);
/* All functions of a schema, sorted by name, then OID. */
const struct cat_routine *catalog_routines(const struct catalog *cat, struct str schema, size_t *count_r);
const struct cat_parameter *catalog_parameters(const struct catalog *cat, struct cat_run run);
const struct cat_setting *catalog_settings(const struct catalog *cat, struct cat_run run);
/* The aggregate that makes that media type out of rows of that type; row_type 0: of rows of any type. Or NULL. */
const struct cat_handler *catalog_handler(const struct catalog *cat, struct str media_type, uint32_t row_type);
const struct cat_role *catalog_role(const struct catalog *cat, struct str name);
const struct cat_schema *catalog_schema(const struct catalog *cat, struct str name);
int catalog_server_version(const struct catalog *cat);
/* Whether code of users can PREPARE and DEALLOCATE: some function of the database runs SQL made while it runs. Of a
 * function whose body was replaced since, the next load knows. */
bool catalog_has_dynamic_sql(const struct catalog *cat);
/* dump.c: "12 Relations, 7 Relationships, ...": what there is, for the log. */
void catalog_summary(const struct catalog *cat, struct buf *out);
/* JSON for people, a relation, key, function or role a line: what --dump-schema prints. */
void catalog_dump(const struct catalog *cat, struct buf *out);

#endif
