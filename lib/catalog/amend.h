/* A catalog with the columns of some relations as they are now: a copy of the block in which these relations have other
 * columns. Keys follow their columns by name; all else stays as it was loaded.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_CATALOG_AMEND_H
#define ROWGATE_CATALOG_AMEND_H

#include "catalog.h"

/* A column as the database has it now; texts that are absent are STR_NONE. */
struct amend_column {
	struct str name, comment, default_value, full_type_name;
	uint32_t type;
	int32_t max_length;
	uint8_t nullable, generated, identity;
};

/* All columns of a relation of the block, in their order. */
struct amend_relation {
	uint32_t relation; /* its index; CAT_NONE: the database has it no more, and nothing is amended */
	struct amend_column *columns;
	size_t count;
};

/* Whether the catalog says otherwise. */
bool amend_differs(const struct catalog *cat, const struct amend_relation *now);
/* The catalog with these columns, in the arena; no relation may be there twice. Values of types that the block does not
 * know PostgreSQL encodes. 503 PGRST002 when the block would be too large. */
MUST_CHECK bool amend_make(const struct catalog **out_r, const struct catalog *cat, const struct amend_relation *now,
	size_t count, struct arena *a, struct fault *f);

#endif
