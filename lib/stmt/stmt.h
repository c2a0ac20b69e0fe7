/* An SQL statement with its parameters: the only form in which SQL leaves lib/stmt.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_STMT_STMT_H
#define ROWGATE_STMT_STMT_H

#include "base/str.h"

struct stmt_param {
	struct str value; /* STR_NONE: NULL; text format, no NUL byte inside, NUL-terminated behind its end unless
	                         binary */
	uint32_t type;    /* OID, 0: PostgreSQL infers it */
	bool binary;      /* sent with its length: for json bodies and bytea */
};

/* The setting in which a merging INSERT leaves how many of its rows were new. */
#define STMT_INSERTED "rowgate.inserted"

struct stmt {
	struct str sql; /* NUL-terminated */
	const struct stmt_param *params;
	size_t param_count;
};

#endif
