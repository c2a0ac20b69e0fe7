/* Putting an SQL statement together: literals of ours, identifiers quoted, values as parameters.
 *
 * There is no function that appends text from outside as it is: what comes from a request is an identifier, a
 * parameter, or a type name of letters only. Errors are sticky: stmt_finish() tells.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_STMT_QUOTE_H
#define ROWGATE_STMT_QUOTE_H

#include "base/buf.h"
#include "base/fault.h"
#include "stmt.h"

/* A step of a JSON path, and the $n that stands for its key. */
struct draft_key {
	const void *step;
	size_t param;
};

struct draft {
	struct buf sql;
	struct draft_key *keys; /* in the order in which they were written */
	size_t key_count, key_capacity;
	size_t key_next; /* where the search for the next begins */
	bool repeats;    /* what is being written was written before: its keys are found */
	struct stmt_param *params;
	size_t param_count, param_capacity;
	struct str bad_type; /* sticky: the first type name refused, or STR_NONE */
	struct arena *arena;
};

struct draft stmt_draft(struct arena *a);
/* The statement; false with a fault after an overflow (413), too many parameters (414) or a bad type name (400). */
MUST_CHECK bool stmt_finish(struct stmt *out_r, struct draft *d, struct fault *f);

/* stmt_sql(d, "text"): SQL of our own, a string literal by construction. */
#define stmt_sql(d, literal) buf_put(&(d)->sql, STR(literal))
/* SQL that PostgreSQL's own catalog printed: type names and default expressions. Never anything from a request. */
void stmt_catalog(struct draft *d, struct str text);
/* "name", with quotes inside doubled. */
void stmt_ident(struct draft *d, struct str name);
/* "schema"."name"; without a schema only the name. */
void stmt_qualified(struct draft *d, struct str schema, struct str name);
/* A type name from a request: ASCII letters, digits, '_', '$', blanks and bytes of UTF-8 letters, as PostgREST takes
 * them, not quoted because `integer` and its like lose their meaning in quotes. Others are refused, and so is
 * a '$' in front of the letters of its word. */
void stmt_type(struct draft *d, struct str name);
/* A string constant for text that the catalog gave, not a request. */
void stmt_constant(struct draft *d, struct str text);

/* $n for a value whose type PostgreSQL infers; STR_NONE is NULL. The text must hold no NUL byte. */
void stmt_value(struct draft *d, struct str value);
/* $n of a known type, sent with its length: for bodies. */
void stmt_binary(struct draft *d, struct str value, uint32_t type);
/* $n for a value of the type that PostgreSQL infers, which stays where it is; a NUL byte stands behind it. */
void stmt_large(struct draft *d, struct str value);
/* $n for the key of a JSON path's step. While d->repeats, the $n that it had before: PostgreSQL must see that what rows
 * are grouped or ordered by is what is selected. */
void stmt_key(struct draft *d, const void *step, struct str key);
/* A whole number in the text itself: each makes another statement. */
void stmt_digits(struct draft *d, int64_t value);
/* $n for a whole number. */
void stmt_number(struct draft *d, int64_t value);
/* $n for an array of these elements as a literal {"a","b"}: one text whatever their number. */
void stmt_array(struct draft *d, const struct str *values, size_t count);

#endif
