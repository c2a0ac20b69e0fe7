/* Fields of CSV (RFC 4180), one after the other, none of them copied.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_QUERY_CSV_H
#define ROWGATE_QUERY_CSV_H

#include "base/arena.h"
#include "base/scan.h"

struct csv_field {
	struct str text; /* without the quotes around it */
	bool quoted;
	bool doubled; /* quotes within stand doubled */
	bool is_null; /* no value: for who reads the fields to say */
};

/* What stands behind a field. */
enum csv_end { CSV_COMMA, CSV_LINE, CSV_BROKEN };

/* A cursor over the text, behind the byte order mark that spreadsheets put in front. */
struct scan csv_scan(struct str text);
/* Takes the next field and what follows it; CSV_LINE too at the end of the text. A line ends in CR, LF or both. */
enum csv_end csv_next(struct scan *s, struct csv_field *out_r);
/* Skips lines without a byte; false at the end of the text. */
bool csv_more(struct scan *s);
/* Whether the field is the word that stands for no value, quoted or not. */
bool csv_is_null_word(const struct csv_field *f);
/* The field's value: a view, or a copy in the arena where quotes were doubled. */
struct str csv_value(const struct csv_field *f, struct arena *a);
/* The field as an element of a PostgreSQL array literal, {a,"b c",NULL}: the number of its bytes, which are written
 * unless to is NULL. */
size_t csv_element(char *to, const struct csv_field *f);

#endif
