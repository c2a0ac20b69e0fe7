/* Names and texts as SQL spells them: quoted identifiers, string constants, array literals (PostgreSQL manual, 4.1 and
 * 8.15.2).
 *
 * Nothing here asks whether quotes are needed: what is quoted means itself, whatever words a later PostgreSQL reserves.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_BASE_SQLNAME_H
#define ROWGATE_BASE_SQLNAME_H

#include "base/buf.h"

/* Appends an identifier in double quotes, those inside doubled: the form in statements and in search_path alike. */
void sqlname_ident(struct buf *out, struct str name);
/* Appends a string constant, quotes inside doubled. A backslash is no more than that: standard_conforming_strings
 * must be on, as it is unless somebody switched it off; stmt_constant() does not mind. */
void sqlname_constant(struct buf *out, struct str text);
/* Appends an array literal with every element in quotes, {"a","b"}; {} when count is 0. No element is NULL. */
void sqlname_array(struct buf *out, const struct str *texts, size_t count);

/* Whether a byte in a quoted element of an array literal has a backslash in front. */
static inline bool sqlname_array_escapes(char c)
{
	return c == '"' || c == '\\';
}

#endif
