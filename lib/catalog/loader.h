/* What the parts of the loader share. Internal to lib/catalog/load*.c.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CATALOG_LOADER_H
#define ROWGATE_CATALOG_LOADER_H

#include "build.h"
#include "builder.h"
#include "conf/conf.h"
#include "pg/conn.h"

struct load {
	struct conn *conn;
	const struct conf *conf;
	struct cat_builder *b;
	struct arena *scratch; /* lives as long as the load */
	struct arena *arena;   /* of the caller: faults */
	struct fault *fault;
	/* load_views.c */
	struct rows origins;   /* struct view_origin, ascending by view and column */
	struct rows base_keys; /* struct base_key: primary keys of the tables that views are made of */
	uint32_t view;         /* whose rule is being read */
};

typedef bool load_row_fn(void *load, const struct row *r);

/* Runs an introspection query with up to two array literals as parameters (STR_NONE: not there). */
bool load_run(struct load *l, const char *sql, struct str first, struct str second, load_row_fn *on_row);
/* Values of a row: NULL and what is no number are 0; booleans come as t and f. */
uint32_t load_u32(const struct row *r, size_t column);
bool load_bool(const struct row *r, size_t column);
/* A "char" of the system catalogs, 0 when it is empty. */
uint8_t load_char(const struct row *r, size_t column);
/* A text, put into the block's pool. */
struct cat_text load_text(struct load *l, const struct row *r, size_t column);
/* An array literal of the texts of one list or, unless second is NULL, of two. */
struct str load_text_array(struct load *l, const struct conf_list *first, const struct conf_list *second);

/* load_views.c: what the columns of views are, straight or through other views, and their primary keys: the key of a
 * table all of whose columns the view has. */
bool load_views(struct load *l);

#endif
